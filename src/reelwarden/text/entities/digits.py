"""The digit lattice: a text as runs of digits, whatever they were written with, and what stands between them.

In goes folded text; out come runs of `Digits` with their gaps. Words are read in one language at a time (with English
and the longer words of all others mixed in), because "tres" is 3 in Spanish and 60 in Danish.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import pairwise

from reelwarden.text.entities.glyphs import Folded
from reelwarden.text.entities.number_words import (
    Kind,
    Word,
    compound,
    languages,
    own_words,
    parts_of,
    prefix,
    segment,
    single,
)

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|[^0-9]", re.S)
_CJK = re.compile(r"[\u3007\u3400-\u9fff\uac00-\ud7a3]")
_CJK_DIGITS = (
    "零〇洞一壹幺么妖二贰貳两兩三叁參叄四肆五伍六陆陸七柒拐八捌九玖十拾영공빵일이삼사오육륙칠팔구하둘셋넷다여열아"
)
_CJK_NUMERALS = re.compile(rf"(?:[{_CJK_DIGITS}]\W{{0,2}}){{3,}}")
_NUMERAL_EDGE = re.compile(rf"^\W*[{_CJK_DIGITS}]|[{_CJK_DIGITS}]\W{{0,6}}$")
_LOOKALIKE_CHUNK = re.compile(r"(?<![^\W\d_])[oilszbg|!\d]+(?![^\W\d_])")
_LOOKALIKES = {"o": "0", "q": "0", "l": "1", "i": "1", "z": "2", "s": "5", "b": "8", "g": "9"}
_BARS = {"|": "1", "!": "1"}
_BREAKS = frozenset("\0=%$€£¥@")
_JOINING = frozenset(" -'’‘`·\u3000")
"""What may stand inside one number said in words ("fifty-five")."""

_LONGEST_GAP = 3
_LONGEST_REPEATED_GAP = 6
_FEWEST = 7
_TOKENS_TO_RANK = 4000
_LONG = 20_000
"""Characters; a longer text is read in its likeliest language only."""

_TOKENS_TO_SEGMENT = 100
_LANGUAGES_TRIED = 3
"""How many languages are tried where words are found."""


class Source(Enum):
    PLAIN = "digits"
    WORDS = "words"
    LOOKALIKE = "letters that look like digits"


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits that belong together, with their folded span and the gap before them."""

    digits: str
    start: int
    end: int
    source: Source
    gap: str = ""
    plus: bool = False
    weak: bool = False
    """A short word that often is no number ("on", "to", "en")."""


