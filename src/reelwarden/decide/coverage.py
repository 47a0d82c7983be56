"""What was looked at, as far as merging must know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

BRIDGE = 1.5
"""Neighbouring samples are joined though they lie further apart than the policy's gap; half a step of slack."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """`pictures` counts the different pictures that were analysed (repeats do not count; None: not known).

    `step` is the usual distance of two neighbouring samples in seconds (0: not known).
    """

    pictures: int | None = None
    step: float = 0.0

    def gap(self, gap: float) -> float:
        """How far apart two pictures of one moment may lie, where the policy says `gap`."""
        return max(gap, BRIDGE * self.step)

    def wanted(self, looks: int) -> int:
        """How many looks may be asked of pictures: never more than there were, so an image can back itself."""
        return looks if self.pictures is None else max(1, min(looks, self.pictures))


UNKNOWN = Coverage()


def of(times: Sequence[float], pictures: int) -> Coverage:
    """The coverage of samples at `times` (seconds, repeats included), `pictures` of which were analysed."""
    steps = [later - earlier for earlier, later in pairwise(sorted(times)) if later > earlier]
    return Coverage(pictures, median(steps) if steps else 0.0)
