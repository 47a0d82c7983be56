"""Keeps the few pictures that a report will show, in memory that does not grow with the length of the media."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from reelwarden.domain import Signal

MOST = 160
FIRST_SPAN = 2.0


class Gallery:
    """The best picture of each label in each span of time.

    When there are more than `most`, the spans are made twice as long and the weaker of two pictures goes: a long
    video has its pictures further apart, and every label keeps its best one.
    """

    def __init__(self, most: int = MOST, span: float = FIRST_SPAN) -> None:
        self._most = most
        self._span = span
        self._best: dict[tuple[str, int], tuple[float, float]] = {}
        self._pictures: dict[float, bytes] = {}

    def offer(self, time: float, signals: Iterable[Signal], picture: Callable[[], bytes]) -> None:
        """Keeps the picture at `time` (JPEG, made only if needed) where it is the best for one of the signals."""
        wanted = False
        for signal in signals:
            key = (signal.label, int(time // self._span))
            if signal.score > self._best.get(key, (-1.0, 0.0))[0]:
                self._best[key] = (signal.score, time)
                wanted = True
        if wanted:
            self._pictures[time] = picture()
            self._tidy()

    def pictures(self) -> Mapping[float, bytes]:
        """Time in seconds → JPEG, in the order of time."""
        return dict(sorted(self._pictures.items()))

    def _tidy(self) -> None:
        self._drop_unused()
        while len(self._pictures) > self._most and len(self._best) > len({label for label, _ in self._best}):
            self._span *= 2
            merged: dict[tuple[str, int], tuple[float, float]] = {}
            for (label, _), best in self._best.items():
                key = (label, int(best[1] // self._span))
                merged[key] = max(best, merged.get(key, best), key=lambda b: (b[0], -b[1]))
            self._best = merged
            self._drop_unused()

    def _drop_unused(self) -> None:
        used = {time for _, time in self._best.values()}
        self._pictures = {time: jpeg for time, jpeg in self._pictures.items() if time in used}