Run = tuple[Digits, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read the same text."""

    language: str = "en"
    compounds: bool = True
    lookalikes: bool = False
    bars: bool = False


def worth_reading(folded: Folded, fewest: int = _FEWEST) -> bool:
    """Can there be so many digits? Quick, and generous."""
    if folded.digits + 2 * number_word_count(folded) >= fewest:
        return True
    return folded.digits >= 3 and _with_lookalikes(folded.text) >= fewest


def may_be_read(folded: Folded) -> bool:
    """Whether there can be a reading of the text when the numbers of characters (`&#8220;`) are masked."""
    return folded.counted >= 3 or folded.counted + 2 * number_word_count(folded) >= _FEWEST


def readings(folded: Folded, asked: Sequence[str], masked: str | None = None) -> Iterator[Reading]:
    """The readings worth trying, the plainest first; none where there cannot be seven digits.

    `masked` is the folded text without what is known to be no number of the kind that is looked for.
    """
    text = folded.text if masked is None else masked
    digits = sum(map(text.count, "0123456789"))
    words = number_word_count(folded)
    asked = [code for code in asked if code in languages()] or ["en"]
    if digits + 2 * words >= _FEWEST:
        spoken = likely_languages(folded, asked) if words else asked[:1]
        if len(text) > _LONG:
            spoken = spoken[:1]
        for language in spoken:
            yield Reading(language)
        if words > 1 and len(text) <= _LONG:
            for language in spoken:
                yield Reading(language, compounds=False)
    if digits >= 3 and len(text) <= _LONG and _with_lookalikes(text) >= _FEWEST:
        yield Reading(asked[0], lookalikes=True)
        if "|" in text or "!" in text:
            yield Reading(asked[0], lookalikes=True, bars=True)


def _with_lookalikes(text: str) -> int:
    return sum(len(chunk) for chunk in _LOOKALIKE_CHUNK.findall(text))


def number_word_count(folded: Folded) -> int:
    """How many number words there are, where enough of them stand together; quick, and a little too generous."""
    parts = list(map(parts_of, folded.words))
    count = sum(parts)
    if folded.digits < 3 and count and max(parts) < 3 and b"\1\1" not in bytes(map(bool, parts)):
        count = 0
    if not folded.original.isascii():
        count += sum(map(len, _CJK_NUMERALS.findall(folded.text)))
    return count


def has_numerals(text: str) -> bool:
    """Whether a folded text has a row of Chinese or Korean numerals."""
    return _CJK_NUMERALS.search(text) is not None


def has_numeral_edge(text: str) -> bool:
    """Whether a folded text begins or ends with a numeral, so that it may go on in its neighbour."""
    return _NUMERAL_EDGE.search(text) is not None


def _own_parts(token: str, language: str) -> int:
    """How many words of the language itself a glued token is made of."""
    return sum(word.language == language for word, _, _ in segment(token, language) or ())


def likely_languages(folded: Folded, asked: Sequence[str]) -> list[str]:
    """The languages whose number words are the most frequent in the text, the asked ones first among equals."""
    order = [*dict.fromkeys((*asked, "en", *languages()))]
    hits: Counter[str] = Counter()
    long = []
    for token in folded.words[:_TOKENS_TO_RANK]:
        hits.update(_languages_of_words().get(token, ()))
        if len(token) > 5 and parts_of(token):
            long.append(token)
    for language in order if long else ():
        own = own_words(language)
        hits[language] += sum(_own_parts(token, language) for token in long[:_TOKENS_TO_SEGMENT] if token not in own)
    if not folded.original.isascii():
        for language in ("zh", "ko"):
            hits[language] += sum(map(own_words(language).__contains__, folded.text[:_LONG]))
    # A language that nobody asked for must show more than a chance word.
    wanted = ("en", *asked)
    shown = [language for language in order if hits[language] >= (1 if language in wanted else 3)]
    return sorted(shown, key=lambda language: -hits[language])[:_LANGUAGES_TRIED] or order[:1]


@cache
def _languages_of_words() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for language in languages():
        for word in own_words(language):
            table[word] = (*table.get(word, ()), language)
    return table


def runs(text: str, reading: Reading) -> Iterator[Run]:
    """Runs of seven digits and more."""
    run: list[Digits] = []
    for item in _items(text, reading):
        if item is None:
            yield from _finished(run)
            run = []
        else:
            if item.plus and run:
                yield from _finished(run)
                run = []
            run.append(item)
    yield from _finished(run)


def _finished(run: list[Digits]) -> Iterator[Run]:
    if sum(len(item.digits) for item in run) >= _FEWEST:
        yield tuple(run)


@dataclass(slots=True)
class _Atom:
    word: Word | None
    digits: str
    start: int
    end: int
    source: Source
    gap: str
    plus: bool


def _items(text: str, reading: Reading) -> Iterator[Digits | None]:
    """Digits in order, None wherever something else stands between them."""
    block: list[_Atom] = []
    for atom in _atoms(text, reading):
        if atom is not None:
            block.append(atom)
            continue
        yield from _read(block, reading)
        yield None
        block = []
    yield from _read(block, reading)


def _read(block: list[_Atom], reading: Reading) -> Iterator[Digits]:
    """Words of one block become numbers; joints and spoken signs become gaps."""
    at, repeat, gap, plus = 0, 1, "", False
    while at < len(block):
        atom = block[at]
        gap += atom.gap
        plus = plus or atom.plus
        if atom.word is None:
            yield Digits(_repeated(atom.digits, repeat), atom.start, atom.end, atom.source, gap, plus)
            at, repeat, gap, plus = at + 1, 1, "", False
        elif atom.word.kind is Kind.REPEAT:
            at, repeat = at + 1, atom.word.value
        elif atom.word.kind in (Kind.JOINT, Kind.GAP, Kind.TEEN_AFTER, Kind.PLUS):
            plus = plus or atom.word.kind is Kind.PLUS
            at, gap = at + 1, gap + "-"
        else:
            digits, after = _number(block, at, reading)
            last = block[after - 1]
            weak = after == at + 1 and atom.end - atom.start <= 2
            yield Digits(_repeated(digits, repeat), atom.start, last.end, Source.WORDS, gap, plus, weak)
            at, repeat, gap, plus = after, 1, "", False


def _repeated(digits: str, times: int) -> str:
    return digits[0] * times + digits[1:] if times > 1 and digits else digits


def _number(block: list[_Atom], at: int, reading: Reading) -> tuple[str, int]:
    end = at + 1
    while end < len(block) and end < at + 8 and block[end].word is not None and set(block[end].gap) <= _JOINING:
        end += 1
    words = [atom.word for atom in block[at:end] if atom.word is not None]
    digits, after = (compound if reading.compounds else single)(words, 0)
    return digits, at + after


def _atoms(text: str, reading: Reading) -> Iterator[_Atom | None]:
    gap, plus, fresh = "", False, True
    for token in _TOKEN.finditer(text):
        body, start = token[0], token.start()
        found = _parts(body, text, start, reading)
        if found is None:
            if body == "+":
                plus, gap = True, gap + "+"
            elif body[0].isalpha() or body in _BREAKS or _too_wide(gap + body):
                if not fresh:
                    yield None
                gap, plus, fresh = "", False, True
            else:
                gap += body
            continue
        for part in found:
            if part is None:
                yield None
                gap, plus, fresh = "", False, True
                continue
            word, digits, first, last, source = part
            yield _Atom(word, digits, start + first, start + last, source, gap, plus)
            gap, plus, fresh = "", False, False


def _too_wide(gap: str) -> bool:
    """More than three signs, unless most repeat one another ("...  ")."""
    if len(gap) <= _LONGEST_GAP:
        return False
    changes = sum(later != earlier for earlier, later in pairwise(gap))
    return len(gap) > _LONGEST_REPEATED_GAP or changes >= _LONGEST_GAP


_Part = tuple[Word | None, str, int, int, Source]


def _parts(body: str, text: str, start: int, reading: Reading) -> Sequence[_Part | None] | None:
    """What a token says: digits, number words (None where they end in something else), or nothing at all."""
    if body[0] in "0123456789":
        return [(None, body, 0, len(body), Source.PLAIN)]
    if reading.bars and body in _BARS:
        return [(None, _BARS[body], 0, 1, Source.LOOKALIKE)]
    if not body[0].isalpha():
        return None
    if _CJK.match(body):
        return list(_cjk_parts(body, reading.language))
    if reading.lookalikes and _is_lookalike(body, text, start):
        digits = "".join(_LOOKALIKES[letter] for letter in body)
        return [(None, digits, 0, len(body), Source.LOOKALIKE)]
    words = segment(body, reading.language)
    if words is None:
        return None
    return [(word, "", first, last, Source.WORDS) for word, first, last in words]


def _cjk_parts(body: str, language: str) -> Iterator[_Part | None]:
    """Scripts without spaces: numerals anywhere in the token count, everything else breaks."""
    place = 0
    while place < len(body):
        words = prefix(body[place:], language) if body[place] in _cjk_initials() else []
        for word, first, last in words:
            yield word, "", place + first, place + last, Source.WORDS
        if words:
            place += words[-1][2]
        else:
            place += 1
            yield None


@cache
def _cjk_initials() -> frozenset[str]:
    return frozenset(word[0] for word in (*own_words("zh"), *own_words("ko")) if not word.isascii())


def _is_lookalike(body: str, text: str, start: int) -> bool:
    """Few letters that all look like digits, glued to a digit or one sign away from it."""
    if len(body) > 4 or not all(letter in _LOOKALIKES for letter in body):
        return False
    end = start + len(body)
    near = text[max(0, start - 2) : start] + text[end : end + 2]
    return any(char in "0123456789oil" for char in near)
