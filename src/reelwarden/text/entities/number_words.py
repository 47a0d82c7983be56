"""Numbers said in words, in seventeen languages: "einundzwanzig", "quatre-vingt-dix", "labing-isa", "oh seven".

`vocabulary` gives the words of a language, `segment` takes glued words apart, `compound` reads one number.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from reelwarden.text.entities.glyphs import plain


class Kind(Enum):
    UNIT = auto()
    TEEN = auto()
    TENS = auto()
    TENFOLD = auto()
    HUNDRED = auto()
    """Multiplies the unit before it."""
    HUNDREDS = auto()
    JOINT = auto()
    TEEN_AFTER = auto()
    TEEN_BEFORE = auto()
    REPEAT = auto()
    PLUS = auto()
    GAP = auto()


class Word(NamedTuple):
    kind: Kind
    value: int
    language: str


_SINGLE = {
    "hundred": (Kind.HUNDRED, 100),
    "joint": (Kind.JOINT, 0),
    "tenfold": (Kind.TENFOLD, 10),
    "teen_after": (Kind.TEEN_AFTER, 10),
    "teen_before": (Kind.TEEN_BEFORE, 10),
    "twice": (Kind.REPEAT, 2),
    "thrice": (Kind.REPEAT, 3),
    "plus": (Kind.PLUS, 0),
}
_LISTS = {
    "units": (Kind.UNIT, 0, 1),
    "teens": (Kind.TEEN, 10, 1),
    "tens": (Kind.TENS, 20, 10),
    "hundreds": (Kind.HUNDREDS, 100, 100),
}
_NUMBERS = (Kind.UNIT, Kind.TEEN, Kind.TENS, Kind.HUNDREDS)
_LONGEST_TOKEN = 400
"""Letters; a longer token is nobody's telephone number."""


@cache
def _source() -> Mapping[str, Mapping[str, str]]:
    data: Mapping[str, Mapping[str, str]] = tomllib.loads(
        files(__package__).joinpath("number_words.toml").read_text("utf-8")
    )
    return data


@cache
def own_words(language: str) -> Mapping[str, Word]:
    """The language's own number words, folded."""
    source = _source()[language]
    words: dict[str, Word] = {}
    for key, (kind, first, step) in _LISTS.items():
        for index, spellings in enumerate(source.get(key, "").split()):
            for spelling in spellings.split("/"):
                words.setdefault(plain(spelling), Word(kind, first + index * step, language))
    for entry in source.get("tens_more", "").split():
        spelling, _, value = entry.partition("=")
        words[plain(spelling)] = Word(Kind.TENS, int(value), language)
    for key, (kind, value_) in _SINGLE.items():
        for spelling in source.get(key, "").split("/"):
            words.setdefault(plain(spelling), Word(kind, value_, language))
    for spelling in source.get("gap", "").split():
        words.setdefault(plain(spelling), Word(Kind.GAP, 0, language))
    words.pop("", None)
    return words


@cache
def vocabulary(language: str, *, mixed: bool = True) -> Mapping[str, Word]:
    """The language's words, then English ones, then (`mixed`) the longer ones of all others: people mix.

    Short words of a language that the text is not in ("to", "en", "on") would be taken for numbers too easily.
    """
    words = dict(own_words(language))
    for word, meaning in own_words("en").items():
        words.setdefault(word, meaning)
    for other in languages() if mixed else ():
        for word, meaning in own_words(other).items():
            if meaning.kind in _NUMBERS and (len(word) >= 4 or not word.isascii()):
                words.setdefault(word, meaning)
    return words


def languages() -> tuple[str, ...]:
    return tuple(_source())


@cache
def all_words() -> frozenset[str]:
    """Every number word of every language."""
    return frozenset(
        word for code in languages() for word, meaning in own_words(code).items() if meaning.kind in _NUMBERS
    )


Table = Mapping[str, tuple[str, ...]]
"""Words under their first two letters (words of one letter under that), the longest first."""


@cache
def _by_beginning(language: str, *, mixed: bool = True) -> Table:
    return _tabled(vocabulary(language, mixed=mixed))


@cache
def _of_all_languages() -> Table:
    return _tabled({word for code in languages() for word in own_words(code)})


def _tabled(words: Iterable[str]) -> Table:
    table: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        table.setdefault(word[:2], []).append(word)
    return {beginning: tuple(words) for beginning, words in table.items()}


def _candidates(token: str, place: int, table: Table) -> Iterator[int]:
    """The ends of the words that stand at a place of the token, the longest first."""
    for word in table.get(token[place : place + 2], ()):
        if token.startswith(word, place):
            yield place + len(word)
    if place + 1 < len(token) and token[place] in table:
        yield place + 1


def segment(token: str, language: str) -> list[tuple[Word, int, int]] | None:
    """Glued number words with their places in the token; None where something else is in it."""
    words = vocabulary(language)
    if (whole := words.get(token)) is not None:
        return [(whole, 0, len(token))]
    if len(token) > _LONGEST_TOKEN:
        return None
    ends = _ends(token, _by_beginning(language, mixed=False)) or _ends(token, _by_beginning(language))
    return None if ends is None else [(words[token[a:b]], a, b) for a, b in pairwise((0, *ends))]


