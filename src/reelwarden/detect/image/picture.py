"""Black and empty pictures, measured without a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import cv2

from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.view import FrameView, Pixels
from reelwarden.domain import Evidence, Signal

BLACK = "picture.black"
DARK_LEVEL = 24
"""Of 255: limited-range video has its black at 16, and compression noise adds a little."""
SPREAD_LEVEL = 2.0
"""A single colour has a deviation of 0; compression of a plain picture leaves up to 1.5."""
FLOOR = 0.9


class Picture(FrameDetector):
    """`picture.black`: the share of dark pixels, when nearly all are; 1 for a picture of a single colour."""

    name: ClassVar[str] = "picture"
    tells: ClassVar[Tells] = {BLACK: ()}
    side: ClassVar[int] = 320

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: FrameView) -> list[Signal]:
        if BLACK not in self.asked:
            return []
        dark, mean, spread = measure(frame.fit(self.side))
        score = 1.0 if spread < SPREAD_LEVEL else dark
        facts = {"dark_share": round(dark, 4), "brightness": round(mean, 2), "spread": round(spread, 2)}
        return [self.signal(frame, BLACK, score, Evidence(facts=facts))] if score >= FLOOR else []


def measure(pixels: Pixels) -> tuple[float, float, float]:
    """The share of dark pixels, the mean brightness and its deviation, the latter two of 255."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    mean, spread = (float(value[0, 0]) for value in cv2.meanStdDev(grey))
    return float((grey < DARK_LEVEL).mean()), mean, spread
