"""What is heard: YAMNet's 521 sounds, run once a block for all detectors that ask."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
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
BATCH = 48
"""Patches that the model looks at together: more take memory and save no time."""
CLOSE_HOP = 4
"""Frames between closer looks: a short loud sound is heard in one patch and missed in another 40 ms further on."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Scores 0..1 [n, 521], the first for the patch that begins at `start`, one each STEP seconds.

    `after` are the scores of the patch that follows the last (those of the last at the end of a stretch).
    """

    start: float
    scores: NDArray[np.float32]
    after: NDArray[np.float32]
    logs: Samples
    session: Session

    def time(self, at: int) -> float:
        return self.start + at * STEP

    def closer(self, at: int) -> tuple[float, NDArray[np.float32]]:
        """(the time of the first, scores [m, 521]): patches every CLOSE_HOP frames between look `at` and the next."""
        first = at * PATCH_HOP + CLOSE_HOP
        last = min((at + 1) * PATCH_HOP, len(self.logs) - PATCH + 1)
        return self.start + first * HOP / RATE, scores_of(self.session, self.logs, range(first, last, CLOSE_HOP))

    def finer(self, where: NDArray[np.bool_], hop: int) -> NDArray[np.float32]:
        """[n * PATCH_HOP // hop, 521]: a row every `hop` frames from `start` on.

        Between look `at` and the next one it is nan where not `where[at]`, or where no sound is left.
        """
        each = PATCH_HOP // hop
        rows = np.full((len(self.scores) * each, self.scores.shape[1]), np.nan, np.float32)
        rows[::each] = self.scores
        wanted = [at for at in range(len(rows)) if at % each and where[at // each]]
        wanted = [at for at in wanted if at * hop + PATCH <= len(self.logs)]
        if wanted:
            rows[wanted] = scores_of(self.session, self.logs, [at * hop for at in wanted])
        return rows


def looks(sound: Sound, store: ModelStore) -> Looks:
    """The scores of the patches whose next one became whole with this block."""
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
    """The model with the samples that wait for a whole patch and the one after it."""

    session: Session
    start: float
    _waiting: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    _known: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    """The scores of the first patch that waits, where it was looked at already."""

    def looks(self, samples: Samples) -> Looks:
        heard = np.concatenate([self._waiting, samples])
        count = max(0, (heard.size - NEEDED) // (PATCH_HOP * HOP))
        used = count * PATCH_HOP * HOP
        self._waiting = heard[used:].copy()
        return self._looks(heard, count)

    def rest(self) -> Looks:
        """The last patches, filled up with silence; none where they would look at little that is new."""
        size = self._waiting.size
        overlap = (PATCH - PATCH_HOP) * HOP if size > (PATCH - PATCH_HOP) * HOP else 0
        count = 0 if size - overlap < LEAST * RATE else 1 + (size - NEEDED >= LEAST * RATE)
        missing = max(0, NEEDED + (count - 1) * PATCH_HOP * HOP - size)
        return self._looks(np.pad(self._waiting, (0, missing)), count)

    def _looks(self, heard: Samples, count: int) -> Looks:
        """`count` looks, and one more that is kept for the next time, if there is as much."""
        start = self.start
        self.start += count * STEP
        if not count:
            nothing = np.zeros((0, 0), np.float32)
            return Looks(start, nothing, nothing, nothing, self.session)
        logs = log_mel(heard)
        whole = min(count + 1, (len(logs) - PATCH) // PATCH_HOP + 1)
        fresh = scores_of(self.session, logs, [at * PATCH_HOP for at in range(len(self._known), whole)])
        scores = np.concatenate([part for part in (self._known, fresh) if len(part)])
        self._known = scores[count:]
        return Looks(start, scores[:count], scores[whole - 1], logs, self.session)


def patches(samples: Samples) -> Samples:
    """[n, 1, 96, 64]: log-mel patches as YAMNet was trained on; none where the samples make no whole one."""
    if samples.size < NEEDED:
        return np.zeros((0, 1, PATCH, BANDS), np.float32)
    logs = log_mel(samples)
    return _cut(logs, range(0, len(logs) - PATCH + 1, PATCH_HOP))


def log_mel(samples: Samples) -> Samples:
    """[frames, 64] of at least 25 ms."""
    spectrum = np.abs(np.fft.rfft(frames(samples, WINDOW, HOP) * hann(WINDOW), FFT)).astype(np.float32)
    logs: Samples = np.log(spectrum @ htk_filters(BANDS, FFT, 125.0, 7500.0) + 1e-3)
    return logs


def _cut(logs: Samples, starts: Iterable[int]) -> Samples:
    made = [logs[at : at + PATCH] for at in starts]
    return np.stack(made)[:, None] if made else np.zeros((0, 1, PATCH, BANDS), np.float32)


def scores_of(session: Session, logs: Samples, starts: Sequence[int]) -> NDArray[np.float32]:
    """[n, 521]: the scores 0..1 of the patches of `logs` that begin at those frames."""
    told = [_scores(session, _cut(logs, starts[at : at + BATCH])) for at in range(0, len(starts), BATCH)]
    return np.concatenate(told) if told else np.zeros((0, 0), np.float32)


def _scores(session: Session, made: Samples) -> NDArray[np.float32]:
    logits = session.run(made)[0]
    scores: NDArray[np.float32] = (0.5 + 0.5 * np.tanh(logits / 2)).astype(np.float32)
    return scores
