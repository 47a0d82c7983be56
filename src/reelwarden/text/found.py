"""What a matcher found, and which of overlapping finds stay."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import NamedTuple


class Found(NamedTuple):
    """A word of the index at `text[start:end]`: whose it is, how disguised, how grave."""

    owner: int
    start: int
    end: int
    cost: float
    weight: int = 0

    def moved(self, by: int) -> Found:
        return Found(self.owner, self.start + by, self.end + by, self.cost, self.weight)


def best(found: Sequence[Found]) -> list[Found]:
    """Of overlapping matches the longest, then the cheapest, then the gravest; in the order of the text."""
    if len(found) < 2:
        return list(found)
    kept: list[tuple[int, int, Found]] = []
    for match in sorted(found, key=lambda one: (one.start - one.end, one.cost, -one.weight, one.start)):
        place = bisect_left(kept, (match.start, match.end))
        clear_left = place == 0 or kept[place - 1][1] <= match.start
        if clear_left and (place == len(kept) or kept[place][0] >= match.end):
            insort(kept, (match.start, match.end, match))
    return [match for _, _, match in kept]
