"""Gore, from the same look at the picture that nudity uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.image.classifiers import SAFETY, safety
from reelwarden.detect.view import FrameView
from reelwarden.domain import Evidence, Signal

LABEL = "gore"
FLOOR = 0.1
"""The model gives ordinary pictures 0.02 to 0.05: less than this says nothing."""


class Gore(FrameDetector):
    """`gore`: the share that the model gives to "not safe for life". The finer labels have no model."""

    name: ClassVar[str] = "gore"
    tells: ClassVar[Tells] = {LABEL: (SAFETY,)}
    side: ClassVar[int] = 448

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: FrameView) -> list[Signal]:
        seen = safety(frame, self.store)
        facts = {"nsfl": round(seen.gore, 4), "safe": round(seen.safe, 4)}
        return [self.signal(frame, LABEL, seen.gore, Evidence(facts=facts))] if seen.gore >= FLOOR else []
