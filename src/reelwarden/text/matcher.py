"""Finds the words of an index in a text, however they are disguised.

A text is taken in chunks between blanks. What a chunk is worth is found once and kept: most texts hold only chunks
that were seen to be innocent, and are done with one look at each. Chunks that are pieces of words are looked at
together with their neighbours (`f u c k`, `moth erf ucker`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from reelwarden.text.fold import GAP, Script
from reelwarden.text.found import Found, best
from reelwarden.text.index import Index
from reelwarden.text.keys import SHORTEST
from reelwarden.text.reading import collapsed
from reelwarden.text.recent import Recent, unknown
from reelwarden.text.suppress import Judge
from reelwarden.text.verify import Verifier

CHUNK = re.compile(r"\S+")
LONGEST_CHUNK = 1000
OVERLAP = 60
KEPT_LENGTH = 80
KEPT = 60_000
KEPT_RUNS = 20_000
TOGETHER = 200
TOGETHER_OVERLAP = 20

_EDGES = "'\"’‘“”„«»()[]{}<>.,:;!?…-–—*~_/\\|¿¡·"
_BEHIND = ".,;:"
"""Marks behind a word that nobody takes for letters."""

_INNER = re.compile(r"['’\-–—/.,:;…\"“”()?]+")
_DIGITS = re.compile(r"[\d.,:;/\-+%°€$£()&#]*")
_ELIDED = re.compile(r"\W*([^\W\d_]+)['’]")
_ADDRESS = re.compile(r"https?://|www\.")
_HOST = re.compile(r"\W*(?:https?://)?[^/?#]*", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{3,}")
LONGEST_KNOWN_PIECE = 3
"""A usual word of more letters is no piece of a broken word."""

_PLAIN = re.compile(rf"([^\W\d_]{{{LONGEST_KNOWN_PIECE + 1},{LONGEST_CHUNK - 9}}})[.,;:!?]{{0,9}}")
"""A word too long for a piece, as it is written, and marks behind it."""

LONGEST_PIECE = 12


class Verdict(NamedTuple):
    """What a chunk holds: matches with places within it; `factor`: its skeleton, if that may be a piece of a word;
    `known`: it is a usual word."""

    found: tuple[Found, ...]
    factor: str
    known: bool


INNOCENT = Verdict((), "", True)
_NOTHING = Verdict((), "", False)


class Matcher:
    """One index over one language's dictionary. `is_dull` tells chunks that are part of no match. Not thread-safe: the
    caches are its own."""

    def __init__(
        self,
        index: Index,
        judge: Judge,
        script: Script | None = None,
        lenient: float = 0.0,
        is_dull: Callable[[str], bool] = unknown,
    ) -> None:
        self.index = index
        self.judge = judge
        self.script = script or index.script
        self.verifier = Verifier(index, judge, self.script, lenient)
        self._is_dull = is_dull
        self._verdicts = Recent(self._verdict, KEPT, KEPT_LENGTH)
        self._may_join = lru_cache(KEPT_RUNS)(partial(_joins, index))
        self._across = lru_cache(KEPT_RUNS)(self.verifier.find_across)

    def is_inert(self, chunk: str) -> bool:
        """Whether a chunk is part of no match in any text; no of long ones, which are not looked at for that."""
        return len(chunk) <= KEPT_LENGTH and not _matters(self._verdicts[chunk])

    def find(self, text: str, chunks: Sequence[str]) -> list[Found]:
        """Every match, with its place in the text; of overlapping ones the best. `chunks` are those of `split`."""
        verdicts = list(map(self._verdicts.__getitem__, chunks))
        if not any(map(_matters, verdicts)):
            return []
        runs = list(_runs(verdicts))
        telling = [number for number, verdict in enumerate(verdicts) if verdict.found]
        if not runs and not telling:
            return []
        places = [chunk.span() for chunk in CHUNK.finditer(text)]
        found = [match.moved(places[number][0]) for number in telling for match in verdicts[number].found]
        for first, last in runs:
            found.extend(self._together(text, places[first:last], verdicts[first:last]))
        return best(found)

    def _verdict(self, chunk: str) -> Verdict:
        if self._is_dull(chunk):
            return INNOCENT
        verdict = self._of_plain(chunk)
        if verdict is None:
            return self._judge(chunk) if len(chunk) <= LONGEST_CHUNK else self._slices(chunk)
        return verdict

    def _of_plain(self, chunk: str) -> Verdict | None:
        """What `_judge` says of a word with no more than marks behind it, without a look at all that it is not."""
        plain = _PLAIN.fullmatch(chunk)
        if plain is None:
            return None
        word = plain[1]
        low = word.lower()
        if not low.isalpha() or low in self.index.cased:
            return None
        if self.judge.known(low):
            return INNOCENT
        if word == chunk:
            return self._of_letters(word)
        return self._followed(chunk, word) if chunk.rstrip(_BEHIND) == word else None

    def _judge(self, chunk: str) -> Verdict:
        """The verdict on a chunk; what an elision leaves in front of it (l', qu') is no part of the word."""
        if self.judge.elisions and (elided := _ELIDED.match(chunk)) and elided[1].lower() in self.judge.elisions:
            verdict = self._judge(chunk[elided.end() :])
            return Verdict(tuple(one.moved(elided.end()) for one in verdict.found), "", verdict.known)
        low = chunk.strip(_EDGES).lower()
        if not low or _DIGITS.fullmatch(low):
            lone = len(chunk) == 1 and chunk not in _EDGES
            return Verdict((), chunk if lone else "", False)
        known = self._is_known(low)
        cased = self.index.cased and not self.index.cased.isdisjoint(_INNER.split(low))
        if known and len(low) > LONGEST_KNOWN_PIECE and not cased:
            return INNOCENT
        if _ADDRESS.match(low):
            return Verdict(tuple(best(list(self._address(chunk)))), "", False)
        core = chunk.rstrip(_BEHIND)
        if core != chunk:
            return self._followed(chunk, core)
        if not known:
            return self._of_letters(chunk)
        factor = self._factor(chunk, self._read(chunk)[1])
        return Verdict(tuple(best(list(self.verifier.exact(chunk)))) if cased else (), factor, known)

    def _followed(self, chunk: str, core: str) -> Verdict:
        """The verdict on a chunk that is one with marks behind it."""
        verdict = self._verdicts[core]
        return verdict._replace(factor="") if verdict.factor and len(chunk) > LONGEST_PIECE else verdict

    def _of_letters(self, chunk: str) -> Verdict:
        """The verdict on a chunk that is no usual word."""
        letters, bones = self._read(chunk)
        found = self.verifier.find(chunk, letters, bones)
        factor = self._factor(chunk, bones)
        return Verdict(tuple(best(found)), factor, False) if found or factor else _NOTHING

    def _factor(self, chunk: str, bones: str) -> str:
        return bones if len(chunk) <= LONGEST_PIECE and self.index.is_factor(bones) else ""

    def _read(self, chunk: str) -> tuple[str, str]:
        """The letters of a chunk, and their skeleton."""
        letters = chunk.translate(self.script.raw_table)
        return letters, collapsed(letters.replace(GAP, ""), self.script)

    def _address(self, chunk: str) -> Iterator[Found]:
        """Words in a link: within the host's name as anywhere, in the rest only whole and undisguised ones."""
        host = _HOST.match(chunk)
        end = host.end() if host else 0
        for piece in _LETTERS.finditer(chunk):
            whole = piece[0].lower() in self.index.forms
            if (piece.start() < end and not self._is_known(piece[0].lower())) or whole:
                for match in self.verifier.find(piece[0], *self._read(piece[0])):
                    if not match.cost and (piece.start() < end or whole):
                        yield match.moved(piece.start())

    def _is_known(self, low: str) -> bool:
        judge = self.judge
        if low.isalpha():
            return judge.known(low)
        pieces = _INNER.split(low)
        return all(
            piece.isalpha()
            and (judge.stands_alone(piece) or (place > 0 and len(piece) < 3 and low[-len(piece) - 1] in "'’"))
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
            if self._may_join(tuple([verdict.factor for verdict in verdicts[first:last]])):
                start, end = places[first][0], places[first:last][-1][1]
                find = self._across if end - start <= KEPT_LENGTH else self.verifier.find_across
                for match in find(text[start:end]):
                    yield match.moved(start)


def _matters(verdict: Verdict) -> bool:
    """Whether a chunk holds a match, or may be a piece of one and is no word by itself."""
    return bool(verdict.found) or (verdict.factor != "" and not verdict.known)


def _is_clitic(piece: str, low: str) -> bool:
    """Whether a piece is what an apostrophe leaves at the end of a word: 's, 't, 'll."""
    return len(piece) < 3 and low[-len(piece) - 1] in "'’"


def _joins(index: Index, pieces: Sequence[str]) -> bool:
    """Whether a word's skeleton begins where one of the pieces begins, and goes over into the next."""
    bones, starts, inner = "", set(), []
    for piece in pieces:
        if bones and bones[-1] == piece[0]:
            starts.add(len(bones) - 1)
            inner.append(len(bones))
            bones += piece[1:]
            continue
        starts.add(len(bones))
        inner.append(len(bones))
        bones += piece
    for _, start, end in index.automaton.find_matches_as_indexes(bones, overlapping=True):
        if start in starts and any(start < place < end or place == start + 1 for place in inner):
            return True
    return len(pieces) >= SHORTEST and all(len(piece) == 1 for piece in pieces)


def _runs(verdicts: Sequence[Verdict]) -> Iterator[tuple[int, int]]:
    """First and end of every row of pieces that are not all words by themselves."""
    size, end = len(verdicts), 0
    for place, verdict in enumerate(verdicts):
        if verdict.factor and not verdict.known and place >= end:
            first, end = place, place + 1
            while first and verdicts[first - 1].factor:
                first -= 1
            while end < size and verdicts[end].factor:
                end += 1
            if end - first > 1:
                yield first, end
