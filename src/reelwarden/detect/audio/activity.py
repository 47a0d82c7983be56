"""When somebody speaks: Silero VAD, run once a block for all detectors that ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from reelwarden.detect.sound import FRAME, RATE, Samples, Sound
from reelwarden.models.session import Session
from reelwarden.models.store import ModelStore

MODEL = "silero_vad"
STEP = FRAME / RATE
"""Seconds of one probability."""
CONTEXT = 64
"""Samples before a frame that the model wants to see too."""
ON, OFF = 0.5, 0.35
"""Speech begins at the one and ends below the other, so that it does not flicker."""


def speech(sound: Sound, store: ModelStore) -> Samples:
    """The probability of speech in each 32 ms of the block; a last shorter frame counts too."""
    voice = sound.stretch.once(MODEL, lambda: _Voice(store.session(MODEL)))
    return sound.once(MODEL, lambda: voice.probabilities(sound.samples))


class _Voice:
    """The model with what it remembers of the stretch."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._state = [np.zeros((1, 1, 128), np.float32)] * 2
        self._before = np.zeros(CONTEXT, np.float32)

    def probabilities(self, samples: Samples) -> Samples:
        missing = -samples.size % FRAME
        joined = np.concatenate([self._before, samples, np.zeros(missing, np.float32)])
        frames = np.lib.stride_tricks.sliding_window_view(joined, CONTEXT + FRAME)[::FRAME]
        found, *self._state = self._session.run(np.ascontiguousarray(frames), *self._state)
        self._before = joined[-CONTEXT:]
        return found.reshape(-1)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of speech in seconds; `score` is its mean probability."""

    start: float
    end: float
    score: float


@dataclass(slots=True)
class Spans:
    """Makes runs out of probabilities, block by block. A pause shorter than `pause` does not end a run.

    Runs shorter than `shortest` are dropped; one that grows longer than `longest` is cut.
    """

    pause: float = 0.5
    shortest: float = 0.2
    longest: float = 30.0
    _start: float | None = None
    _end: float = 0.0
    _scores: list[float] = field(default_factory=list)
    _told: bool = False

    def feed(self, start: float, probabilities: Iterable[float]) -> list[Span]:
        """The runs that ended; `start` is the time of the first probability."""
        found = []
        for at, probability in enumerate(probabilities):
            time = start + at * STEP
            if probability >= (ON if self._start is None else OFF):
                self._start = time if self._start is None else self._start
                self._end = time + STEP
                self._scores.append(float(probability))
            over = time - self._end >= self.pause or self._end - (self._start or 0.0) >= self.longest
            if self._start is not None and over:
                found += self.close()
        return found

    def early(self) -> list[Span]:
        """The run that goes on, once, as long as it is so far."""
        if self._told or self._start is None or self._end - self._start < self.shortest:
            return []
        self._told = True
        return [Span(self._start, self._end, sum(self._scores) / len(self._scores))]

    def close(self) -> list[Span]:
        self._told = False
        start, self._start = self._start, None
        scores, self._scores = self._scores, []
        if start is None or self._end - start < self.shortest:
            return []
        return [Span(start, self._end, sum(scores) / len(scores))]
