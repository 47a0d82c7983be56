"""A long media is cut into spans that several workers look at at once. Pure arithmetic over seconds of media.

A span's pictures are its own; its sound is heard a little before and after, so that a word on the border is heard
whole, and belongs to the span in which it begins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from reelwarden.domain import MediaInfo, MediaKind, Signal

SECONDS = 300.0
"""Length of a span. Shorter ones cost more: each opens the file, and hears its borders twice."""
LEAD = 5.0
RESUME_LEAD = 30.0
"""Seconds of sound that are heard again by whoever takes over in the middle: an utterance may be that long."""


@dataclass(frozen=True, slots=True)
class Span:
    """Frames wanted from `frames_from` up to `frames_to`, sound from `sound_from` up to `sound_to`; None: the end.

    `kept_from`: what was heard to begin earlier is another span's, or was told before.
    """

    frames_from: float
    frames_to: float | None
    sound_from: float
    sound_to: float | None
    kept_from: float

    @property
    def decoded(self) -> tuple[float, float | None] | None:
        """What must be decoded; None for everything."""
        start = min(self.frames_from, self.sound_from)
        end = None if self.frames_to is None or self.sound_to is None else max(self.frames_to, self.sound_to)
        return None if start <= 0 and end is None else (max(0.0, start), end)

    def resumed(self, until: float) -> Span:
        """The rest of the span when its pictures are done up to the instant `until`."""
        if until <= self.frames_from:
            return self
        silent = self.sound_from == math.inf
        return replace(
            self, frames_from=until, sound_from=math.inf if silent else max(self.sound_from, until - RESUME_LEAD)
        )

    def owns(self, signal: Signal) -> bool:
        """Whether something heard is this span's to tell."""
        return self.kept_from <= signal.start < (self.frames_to if self.frames_to is not None else math.inf)


def count(media: MediaInfo, kept: bool) -> int:
    """How many spans the media is cut into. One, where its length is unknown or other workers cannot have it."""
    if media.kind is MediaKind.IMAGE or media.duration is None or not kept:
        return 1
    return max(1, math.floor(media.duration / SECONDS + 0.5))


def of(duration: float | None, spans: int, number: int, listens: bool) -> Span:
    """Span `number` of so many. Without a listener only pictures are decoded."""
    if spans == 1 or duration is None:
        return Span(0.0, None, 0.0 if listens else math.inf, None, 0.0)
    length = duration / spans
    start, end = number * length, (number + 1) * length if number + 1 < spans else None
    if not listens:
        return Span(start, end, math.inf, end, start)
    return Span(start, end, max(0.0, start - LEAD), None if end is None else end + LEAD, start)
