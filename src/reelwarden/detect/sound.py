"""Sound as detectors hear it: blocks of one track, and what several detectors want of a block, made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Made = TypeVar("Made")

RATE = 16_000
FRAME = 512
"""Samples (32 ms) that voice activity is told for; all blocks but the last of a stretch are a multiple of them."""


class Memory:
    """Keeps what is made once: what `make` returns is made the first time that `key` is asked for."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}

    def once(self, key: Any, make: Callable[[], Made]) -> Made:
        if key not in self._made:
            self._made[key] = make()
        result: Made = self._made[key]
        return result


class Stretch(Memory):
    """An unbroken run of sound on one track. What must be carried from block to block is kept here.

    `live` says that somebody waits for what is heard: what is still going on is told before it ends.
    """

    def __init__(self, track: int, start: float, live: bool = False) -> None:
        super().__init__()
        self.track = track
        self.start = start
        self.live = live


class Sound(Memory):
    """A block of a stretch: mono float32 `samples` at 16 kHz, -1..1, beginning at `time` (seconds).

    Blocks of a stretch follow each other without a gap; each but the last is a multiple of FRAME samples. Do not
    write to them.
    """

    def __init__(self, stretch: Stretch, time: float, samples: Samples) -> None:
        super().__init__()
        self.stretch = stretch
        self.time = time
        self.samples = samples

    @property
    def track(self) -> int:
        return self.stretch.track

    @property
    def end(self) -> float:
        return self.time + self.samples.size / RATE
