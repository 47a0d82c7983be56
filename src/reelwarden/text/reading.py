"""A piece of text read letter by letter: what each character stands for, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from reelwarden.text.fold import DIGRAPHS, GAP, MASKS, SIGNS, Script

PLAIN, LOOK, LEET, MASK, BLANK = "plme "
"""How sure it is that a character is the letter; BLANK goes with GAP."""

ANY = "*"
"""The letter of a mask."""

_DIGRAPH = re.compile("|".join(map(re.escape, sorted(DIGRAPHS, key=len, reverse=True))))
RUN = re.compile(r"(.)(?=\1)", re.DOTALL)
"""A letter before its like; to be deleted."""

DRAWN = re.compile(r"[|\\/(){}\[\]<>]")
_WORD = re.compile(f"[^{GAP}]+")


class Reading(NamedTuple):
    """The letters and gaps of a text, how sure each of them is (`hows`, one sign a letter), and what stands for it:
    `text[starts[n]:ends[n]]` for `letters[n]`."""

    letters: str
    hows: str
    starts: Sequence[int]
    ends: Sequence[int]

    def slice(self, first: int, end: int) -> tuple[str, str]:
        """Some of the letters without gaps, and how sure they are."""
        letters, hows = self.letters[first:end], self.hows[first:end]
        return (letters.replace(GAP, ""), hows.replace(BLANK, "")) if GAP in letters else (letters, hows)


def read(text: str, script: Script, *, masks: bool = False) -> Reading:
    """The letters and gaps of a text; with `masks`, signs between letters stand for any letter instead of leet."""
    letters, hows = _tables(script, masks)
    drawn = _drawings(text) if not masks and DRAWN.search(text) else {}
    if not drawn and text.isascii():
        return Reading(text.translate(letters), text.translate(hows), range(len(text)), range(1, len(text) + 1))
    return _read(text, letters, hows, drawn)


def _read(text: str, letters: _Letters, hows: _Hows, drawn: dict[int, tuple[str, int]]) -> Reading:
    """The same where a character may be several letters, or several characters one."""
    read: list[str] = []
    sure: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    skip = 0
    for place, char in enumerate(text):
        if place < skip:
            continue
        skip = place + 1
        if place in drawn:
            found, skip = drawn[place]
            sure.append(LEET)
        else:
            found = letters[ord(char)]
            sure.append(hows[ord(char)])
        read.append(found)
        starts += [place] * len(found)
        ends += [skip] * len(found)
    return Reading("".join(read), "".join(sure), starts, ends)


class _Letters(dict[int, str]):
    """For `str.translate`: the letters that a character stands for; nothing for what cannot be seen."""

    def __init__(self, script: Script, masks: bool) -> None:
        super().__init__()
        self._script, self._masks = script, masks

    def __missing__(self, code: int) -> str:
        self[code] = letters = self.meant(chr(code))[0]
        return letters

    def meant(self, char: str) -> tuple[str, str]:
        """The letters of a character, and how sure they are."""
        script = self._script
        if char in script.invisible:
            return "", PLAIN
        if letters := script.letters.get(char):
            return letters, PLAIN
        if self._masks and char in MASKS:
            return ANY, MASK
        if letters := script.leet.get(char):
            return letters, LEET
        if letters := script.looks.get(char):
            return letters, LOOK
        return (char, PLAIN) if char.isalnum() else (GAP, BLANK)


class _Hows(dict[int, str]):
    """For `str.translate`: how sure the letters are that `letters` makes of a character, a sign for each."""

    def __init__(self, letters: _Letters) -> None:
        super().__init__()
        self._letters = letters

    def __missing__(self, code: int) -> str:
        letters, how = self._letters.meant(chr(code))
        self[code] = hows = how * len(letters)
        return hows


@cache
def _tables(script: Script, masks: bool) -> tuple[_Letters, _Hows]:
    letters = _Letters(script, masks)
    return letters, _Hows(letters)


def _drawings(text: str) -> dict[int, tuple[str, int]]:
    """{place: (letter, end)} of letters drawn with several signs."""
    return {found.start(): (DIGRAPHS[found[0]], found.end()) for found in _DIGRAPH.finditer(text)}


class Skeleton(NamedTuple):
    """The classes of the letters with runs collapsed, and the first and last letter of each run."""

    text: str
    first: list[int]
    last: list[int]


def skeleton(letters: str, script: Script) -> Skeleton:
    out: list[str] = []
    first: list[int] = []
    last: list[int] = []
    before = ""
    for place, letter in enumerate(script.classed(letters)):
        if letter == before:
            last[-1] = place
        elif letter != GAP:
            out.append(letter)
            first.append(place)
            last.append(place)
            before = letter
    return Skeleton("".join(out), first, last)


def collapsed(letters: str, script: Script) -> str:
    """The skeleton of plain letters."""
    return RUN.sub("", letters.translate(script.class_table))


def is_inner(reading: Reading, place: int, text: str) -> bool:
    """Whether a letter is part of a word even at its edge: letters and digits are, signs are not."""
    how = reading.hows[place]
    return how != BLANK and not (how in (LEET, MASK) and text[reading.starts[place]] in _EDGE_SIGNS)


_EDGE_SIGNS = SIGNS | MASKS | frozenset("\\/]})>")


def words_of(letters: str) -> list[tuple[int, int]]:
    """First letter and end of every row of letters without a gap."""
    return [word.span() for word in _WORD.finditer(letters)]
