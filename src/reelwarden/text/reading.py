"""A piece of text read letter by letter: what each character stands for, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from reelwarden.text.fold import DIGRAPHS, GAP, MASKS, SIGNS, Script


class How(IntEnum):
    """How sure it is that a character is the letter."""

    PLAIN = 0
    LOOK = 1
    LEET = 2
    MASK = 3
    GAP = 4


class Unit(NamedTuple):
    """One letter of a reading; `text[start:end]` is what stands for it."""

    letter: str
    how: How
    start: int
    end: int


ANY = "*"
"""The letter of a mask."""

_DIGRAPH = re.compile("|".join(map(re.escape, sorted(DIGRAPHS, key=len, reverse=True))))
RUN = re.compile(r"(.)(?=\1)", re.DOTALL)
"""A letter before its like; to be deleted."""

DRAWN = re.compile(r"[|\\/(){}\[\]<>]")


def read(text: str, script: Script, *, masks: bool = False, leet: bool = True) -> list[Unit]:
    """The letters and gaps of a text; with `masks`, signs between letters stand for any letter instead of leet."""
    units: list[Unit] = []
    drawn = _drawings(text) if leet and not masks and DRAWN.search(text) else {}
    skip = 0
    for place, char in enumerate(text):
        if place < skip:
            continue
        if place in drawn:
            letter, skip = drawn[place]
            units.append(Unit(letter, How.LEET, place, skip))
        elif char not in script.invisible:
            units.extend(_units(char, place, script, masks, leet))
    return units


def _units(char: str, place: int, script: Script, masks: bool, leet: bool) -> Iterator[Unit]:
    end = place + 1
    if letters := script.letters.get(char):
        how = How.PLAIN
    elif masks and char in MASKS:
        letters, how = ANY, How.MASK
    elif leet and (letters := script.leet.get(char, "")):
        how = How.LEET
    elif letters := script.looks.get(char):
        how = How.LOOK
    elif char.isalnum():
        letters, how = char, How.PLAIN
    else:
        letters, how = GAP, How.GAP
    for letter in letters:
        yield Unit(letter, how, place, end)


def _drawings(text: str) -> dict[int, tuple[str, int]]:
    """{place: (letter, end)} of letters drawn with several signs."""
    return {found.start(): (DIGRAPHS[found[0]], found.end()) for found in _DIGRAPH.finditer(text)}


class Skeleton(NamedTuple):
    """The classes of the letters with runs collapsed, and the first and last unit of each run."""

    text: str
    first: list[int]
    last: list[int]


def skeleton(units: Sequence[Unit], script: Script) -> Skeleton:
    classes = script.classes
    out: list[str] = []
    first: list[int] = []
    last: list[int] = []
    before = ""
    for place, unit in enumerate(units):
        letter = unit.letter
        if letter == GAP:
            continue
        letter = classes.get(letter, letter)
        if letter == before:
            last[-1] = place
            continue
        out.append(letter)
        first.append(place)
        last.append(place)
        before = letter
    return Skeleton("".join(out), first, last)


def collapsed(letters: str, script: Script) -> str:
    """The skeleton of plain letters."""
    return RUN.sub("", letters.translate(script.class_table))


def is_inner(unit: Unit, text: str) -> bool:
    """Whether the unit is part of a word even at its edge: letters and digits are, signs are not."""
    return unit.how != How.GAP and not (unit.how in (How.LEET, How.MASK) and text[unit.start] in _EDGE_SIGNS)


_EDGE_SIGNS = SIGNS | MASKS | frozenset("\\/]})>")


def words_of(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """First unit and end of every row of units without a gap."""
    words: list[tuple[int, int]] = []
    start = -1
    for place, unit in enumerate(units):
        if unit.letter == GAP:
            if start >= 0:
                words.append((start, place))
            start = -1
        elif start < 0:
            start = place
    if start >= 0:
        words.append((start, len(units)))
    return words
