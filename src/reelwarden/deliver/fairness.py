"""Whose turn it is: an endpoint that is down or slow, or an account that owes a lot, delays nobody else. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Endpoint = tuple[str, str]
"""(account, host): another account's callbacks to the same host are another endpoint."""

AT_ONCE = 8
"""Attempts in flight to one endpoint."""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that may be attempted now. `size` is its body's, in bytes."""

    id: str
    endpoint: Endpoint
    next_at: float
    size: int


def turns(due: Iterable[Due], in_flight: Mapping[Endpoint, int], most: int, room: int) -> list[Due]:
    """At most `most` of them, and `room` bytes unless it is one alone; whoever has the fewest in flight goes first.

    Each endpoint gets what it is still allowed of AT_ONCE, oldest first; then the accounts take turns, and within an
    account its endpoints.
    """
    chosen: list[Due] = []
    for one in _by_turn(due, in_flight):
        room -= one.size
        if len(chosen) == most or (chosen and room < 0):
            break
        chosen.append(one)
    return chosen


def _by_turn(due: Iterable[Due], in_flight: Mapping[Endpoint, int]) -> list[Due]:
    busy, load = Counter(in_flight), Counter[str]()
    for (account, _), count in in_flight.items():
        load[account] += count
    ranked = []
    for one in sorted(due, key=lambda d: (d.next_at, d.id)):
        busy[one.endpoint] += 1
        if busy[one.endpoint] <= AT_ONCE:
            ranked.append((busy[one.endpoint], one))
    turned = []
    for _, one in sorted(ranked, key=lambda pair: pair[0]):  # stable: the oldest first among equals
        load[one.endpoint[0]] += 1
        turned.append((load[one.endpoint[0]], one))
    return [one for _, one in sorted(turned, key=lambda pair: pair[0])]
