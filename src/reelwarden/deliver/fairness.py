"""Whose turn it is: an endpoint that is down or slow, or an account that is owed a lot, delays nobody else. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

Endpoint = tuple[str, str]
"""(account, host): another account's callbacks to the same host are another endpoint."""

AT_ONCE = 8
"""Attempts in flight to one endpoint,"""
AT_ONCE_SLOW = 2
"""and to one whose last answer was slow, or did not come."""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that may be attempted now. `size` is its body's, in bytes."""

    id: str
    endpoint: Endpoint
    next_at: float
    size: int


@dataclass(frozen=True, slots=True)
class Space:
    """What a notifier can take on: `free` of its `slots`, and `room` bytes of bodies.

    A quarter of the slots is only for accounts that have nothing in flight; slow endpoints together get half of them.
    """

    slots: int
    free: int
    room: int

    @property
    def reserve(self) -> int:
        return self.slots // 4

    @property
    def for_slow(self) -> int:
        return max(1, self.slots // 2)


def turns(
    due: Iterable[Due], in_flight: Mapping[Endpoint, int], space: Space, slow: Collection[Endpoint] = ()
) -> list[Due]:
    """Those that are attempted now; whoever has the fewest in flight goes first.

    Each endpoint gets what it is still allowed at once, oldest first; then the accounts take turns, and within an
    account its endpoints. A body larger than the room goes alone.
    """
    chosen: list[Due] = []
    room, slow_ones = space.room, sum(in_flight.get(endpoint, 0) for endpoint in slow)
    for rank, one in _by_turn(due, in_flight, slow):
        left = space.free - len(chosen)
        if left <= 0 or (rank > 1 and left <= space.reserve) or (chosen and room < one.size):
            break
        if one.endpoint in slow:
            if slow_ones >= space.for_slow:
                continue
            slow_ones += 1
        room -= one.size
        chosen.append(one)
    return chosen


def _by_turn(
    due: Iterable[Due], in_flight: Mapping[Endpoint, int], slow: Collection[Endpoint]
) -> list[tuple[int, Due]]:
    """Each with its place among what its account has in flight, the first places first."""
    load = Counter[str]()
    for (account, _), count in in_flight.items():
        load[account] += count
    turned = []
    for one in _allowed(due, in_flight, slow):
        load[one.endpoint[0]] += 1
        turned.append((load[one.endpoint[0]], one))
    return sorted(turned, key=lambda pair: pair[0])  # stable: the order among equals stays


def _allowed(due: Iterable[Due], in_flight: Mapping[Endpoint, int], slow: Collection[Endpoint]) -> list[Due]:
    """What each endpoint is still allowed, the first of each before the second of any."""
    busy = Counter(in_flight)
    ranked = []
    for one in sorted(due, key=lambda d: (d.next_at, d.id)):
        busy[one.endpoint] += 1
        if busy[one.endpoint] <= (AT_ONCE_SLOW if one.endpoint in slow else AT_ONCE):
            ranked.append((busy[one.endpoint], one))
    return [one for _, one in sorted(ranked, key=lambda pair: pair[0])]
