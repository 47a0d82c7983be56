"""Which part of the media is decoded. Neighbouring spans share nothing and leave nothing out.

A span takes the plan's instants and the samples of sound whose time is in [start, end). The last picture of the media,
which some plans want, belongs to the span without an end.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Self


class Span(NamedTuple):
    """Seconds of media from `start` on and before `end`; an `end` of None is wherever the media ends."""

    start: float = -math.inf
    end: float | None = None

    @classmethod
    def of(cls, given: tuple[float, float | None] | None) -> Self:
        """What callers give: a start of 0 or less takes everything from the beginning. Raises ValueError."""
        if given is None:
            return cls()
        start, end = given
        if not math.isfinite(start) or (end is not None and not end > max(start, 0.0)):
            raise ValueError(f"a span must end after it begins: {given}")
        return cls(start if start > 0 else -math.inf, end)

    @property
    def whole(self) -> bool:
        return self == ALL

    def past(self, time: float) -> bool:
        """Whether `time` is beyond the span. LAST is beyond each one that ends."""
        return self.end is not None and time >= self.end

    def has(self, time: float) -> bool:
        return time >= self.start and not self.past(time)


ALL = Span()
