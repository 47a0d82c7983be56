"""Finds the words of an index in a text, however they are disguised.

A text is taken in chunks between blanks. What a chunk is worth is found once and kept: most texts hold only chunks
that were seen to be innocent, and are done after one set operation. Chunks that are pieces of words are looked at
together with their neighbours (`f u c k`, `moth erf ucker`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reelwarden.text.fold import GAP
from reelwarden.text.index import Index
from reelwarden.text.reading import RUN, collapsed
from reelwarden.text.suppress import Judge
from reelwarden.text.verify import Found, Verifier, best

CHUNK = re.compile(r"\S+")
LONGEST_CHUNK = 1000
OVERLAP = 60
KEPT_LENGTH = 80
KEPT = 60_000
TOGETHER = 200
TOGETHER_OVERLAP = 20

_EDGES = "'\"’‘“”„«»()[]{}<>.,:;!?…-–—*~_/\\|¿¡·"
_INNER = re.compile(r"['’\-–—/.,:;…\"“”()?]+")
_DIGITS = re.compile(r"[\d.,:;/\-+%°€$£()]*")


class Verdict(NamedTuple):
    """What a chunk holds: matches with places within it; `factor`: its skeleton, if that may be a piece of a word;
    `known`: it is a usual word."""

    found: tuple[Found, ...]
    factor: str
    known: bool


class Matcher:
    """One index over one language's dictionary. Not thread-safe: the caches are its own."""

    def __init__(self, index: Index, judge: Judge) -> None:
        self.index = index
        self.judge = judge
        self.verifier = Verifier(index, judge)
        self._inert: set[str] = set()
        self._verdicts: dict[str, Verdict] = {}

    def find(self, text: str) -> list[Found]:
        """Every match, with its place in the text; of overlapping ones the best."""
        chunks = text.split()
        if self._inert.issuperset(chunks):
            return []
        get = self._verdicts.get
        verdicts = [get(chunk) or self._verdict(chunk) for chunk in chunks]
        runs = list(_runs(verdicts))
        if not runs and not any(verdict.found for verdict in verdicts):
            return []
        places = [chunk.span() for chunk in CHUNK.finditer(text)]
        found = [
            match.moved(start) for (start, _), verdict in zip(places, verdicts, strict=True) for match in verdict.found
        ]
        for first, last in runs:
            found.extend(self._together(text, places[first:last], verdicts[first:last]))
        return best(found)

    def _verdict(self, chunk: str) -> Verdict:
        verdict = self._verdicts.get(chunk)
        if verdict is None:
            verdict = self._judge(chunk) if len(chunk) <= LONGEST_CHUNK else self._slices(chunk)
            if len(chunk) <= KEPT_LENGTH:
                self._keep(chunk, verdict)
        return verdict

    def _keep(self, chunk: str, verdict: Verdict) -> None:
        if len(self._verdicts) >= KEPT:
            self._verdicts.clear()
            self._inert.clear()
        self._verdicts[chunk] = verdict
        if not verdict.found and (verdict.known or not verdict.factor):
            self._inert.add(chunk)

    def _judge(self, chunk: str) -> Verdict:
        low = chunk.strip(_EDGES).lower()
        if not low or _DIGITS.fullmatch(low):
            lone = len(chunk) == 1 and chunk not in _EDGES
            return Verdict((), chunk if lone else "", False)
        script = self.index.script
        bones = collapsed(chunk.translate(script.raw_table).replace(GAP, ""), script)
        factor = bones if self.index.is_factor(bones) else ""
        if self._is_known(low):
            return Verdict((), factor, True)
        return Verdict(tuple(best(self.verifier.find(chunk))), factor, False)

    def _is_known(self, low: str) -> bool:
        judge = self.judge
        if low.isalpha():
            return judge.known(low)
        pieces = _INNER.split(low)
        return all(
            piece.isalpha() and (judge.known(piece) or (place > 0 and len(piece) < 3 and low[-len(piece) - 1] in "'’"))
            for place, piece in enumerate(pieces)
        )

    def _slices(self, chunk: str) -> Verdict:
        """A chunk too long to be looked at whole."""
        found: list[Found] = []
        for start in range(0, len(chunk), LONGEST_CHUNK - OVERLAP):
            piece = chunk[start : start + LONGEST_CHUNK]
            found.extend(match.moved(start) for match in self._judge(piece).found)
        return Verdict(tuple(found), "", False)

    def _together(self, text: str, places: Sequence[tuple[int, int]], verdicts: Sequence[Verdict]) -> Iterator[Found]:
        """Matches across the blanks of a run of pieces, a few hundred at a time."""
        for first in range(0, max(len(places) - TOGETHER_OVERLAP, 1), TOGETHER):
            last = first + TOGETHER + TOGETHER_OVERLAP
            bones = RUN.sub(r"\1", "".join([verdict.factor for verdict in verdicts[first:last]]))
            single = all(len(verdict.factor) == 1 for verdict in verdicts[first:last])
            if single or self.index.automaton.find_matches_as_indexes(bones):
                start, end = places[first][0], places[first:last][-1][1]
                for match in self.verifier.find_across(text[start:end]):
                    yield match.moved(start)


def _runs(verdicts: Sequence[Verdict]) -> Iterator[tuple[int, int]]:
    """First and end of every row of pieces that are not all words by themselves."""
    first, strange = 0, False
    for place, verdict in enumerate((*verdicts, _NOTHING)):
        if verdict.factor:
            strange = strange or not verdict.known
            continue
        if strange and place - first > 1:
            yield first, place
        first, strange = place + 1, False


_NOTHING = Verdict((), "", False)
