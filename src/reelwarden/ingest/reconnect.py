"""How long to wait before a live source that dropped is asked again. Pure: the caller waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """`first`, then `factor` times longer each time, at most `most` seconds; after `give_up` of silence no more."""

    first: float = 1.0
    factor: float = 2.0
    most: float = 15.0
    give_up: float = 120.0

    def wait(self, attempt: int, silent: float) -> float | None:
        """Seconds to wait before attempt 1, 2, …; `silent`: seconds since the last bytes. None: give up."""
        if silent >= self.give_up:
            return None
        grown = self.first * self.factor ** min(attempt - 1, 32)
        return min(grown, self.most, self.give_up - silent)
