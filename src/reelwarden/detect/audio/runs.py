"""Scores at regular instants become runs: when it began, when it ended, how strong it was. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

STRONGER = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """`score` is the peak, `looks` how many instants were at the floor or above, `best` says what was told there."""

    start: float
    end: float
    score: float
    looks: int
    best: str = ""


@dataclass(slots=True)
class Runs:
    """Give it the scores in order. `length` is what each score stands for; a hole of up to `hole` seconds is bridged.

    A run that becomes longer than `longest` is given out, and another begins.
    """

    floor: float
    length: float
    hole: float = 1.0
    longest: float = 60.0
    _open: Run | None = field(default=None)
    _told: float = 0.0
    """The score of the open run when it was told early."""

    def feed(self, time: float, score: float, best: str = "") -> list[Run]:
        """The run that ended, if one did."""
        ended = self._open is not None and (
            time - self._open.end > self.hole or time + self.length - self._open.start > self.longest
        )
        found = self.close() if ended else []
        if score >= self.floor:
            self._open = self._grown(time, score, best)
        return found

    def early(self, looks: int = 1, seconds: float = 0.0) -> list[Run]:
        """The open run, if it has that many looks and seconds, once; and again when it has become stronger."""
        run = self._open
        if run is None or run.looks < looks or run.end - run.start < seconds or run.score < self._told + STRONGER:
            return []
        self._told = run.score
        return [run]

    def close(self) -> list[Run]:
        self._told = 0.0
        found, self._open = ([self._open] if self._open else []), None
        return found

    def _grown(self, time: float, score: float, best: str) -> Run:
        before, end = self._open, time + self.length
        if before is None:
            return Run(time, end, score, 1, best)
        if score > before.score:
            return Run(before.start, end, score, before.looks + 1, best)
        return Run(before.start, end, before.score, before.looks + 1, before.best)
