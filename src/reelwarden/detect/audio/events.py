"""What is heard: YAMNet's 521 sounds, run once a block for all detectors that ask."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.sound import RATE, Samples, Sound
from reelwarden.models.session import Session
from reelwarden.models.store import ModelStore
from reelwarden.speech.mel import frames, hann, htk_filters

MODEL = "yamnet"
WINDOW, HOP, FFT, BANDS = 400, 160, 512, 64
PATCH, PATCH_HOP = 96, 48
"""Frames of 10 ms: a patch is 0.96 s, one every 0.48 s."""
STEP = PATCH_HOP * HOP / RATE
LENGTH = PATCH * HOP / RATE
NEEDED = WINDOW + HOP * (PATCH - 1)
LEAST = 0.1
"""Seconds below which what is left at the end is not worth a look."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Scores 0..1 [n, 521], the first for the patch that begins at `start`, one each STEP seconds."""

    start: float
    scores: NDArray[np.float32]

    def time(self, at: int) -> float:
        return self.start + at * STEP


def looks(sound: Sound, store: ModelStore) -> Looks:
    """The scores of the patches that became whole with this block."""
    events = _events(sound, store)
    return sound.once(MODEL, lambda: events.looks(sound.samples))


def last_looks(sound: Sound, store: ModelStore) -> Looks:
    """The scores of what was left when the stretch ended with this block."""
    events = _events(sound, store)
    return sound.stretch.once((MODEL, "rest"), events.rest)


def _events(sound: Sound, store: ModelStore) -> _Events:
    return sound.stretch.once(MODEL, lambda: _Events(store.session(MODEL), sound.time))


@cache
def class_names(file: Path) -> tuple[str, ...]:
    """The names of the 521 classes, in the order of the scores."""
    with file.open(encoding="utf-8", newline="") as lines:
        return tuple(row["display_name"] for row in csv.DictReader(lines))


def names(store: ModelStore) -> tuple[str, ...]:
    return class_names(store.path(MODEL).with_name("classes.csv"))


@dataclass(slots=True, eq=False)
class _Events:
    """The model with the samples that wait for a whole patch."""

    session: Session
    start: float
    _waiting: Samples = field(default_factory=lambda: np.zeros(0, np.float32))

    def looks(self, samples: Samples) -> Looks:
        heard = np.concatenate([self._waiting, samples])
        count = max(0, (heard.size - NEEDED) // (PATCH_HOP * HOP) + 1)
        used = count * PATCH_HOP * HOP
        self._waiting = heard[used:].copy()
        start, self.start = self.start, self.start + used / RATE
        return Looks(start, self._scores(patches(heard)))

    def rest(self) -> Looks:
        """The last patch, filled up with silence; none where it would look at little that is new."""
        overlap = (PATCH - PATCH_HOP) * HOP if self._waiting.size > (PATCH - PATCH_HOP) * HOP else 0
        if self._waiting.size - overlap < LEAST * RATE:
            return Looks(self.start, np.zeros((0, 0), np.float32))
        missing = max(0, NEEDED - self._waiting.size)
        return Looks(self.start, self._scores(patches(np.pad(self._waiting, (0, missing)))))

    def _scores(self, made: Samples) -> NDArray[np.float32]:
        if not len(made):
            return np.zeros((0, 0), np.float32)
        logits = self.session.run(made)[0]
        scores: NDArray[np.float32] = (0.5 + 0.5 * np.tanh(logits / 2)).astype(np.float32)
        return scores


def patches(samples: Samples) -> Samples:
    """[n, 1, 96, 64]: log-mel patches as YAMNet was trained on; none where the samples make no whole one."""
    if samples.size < NEEDED:
        return np.zeros((0, 1, PATCH, BANDS), np.float32)
    spectrum = np.abs(np.fft.rfft(frames(samples, WINDOW, HOP) * hann(WINDOW), FFT)).astype(np.float32)
    logs = np.log(spectrum @ htk_filters(BANDS, FFT, 125.0, 7500.0) + 1e-3)
    starts = range(0, len(logs) - PATCH + 1, PATCH_HOP)
    return np.ascontiguousarray(np.stack([logs[at : at + PATCH] for at in starts])[:, None])
