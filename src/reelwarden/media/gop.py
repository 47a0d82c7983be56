"""Groups of pictures: which packets belong together, and which of their pictures a plan wants.

Packets are only held, not decoded, until the group is complete; then it is known which pictures answer the wanted
instants, and nothing beyond them is decoded. Times are seconds on the media's clock.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from reelwarden.media.sampling import LAST
from reelwarden.media.span import ALL, Span

EPSILON = 1e-3
"""Containers round time stamps to a millisecond; two times nearer than this are one."""
ON_SCREEN = 2.5e-3
"""A picture counts as on screen so much before its time: at 30000/1001 a second, 2.002 s is meant by 2 s."""
MAX_PACKETS = 4096


class Stamped(Protocol):
    """What we need to know of a packet: presentation and decoding time in seconds, size in bytes."""

    shown: float | None
    decoded: float | None
    size: int
    key: bool
    hidden: bool


P = TypeVar("P", bound=Stamped)


@dataclass(slots=True)
class Group(Generic[P]):
    """Packets in decoding order.

    `ahead` holds the next key packet and those that are decoded after it but shown before it; it is empty where there
    are none of the latter. `until`: every picture shown before it is in here (None: the media ends). `opens` and
    `closes`: it begins with a key packet; the next one does, or nothing follows.
    """

    packets: list[P]
    ahead: list[P] = field(default_factory=list)
    until: float | None = None
    opens: bool = True
    closes: bool = True

    def pictures(self) -> list[tuple[float, int]]:
        """(time, index into packets + ahead) of all pictures that can be shown from here, by time."""
        first = self.packets[0].shown
        own = enumerate(self.packets)
        found = [(p.shown, i) for i, p in own if p.shown is not None and not p.hidden]
        if self.opens and first is not None:  # what leads an open group needs the group before
            found = [(t, i) for t, i in found if t >= first - EPSILON]
        size = len(self.packets)
        found += [(p.shown, size + i) for i, p in enumerate(self.ahead) if i and p.shown is not None and not p.hidden]
        return sorted(found)

    def stamped(self) -> bool:
        """Whether each picture can be told by its own time stamp."""
        times = [p.shown for p in self.packets]
        return None not in times and len(set(times)) == len(times)


class Groups(Generic[P]):
    """Gathers packets into groups; a group that grows over the limits is handed out in pieces."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._packets: list[P] = []
        self._ahead: list[P] = []
        self._bytes = 0
        self._opens = True

    def push(self, packet: P) -> Group[P] | None:
        """The group that became complete with this packet, if any."""
        if self._ahead:
            return self._push_ahead(packet)
        if packet.key and self._packets:
            self._ahead = [packet]
            return None
        return self._append(packet)

    def end(self) -> Iterator[Group[P]]:
        if self._ahead:
            yield self._complete([])
        if self._packets:
            yield Group(self._packets, opens=self._opens)
            self._packets = []

    def drain(self) -> list[P]:
        """All packets that are held, in order, for a reader that gives up on groups."""
        held = self._packets + self._ahead
        self._packets, self._ahead = [], []
        return held

    def _push_ahead(self, packet: P) -> Group[P] | None:
        key = self._ahead[0].shown
        leads = key is not None and packet.shown is not None and packet.shown < key and not packet.key
        self._bytes += packet.size
        if leads and len(self._ahead) < MAX_PACKETS and self._bytes < 2 * self._max_bytes:
            self._ahead.append(packet)
            return None
        return self._complete([packet])

    def _complete(self, following: list[P]) -> Group[P]:
        ahead, self._ahead = self._ahead, []
        done = Group(self._packets, ahead if len(ahead) > 1 else [], ahead[0].shown, self._opens)
        self._packets, self._opens = [*ahead], True
        if following and following[0].key:
            self._ahead = following
        else:
            self._packets = ahead + following
        self._bytes = sum(packet.size for packet in self._packets)
        return done

    def _append(self, packet: P) -> Group[P] | None:
        full = self._bytes + packet.size > self._max_bytes or len(self._packets) >= MAX_PACKETS
        piece = None
        if full and self._packets:
            piece = Group(self._packets, until=packet.decoded, opens=self._opens, closes=False)
            self._packets, self._bytes, self._opens = [], 0, False
        self._packets.append(packet)
        self._bytes += packet.size
        return piece


class Wishes:
    """The plan's instants in a span, with the next one in sight: a finite time, LAST, or None when there are no more.

    `before` is the last instant that lies before the span.
    """

    def __init__(self, instants: Iterator[float], span: Span = ALL) -> None:
        self._instants, self._span = instants, span
        self.before: float | None = None
        self.next: float | None = self._following()
        while self.next is not None and self.next < span.start:
            self.before = self.take()

    def take(self) -> float:
        taken = self.next
        assert taken is not None
        self.next = self._following()
        return taken

    def _following(self) -> float | None:
        instant = next(self._instants, None)
        return None if instant is None or self._span.past(instant) else instant

    def due(self, before: float) -> bool:
        return self.next is not None and self.next is not LAST and self.next < before


@dataclass(frozen=True, slots=True)
class Goal:
    """A picture, told by its time and packet, that answers the instant `wanted`."""

    time: float
    packet: int
    wanted: float


def goals(
    pictures: Sequence[tuple[float, int]], wishes: Wishes, until: float | None, end: float, snap: float
) -> list[Goal]:
    """Takes the wishes that this group answers, each with the picture that is on screen then.

    `end`: when the last picture of the media leaves the screen (used where `until` is None). A wish at most `snap`
    before `until` is left to the next group, whose key picture answers it almost for free.
    """
    found: list[Goal] = []
    if not pictures:
        return found
    times = [time for time, _ in pictures]
    before = end if until is None else until - ON_SCREEN
    while wishes.due(before):
        if until is not None and _nearer_next(wishes.next or 0.0, times[0], until, snap):
            break
        wanted = wishes.take()
        time, packet = pictures[max(0, bisect_right(times, wanted + ON_SCREEN) - 1)]
        found.append(Goal(time, packet, wanted))
    if until is None and wishes.next is not None and math.isinf(wishes.next):
        wishes.take()
        time, packet = pictures[-1]
        found.append(Goal(time, packet, time))
    return found


def _nearer_next(wanted: float, key: float, until: float, snap: float) -> bool:
    return until - wanted <= snap and until - wanted < wanted - key