@lru_cache(maxsize=65_536)
def parts_of(token: str) -> int:
    """How many number words, of any languages, a folded token consists of; 0 where there is anything else in it."""
    if token in all_words():
        return 1
    if not 5 < len(token) <= _LONGEST_TOKEN:
        return 0
    return len(_ends(token, _of_all_languages()) or ())


def _ends(token: str, table: Table) -> list[int] | None:
    """Where the words end that fill the whole token; each place is tried once only."""
    ends: list[int] = []
    ways = [_candidates(token, 0, table)]
    seen: set[int] = set()
    while ways:
        end = next(ways[-1], None)
        if end is None:
            ways.pop()
            if ends:
                ends.pop()
        elif end == len(token):
            return [*ends, end]
        elif end not in seen:
            seen.add(end)
            ends.append(end)
            ways.append(_candidates(token, end, table))
    return None


def prefix(token: str, language: str) -> list[tuple[Word, int, int]]:
    """The number words that a token of a script without spaces begins with, each the longest."""
    table, words = _by_beginning(language), vocabulary(language)
    parts, place = [], 0
    while place < len(token):
        end = next(_candidates(token, place, table), None)
        if end is None:
            break
        parts.append((words[token[place:end]], place, end))
        place = end
    return parts


Number = tuple[str, int]
"""The digits that were read, and the index of the word after them."""


def compound(words: Sequence[Word], at: int) -> Number:
    """The number that begins at word `at`, read as long as it goes ("ninety nine" is 99, not 90 and 9)."""
    word = words[at]
    if word.kind is Kind.HUNDREDS:
        return _after_hundreds(words, at + 1, word.value, bare_unit=True)
    if _is(words, at + 1, Kind.HUNDRED) and word.kind is Kind.UNIT and word.value:
        return _after_hundreds(words, at + 2, word.value * 100, bare_unit=word.language != "en")
    value, after = _below_hundred(words, at)
    return str(value), after


def single(words: Sequence[Word], at: int) -> Number:
    """The word alone ("twenty one" is 20 and 1)."""
    return str(words[at].value), at + 1


def _after_hundreds(words: Sequence[Word], at: int, base: int, *, bare_unit: bool) -> Number:
    joined = _is(words, at, Kind.JOINT)
    rest = at + 1 if joined else at
    if rest < len(words) and words[rest].kind in (Kind.UNIT, Kind.TEEN, Kind.TENS, Kind.TENFOLD):
        value, after = _below_hundred(words, rest)
        # "eight hundred two two two" is 800 222: English does not add a lone unit without "and".
        if value and (joined or bare_unit or value >= 10):
            return str(base + value), after
    return str(base), at


def _below_hundred(words: Sequence[Word], at: int) -> tuple[int, int]:
    word = words[at]
    if word.kind is Kind.UNIT:
        return _from_unit(words, at)
    if word.kind is Kind.TEEN_BEFORE and _is_unit(words, at + 1):
        return 10 + words[at + 1].value, at + 2
    if word.kind in (Kind.TENS, Kind.TENFOLD) or (word.value == 10 and word.language == "fr"):
        return _tail(words, at + 1, word.value, word)
    return word.value, at + 1


def _from_unit(words: Sequence[Word], at: int) -> tuple[int, int]:
    unit = words[at].value
    if not unit or at + 1 >= len(words):
        return unit, at + 1
    after = words[at + 1]
    if after.kind is Kind.TEEN_AFTER:
        return 10 + unit, at + 2
    if after.kind is Kind.TENFOLD:
        return _tail(words, at + 2, unit * 10, after)
    if unit == 4 and after.language == words[at].language == "fr" and after.value == 20:
        return _tail(words, at + 2, 80, after)
    units_first = _source()[words[at].language].get("units_first")
    if units_first and after.kind is Kind.JOINT and _is(words, at + 2, Kind.TENS):
        return unit + words[at + 2].value, at + 3
    return unit, at + 1


def _tail(words: Sequence[Word], at: int, base: int, tens: Word) -> tuple[int, int]:
    """What may follow the tens: a unit, in French after 60 and 80 a teen."""
    rest = at + 1 if _is(words, at, Kind.JOINT) and not _source()[tens.language].get("units_first") else at
    if tens.language == "fr" and base in (60, 80) and _is(words, rest, Kind.TEEN):
        teen, after = _below_hundred(words, rest)
        return base + teen, after
    if _is_unit(words, rest) and _joins(words, rest, base, tens):
        return base + words[rest].value, rest + 1
    return base, at


def _joins(words: Sequence[Word], at: int, base: int, tens: Word) -> bool:
    """Does the unit belong to the tens before it? "vingt deux", not "dix deux"; "zwanzig zwei" are two numbers."""
    if tens.language == "fr" and base == 10:
        return words[at].value >= 7
    if _is(words, at + 1, Kind.TENFOLD) or _is(words, at + 1, Kind.TEEN_AFTER):
        return False
    tens_last = _source()[tens.language].get("units_first")
    glued_back = _is(words, at + 1, Kind.JOINT) and _is(words, at + 2, Kind.TENS)
    return not tens_last or (tens.language == "no" and not glued_back)


def _is(words: Sequence[Word], at: int, kind: Kind) -> bool:
    return at < len(words) and words[at].kind is kind


def _is_unit(words: Sequence[Word], at: int) -> bool:
    return _is(words, at, Kind.UNIT) and words[at].value > 0
