"""What each chunk of a text between blanks brings to the patterns, found once and kept: most chunks come again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from reelwarden.text.chinese import is_han
from reelwarden.text.recent import Recent, unknown
from reelwarden.text.spelled import FEWEST, rows
from reelwarden.text.tokens import Tokenizer, is_stopped

KEPT = 50_000
LONGEST_KEPT = 80
APART = 1000
"""So far apart are the places of words in two sentences: no pattern goes from one to the other."""

ANYWHERE = 1 << 40
"""So far before or after any other word may a word be whose place is not known."""

LONG = 600
"""In a text of so many chunks the order of words is not looked at; its sentences are."""

_ADDRESS = re.compile(r"\W*(?:https?://|www\.|@)")

Hit = tuple[int, int, int]
"""The first and the last place where a word may stand, in tokens, and the choices that it belongs to, as bits."""

Lead = tuple[int, int]
"""The choices that a pattern needs, as bits, and its number: it is told by its rarest choice."""


class Note(NamedTuple):
    """`choices` that have a word in the chunk, as bits; `slots` of numbers that it may fill; `size` in tokens.

    `ends`: a sentence ends with the chunk. `loose`: its places say nothing of distances. `letters`: how many of its
    words are single letters. `leads` are the patterns whose rarest choice is among the choices."""

    choices: int
    slots: frozenset[str]
    size: int
    ends: bool
    hits: tuple[Hit, ...]
    loose: bool
    letters: int = 0
    leads: tuple[Lead, ...] = ()


class Look(NamedTuple):
    """A text's notes, and all choices and slots in them."""

    notes: Sequence[Note]
    choices: int
    slots: frozenset[str]

    def led(self) -> list[int]:
        """The patterns all of whose choices are in the text."""
        choices = self.choices
        return list({number for note in self.notes for needs, number in note.leads if needs & choices == needs})

    def hits(self, asked: int) -> tuple[list[Hit], bool]:
        """Where words of the asked choices stand, in order; and whether the distances between them can be trusted."""
        found: list[Hit] = []
        place, loose = 0, False
        for note in self.notes:
            for first, last, choices in note.hits:
                if choices & asked:
                    found.append((place + first, place + last, choices))
            place += note.size + APART * note.ends
            loose = loose or note.loose
        return found, not loose


class Notes(Recent[Note]):
    """The notes of chunks; `choices_in` gives the choices that have a word in a plain text, with their places,
    `leads_of` the patterns that wait for one of some choices, and `is_dull` tells words that no choice has."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        choices_in: Callable[[str], list[tuple[int, int]]],
        leads_of: Callable[[int], tuple[Lead, ...]],
        is_dull: Callable[[str], bool] = unknown,
    ) -> None:
        super().__init__(self._made, KEPT, LONGEST_KEPT)
        self._is_dull = is_dull
        self._tokenizer = tokenizer
        self._choices_in = choices_in
        self._leads_of = leads_of
        self.choices_of = lru_cache(KEPT)(self._choices_of)

    def _choices_of(self, word: str) -> int:
        """The choices that have this word, as bits."""
        choices = 0
        for _, bits in self._choices_in(f" {word} "):
            choices |= bits
        return choices

    def look(self, chunks: Sequence[str]) -> Look:
        notes = list(map(self.__getitem__, chunks))
        choices, slots, letters, loose = 0, _NONE, 0, False
        for note in notes:
            choices |= note.choices
            letters += note.letters
            loose = loose or note.loose
            if note.slots:
                slots |= note.slots
        if letters >= FEWEST and (more := self._spelled(chunks)):
            notes = more
            for note in notes:
                choices |= note.choices
        if loose and (apart := self._apart(chunks) & ~choices):
            choices |= apart
            notes.insert(0, self._led(Note(apart, _NONE, 0, False, ((-ANYWHERE, ANYWHERE, apart),), True)))
        return Look(notes, choices, slots)

    def _apart(self, chunks: Sequence[str]) -> int:
        """The choices of Chinese words whose characters stand apart."""
        words = "".join([piece.word for chunk in chunks for piece in self._tokenizer.pieces(chunk)])
        choices = 0
        for _, bits in self._choices_in(words):
            choices |= bits
        return choices

    def _spelled(self, chunks: Sequence[str]) -> list[Note]:
        """The notes of a text with those of the words that are spelled in it, each beside its letters."""
        words = [(piece.word, number) for number, chunk in enumerate(chunks) for piece in self._tokenizer.pieces(chunk)]
        more: dict[int, list[Note]] = defaultdict(list)
        for first, end in rows([word for word, _ in words]):
            for word in self._tokenizer.spelled("".join([letter for letter, _ in words[first:end]])):
                choices = self.choices_of(word)
                more[words[first][1]].append(self._led(Note(choices, _NONE, 0, False, ((0, 0, choices),), True)))
                first += len(word)
        return [one for number, chunk in enumerate(chunks) for one in (*more[number], self[chunk])] if more else []

    def _made(self, chunk: str) -> Note:
        if self._is_dull(chunk):
            return LAST_WORD if is_stopped(chunk) else WORD
        return self._led(self._note(chunk))

    def _led(self, note: Note) -> Note:
        """The note with the patterns that its choices lead."""
        leads = self._leads_of(note.choices)
        return note._replace(leads=leads) if leads else note

    def _note(self, chunk: str) -> Note:
        """The words that a quick look has, and those that patterns will read, which differ where one is disguised."""
        tokenizer = self._tokenizer
        if word := tokenizer.sole_word(chunk):
            choices, slots = self.choices_of(word), tokenizer.slots_of(word)
            ends = is_stopped(chunk)
            if not choices and not slots and len(word) > 1:
                return LAST_WORD if ends else WORD
            hits = ((0, 0, choices),) if choices else ()
            return Note(choices, slots, 1, ends, hits, False, int(len(word) == 1))
        quick = tokenizer.quick(chunk)
        pieces = tokenizer.pieces(chunk)
        words = [piece.word for piece in pieces if piece.word]
        ends = bool(pieces) and not pieces[-1].word
        plain = words == quick.split() or _ADDRESS.match(chunk) or _is_slang(words)
        more = "" if plain else f"{' '.join(words)} "
        loose = not quick.isascii() and any(map(is_han, quick))
        found = self._choices_in(quick + more)
        slots = frozenset(tokenizer.counts(quick + more, pieces))
        choices = 0
        for _, bits in found:
            choices |= bits
        if not loose:
            size = len(words)
            hits = ((0, max(size - 1, 0), choices),) if choices else ()
            return Note(choices, slots, size, ends, hits, False, list(map(len, words)).count(1))
        size = len(quick)
        placed = [(start, start, bits) if start < size else (0, size, bits) for start, bits in found]
        return Note(choices, slots, size, ends, tuple(sorted(placed)), True)


def _is_slang(words: Sequence[str]) -> bool:
    """`m8`, `h8`: a letter and a digit that are no two words."""
    return len(words) == 2 and len(words[0]) == len(words[1]) == 1 and words[1].isdigit()


_NONE: frozenset[str] = frozenset()
WORD, LAST_WORD = Note(0, _NONE, 1, False, (), False), Note(0, _NONE, 1, True, (), False)
"""What a word brings that no pattern knows."""
