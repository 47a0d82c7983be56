"""When what a live stream shows is due. Six seconds that come in one go may take six to look at."""

from __future__ import annotations

LEAD = 10.0
"""Seconds of stream that may be ahead of the clock on the wall. Of what comes at once beyond that, pictures go missing
where somebody is slow, and the source is not kept waiting for longer."""


class Arrival:
    """Tell it each instant of the stream that comes. Times on the wall are those of `time.monotonic`.

    `zero` is when the stream's second 0 was due: later with everything that comes late, so that a stream that paused
    is not behind for ever; earlier where more than LEAD comes at once.
    """

    zero = float("-inf")

    def come(self, at: float, now: float) -> None:
        self.zero = max(self.zero, now - at)
        self.zero = min(self.zero, now - at + LEAD)

    def due(self, at: float) -> float:
        return self.zero + at
