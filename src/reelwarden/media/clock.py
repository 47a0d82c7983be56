"""One rising clock over time stamps that jump, wrap around or loop.

Broadcast formats restart their time stamps wherever a splice was made, and a looping stream does so for ever. Without
one clock such a file would never reach the limit on duration.
"""

from __future__ import annotations

BACK = 1.0
"""Seconds that decoding times may step back without being a splice."""
AHEAD = 30.0
"""Seconds they may step ahead in formats whose time stamps are known to be spliced."""


class Clock:
    """Feed it every packet's decoding time, in file order; it says what to add to the packet's time stamps.

    `now` is the latest instant so far. `spliced`: the format is one whose time stamps may also jump ahead; elsewhere a
    long step ahead is believed, since a still picture may well stand for minutes.
    """

    def __init__(self, spliced: bool) -> None:
        self.now = 0.0
        self._shift = 0.0
        self._ahead = AHEAD if spliced else float("inf")
        self._last: dict[int, float] = {}

    def shift(self, stream: int, seconds: float) -> float:
        """What to add to the time stamps of this packet of stream number `stream`, decoded at `seconds`."""
        at = seconds + self._shift
        last = self._last.get(stream)
        if last is not None and not -BACK < at - last < self._ahead and abs(self.now - at) > BACK:
            self._shift += self.now - at
            at = self.now
        self._last[stream] = at
        self.now = max(self.now, at)
        return self._shift
