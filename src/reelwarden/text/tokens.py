"""A text as a row of plain words with their places: what patterns read.

Disguises within a word that patterns need not guess are undone: case, accents, styled and foreign letters, leet that
makes a known word, long repeats. Numbers get their value. Chinese characters are words of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from reelwarden.text import spelled
from reelwarden.text.chinese import is_han
from reelwarden.text.fold import Script
from reelwarden.text.lexicon.files import Rules
from reelwarden.text.recent import Recent
from reelwarden.text.sentence import Numbers, Sentence

APOSTROPHES = "'’‘ʼ`´"
AGE_SLOTS = {"age": 100, "age<18": 18, "age<16": 16, "age<13": 13}
_TENS = frozenset(range(20, 100, 10))
SIGNS = "$€£¥₩₽₺₱₹฿¢"
_LONGEST_KEPT, _KEPT = 60, 50_000

_TOKEN = re.compile(
    rf"[^\W_]+(?:[{APOSTROPHES}@$!|*\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufeff\u00ad]+[^\W_]+)*"
    rf"|[{re.escape(SIGNS)}]|[.!?…。！？\n]+|[^\w\s]"
)
_PLAIN_CHUNK = re.compile(r"([A-Za-z]+)[.,;:!?]*")
_LETTERED_CHUNK = re.compile(r"([^\W\d_]+)[.,;:!?]*")
_FIRST_GLUED = "\u1100"
"""From here on there are scripts in which words are not divided, or are folded otherwise."""
_STOPPED = re.compile(r"[.!?]+")
_PARTS = re.compile(r"\d+|\D+")
_RUN = re.compile(r"(\D)\1\1+")
_STOPS = frozenset(".!?…。！？\n")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e|eme|de|ste|os|ª|º|a|o|й|я|го|му|м)$")


_NO_SLOTS: frozenset[str] = frozenset()


class Token(NamedTuple):
    """One word in plain letters, at `text[start:end]`; `ordinal` of a rank."""

    word: str
    start: int
    end: int
    ordinal: int | None = None


class Piece(NamedTuple):
    """A word of a chunk, at `chunk[start:end]`; no word where a sentence ends."""

    word: str
    start: int = 0
    end: int = 0
    value: int | None = None
    ordinal: int | None = None
    counts: bool = False
    """Whether a number may begin with it."""


_STOP, _QUESTION = Piece(""), Piece("", 0, 1)


def number_slots(value: int | None, ordinal: int | None) -> list[str]:
    """The slots that a number of this value fills, or a word of this rank."""
    slots = [] if value is None else ["number", *(name for name, bound in AGE_SLOTS.items() if 4 <= value < bound)]
    return [*slots, "ordinal"] if ordinal is not None and 1 <= ordinal <= 12 else slots


def is_stop(word: str) -> bool:
    return word[0] in _STOPS


def is_stopped(chunk: str) -> bool:
    """Whether a sentence ends with a chunk that is a plain word and marks."""
    return _STOPPED.search(chunk) is not None


class Tokenizer:
    """Tokens of one language. `known` tells usual words, so that leet is undone only into words; `joined` are phrases
    run together, which are no words by themselves."""

    def __init__(
        self,
        language: str,
        script: Script,
        rules: Rules,
        known: Callable[[str], bool],
        joined: Collection[str] = (),
    ) -> None:
        self.language = language
        self.script = script
        self.known = known
        self._joined = frozenset(joined)
        self.elisions = bool(rules.elisions)
        self._table = _PlainTable(script, self.elisions)
        self._is_latin = "a" not in script.looks
        self._words_of: dict[str, tuple[str, ...]] = {}
        self.numbers = {self.words(word): value for word, value in rules.numbers.items()}
        self.ordinals = {self.words(word): value for word, value in rules.ordinals.items()}
        self._counting = {row[0] for row in (*self.numbers, *self.ordinals)}
        self._pieces_of = Recent(self._pieces_in, _KEPT, _LONGEST_KEPT)
        self.longest = max(map(len, (*self.numbers, *self.ordinals)), default=1)

    def counts(self, quick: str, pieces: Sequence[Piece]) -> set[str]:
        """Which slots of numbers may be filled by a chunk, as a quick text and in its pieces."""
        slots = self._slots_of
        found: set[str] = set()
        for piece in pieces:
            found.update(number_slots(piece.value, piece.ordinal))
        for word in slots.keys() & {*quick.split(), *(filter(is_han, quick) if not quick.isascii() else ())}:
            found |= slots[word]
        return found

    def slots_of(self, word: str) -> frozenset[str]:
        """Which slots of numbers a word in small letters may fill."""
        return self._slots_of.get(word, _NO_SLOTS)

    @cached_property
    def _slots_of(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for row, value in self.numbers.items():
            found.setdefault(row[0], set()).update(number_slots(value, None))
        for row in self.ordinals:
            found.setdefault(row[0], set()).add("ordinal")
        return {word: frozenset(slots) for word, slots in found.items()}

    def quick(self, text: str) -> str:
        """The text in plain letters, with blanks for all else: enough to see whether a word can be there."""
        return f" {text.translate(self._table)} "

    def words(self, text: str) -> tuple[str, ...]:
        """A phrase of a lexicon as words."""
        found = self._words_of.get(text)
        if found is None:
            found = self._words_of[text] = tuple(token.word for token in self._tokens(text.casefold(), literal=True))
        return found

    def pieces(self, chunk: str) -> tuple[Piece, ...]:
        """The words and stops of a chunk without blanks; kept, as most chunks come again."""
        return self._pieces_of[chunk]

    def _pieces_in(self, chunk: str) -> tuple[Piece, ...]:
        return tuple(self._chunk(chunk))

    def _chunk(self, chunk: str) -> Iterator[Piece]:
        if plain := self.plain_word(chunk):
            yield self._piece(plain, 0, len(plain))
            if len(chunk) > len(plain) and (stops := _STOPPED.search(chunk)):
                yield _QUESTION if "?" in stops[0] else _STOP
            return
        for token in self._tokens(chunk):
            word = token.word
            if not is_stop(word):
                yield self._piece(word, token.start, token.end, token.ordinal)
            elif not (word[0] in ".…" and chunk[token.end : token.end + 1].isalnum()):
                yield _QUESTION if any(char in "?？" for char in word) else _STOP

    def _piece(self, word: str, start: int, end: int, ordinal: int | None = None) -> Piece:
        value = int(word[:9]) if word.isdecimal() else None
        return Piece(word, start, end, value, ordinal, word in self._counting)

    def plain_word(self, chunk: str) -> str:
        """The word of a chunk that is one as it is written, with at most stops behind it; else nothing."""
        found = _PLAIN_CHUNK.fullmatch(chunk) if self._is_latin else None
        return found[1].lower() if found and not _RUN.search(found[1].lower()) else ""

    def sole_word(self, chunk: str) -> str:
        """The word of a chunk of letters with at most marks behind it, as `quick` and `pieces` both read it; else
        nothing, also where they may differ."""
        if chunk.isascii():
            return self.plain_word(chunk)
        found = _LETTERED_CHUNK.fullmatch(chunk)
        word = found[1].translate(self._table) if found and not found[1].isascii() else ""
        return word if word.isalpha() and max(word) < _FIRST_GLUED and not _RUN.search(word) else ""

    def sentences(self, text: str) -> list[Sentence]:
        """The sentences of a text; long ones in overlapping parts."""
        found: list[Sentence] = []
        numbers: Numbers = {}
        words, starts, ends = _row()
        lines, place, counting, singles = "\n" in text, 0, False, 0
        pieces_of = self._pieces_of
        for chunk in text.split():
            start = text.index(chunk, place)
            if lines and words and "\n" in text[place:start]:
                found += Sentence(words, starts, ends, numbers).cut()
                words, starts, ends = _row()
            place = start + len(chunk)
            for piece in pieces_of[chunk]:
                word, first, last, value, ordinal, counts = piece
                if word:
                    words.append(word)
                    starts.append(start + first)
                    ends.append(start + last)
                    if value is not None or ordinal is not None:
                        numbers[start + first] = value, ordinal
                    counting = counting or counts
                    singles += len(word) == 1
                else:
                    found += Sentence(words, starts, ends, numbers, piece is _QUESTION).cut()
                    words, starts, ends = _row()
        found += Sentence(words, starts, ends, numbers).cut()
        if singles >= spelled.FEWEST:
            for sentence in found:
                self._spell(sentence)
        if counting:
            for sentence in found:
                self._count(sentence)
        return found

    def spelled(self, letters: str) -> list[str]:
        """The words that a row of letters spells, if it spells any."""
        return spelled.divided(letters, lambda word: word not in self._joined and self.known(word))

    def _spell(self, sentence: Sentence) -> None:
        """Put spelled words in place of their letters."""
        for first, end in reversed(list(spelled.rows(sentence.words))):
            for place, word in enumerate(self.spelled("".join(sentence.words[first:end])), first):
                sentence.join(place, len(word), word)

    def _tokens(self, text: str, literal: bool = False) -> Iterator[Token]:
        for found in _TOKEN.finditer(text):
            raw = found[0]
            if raw[0] in _STOPS or raw in SIGNS:
                if not literal or raw in SIGNS:
                    yield Token(raw, found.start(), found.end())
            elif raw.isascii() and raw.isalpha():
                yield Token(self._shortened(raw.lower()), found.start(), found.end())
            elif literal or len(raw) > 1 or not raw.isascii() or raw.isalnum():
                yield from self._hard(raw, found.start(), literal)

    def _hard(self, raw: str, start: int, literal: bool) -> Iterator[Token]:
        """A word with signs, digits or letters beyond ASCII."""
        for piece, place in self._pieces(raw, start):
            word = self._plain(piece)
            if not word:
                continue
            if word.isalpha() and not is_han(word[0]):
                yield Token(self._shortened(word), place, place + len(piece))
            elif not literal and (decoded := self._decoded(piece)):
                yield Token(decoded, place, place + len(piece))
            else:
                yield from self._split(piece, word, place)

    def _pieces(self, raw: str, start: int) -> Iterator[tuple[str, int]]:
        if not self.elisions:
            yield raw, start
            return
        for part in re.finditer(rf"[^{APOSTROPHES}]+", raw):
            yield part[0], start + part.start()

    def _plain(self, piece: str) -> str:
        return piece.translate(self._table).replace(" ", "")

    def _decoded(self, piece: str) -> str:
        """The word that leet hides, or nothing."""
        if not any(char.isalpha() for char in piece):
            return ""
        script = self.script
        read = (script.letters.get(char) or script.leet.get(char) or script.looks.get(char, "") for char in piece)
        word = self._shortened("".join(read))
        return word if len(word) > 2 and self.known(word) else ""

    def _split(self, piece: str, word: str, place: int) -> Iterator[Token]:
        """Digits apart from letters, Chinese characters each apart; a rank (9th) stays whole."""
        if rank := _ORDINAL.match(word):
            yield Token(word, place, place + len(piece), int(rank[1]))
            return
        if len(word) != len(piece):
            yield Token(word, place, place + len(piece))
            return
        for part in _PARTS.finditer(word):
            singles = is_han(part[0][0])
            for offset in range(len(part[0])) if singles else (0,):
                begin = place + part.start() + offset
                size = 1 if singles else len(part[0])
                yield Token(word[begin - place : begin - place + size], begin, begin + size)

    def _shortened(self, word: str) -> str:
        """Long repeats undone: to two letters where that is a word, else to one."""
        if not _RUN.search(word):
            return word
        twice = _RUN.sub(r"\1\1", word)
        return twice if self.known(twice) else _RUN.sub(r"\1", word)

    def _count(self, sentence: Sentence) -> None:
        """Give numbers that are said in words their values; one of several words becomes one word."""
        words, numbers = sentence.words, sentence.numbers
        if self._counting.isdisjoint(words):
            return
        place = 0
        while place < len(words):
            start = sentence.starts[place]
            if start not in numbers or numbers[start][0] is None:
                size = self._number(words, place)
                if size:
                    row = tuple(words[place : place + size])
                    value = self.numbers.get(row)
                    more, ones = self._ones(words, place + size) if value in _TENS else (0, 0)
                    size += more
                    numbers[start] = (value + ones if value else value), self.ordinals.get(row) if not more else None
                if size > 1:
                    sentence.join(place, size, "".join(words[place : place + size]))
            place += 1

    def _ones(self, words: list[str], place: int) -> tuple[int, int]:
        """How many words the number from 1 to 9 has that begins at a place, and its value: eighty *seven*."""
        size = self._number(words, place)
        value = self.numbers.get(tuple(words[place : place + size]), 0)
        return (size, value) if 0 < value < 10 else (0, 0)

    def _number(self, words: list[str], place: int) -> int:
        """How many words the number has that begins at a place; 0 where there is none."""
        for size in range(min(self.longest, len(words) - place), 0, -1):
            row = tuple(words[place : place + size])
            if row in self.numbers or row in self.ordinals:
                return size
        return 0


def _row() -> tuple[list[str], list[int], list[int]]:
    return [], [], []


class _PlainTable(dict[int, str]):
    """For `str.translate`: letters folded, digits kept, apostrophes gone (or a blank), all else a blank."""

    def __init__(self, script: Script, elisions: bool) -> None:
        super().__init__()
        self._script = script
        self._apostrophe = " " if elisions else ""

    def __missing__(self, code: int) -> str:
        char, script = chr(code), self._script
        if char in APOSTROPHES:
            found = self._apostrophe
        elif char.isdigit() or unicodedata.category(char) == "No":
            found = _digits(char)
        else:
            found = script.letters.get(char) or script.looks.get(char) or ""
            if not found and char not in script.invisible:
                found = char if char.isalnum() else " "
        self[code] = found
        return found


def _digits(char: str) -> str:
    value = unicodedata.numeric(char, -1)
    return str(int(value)) if 0 <= value < 100 and value == int(value) else " "
