"""Runs the frames of one media through the detectors.

Frames go one at a time: batches of 4 cost as much CPU a frame as single ones (docs/reference/detectors.md),
and one at a time keeps memory flat and lets a caller stop at the first finding.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reelwarden.detect.detector import FrameDetector
from reelwarden.detect.view import FrameView
from reelwarden.domain import Frame, Signal

DEFAULT_SIDE = 320
Enough = Callable[[Sequence[Signal]], bool]
"""Told the signals of each frame; true ends the run."""


@dataclass(slots=True)
class Timing:
    """What one detector cost: the frames it was shown, and its thread's CPU seconds."""

    frames: int = 0
    seconds: float = 0.0


class Runner:
    """Looks at the frames of one media after the other; `reset` begins the next.

    `side` is the longest side that the detectors need. `timing` has one entry a detector, `looked` and
    `copied` count the frames that were analysed and those that took over an earlier frame's signals.
    """

    def __init__(self, detectors: Sequence[FrameDetector]) -> None:
        self.detectors = tuple(detectors)
        self.side = max((d.side for d in self.detectors), default=DEFAULT_SIDE)
        self.reset()

    def reset(self) -> None:
        """Another media begins: counts start at 0 and nothing is remembered."""
        self.timing = {d.name: Timing() for d in self.detectors}
        self.looked = self.copied = 0
        self._last_time: float | None = None
        self._last: tuple[Signal, ...] = ()
        for detector in self.detectors:
            detector.reset()

    def sibling(self) -> Runner:
        """A runner for another media at the same time: it shares the opened models, and nothing else."""
        return Runner([detector.sibling() for detector in self.detectors])

    def run(self, frames: Iterable[Frame], enough: Enough | None = None) -> Iterator[Signal]:
        """The signals of all frames in their order; after the frame with which `enough` is content no more is
        read.
        """
        for frame in frames:
            signals = self.look(frame)
            yield from signals
            if enough and enough(signals):
                return

    def look(self, frame: Frame) -> list[Signal]:
        """The signals of one frame. One that is the same as the last analysed takes over that one's
        signals.
        """
        if frame.same_as is not None and frame.same_as == self._last_time:
            self.copied += 1
            return [replace(s, start=frame.time, end=frame.time, same_as=frame.same_as) for s in self._last]
        if frame.pixels.size == 0:
            raise ValueError(f"the frame at {frame.time} s has no pixels and is not the same as the last one")
        view = FrameView(frame)
        signals = [signal for detector in self.detectors for signal in self._ask(detector, view)]
        self.looked += 1
        self._last_time, self._last = frame.time, tuple(signals)
        return signals

    def _ask(self, detector: FrameDetector, view: FrameView) -> list[Signal]:
        timing, started = self.timing[detector.name], time.thread_time()
        try:
            return detector.detect([view])[0]
        finally:
            timing.frames += 1
            timing.seconds += time.thread_time() - started
