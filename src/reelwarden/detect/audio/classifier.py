"""The operator's own classifiers of sound: a voice's age, its timbre, generated voices, whatever has no model of ours.

Each is a directory under `<models>/own-sound/` (docs/concepts/listen.md); each becomes one detector.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.audio import activity, events
from reelwarden.detect.audio.runs import Run, Runs
from reelwarden.detect.detector import AudioDetector, Ear, full_version
from reelwarden.detect.sound import FRAME, RATE, Samples, Sound, Stretch
from reelwarden.domain import Evidence, Signal
from reelwarden.errors import ModelDamaged
from reelwarden.models.own_sound import OwnSound, own_sounds
from reelwarden.models.session import Session
from reelwarden.models.store import ModelStore
from reelwarden.speech.fbank import kaldi, plain

SPOKEN = 0.5
"""The share of a window that must be speech, where the model wants speech only."""


class OwnClassifier(AudioDetector):
    """One signal for each run of windows in which a label's score reaches the threshold."""

    own: ClassVar[OwnSound]

    def __init__(self, store: ModelStore, asked: frozenset[str]) -> None:
        super().__init__(store, asked)
        hashes = [*(store.version(model) for model in self.models), self.own.version]
        self.full_version = full_version(self.version, hashes)

    def ear(self, stretch: Stretch) -> Ear:
        return _Ear(self, stretch)

    def scores(self, windows: list[Samples]) -> NDArray[np.float32]:
        """[n, labels]: 0..1 where the model's activation says so."""
        session = self.store.once(f"own-sound/{self.own.id}", lambda: Session(self.own.model))
        features = np.stack([_features(window, self.own.input.kind) for window in windows])
        raw = session.run(features)[0]
        if raw.ndim != 2 or raw.shape[1] != len(self.own.labels):
            raise ModelDamaged(
                f"{self.own.id} gives {raw.shape[1:]} scores for {len(self.own.labels)} labels",
                "`labels` in its config.json must name every output",
            )
        return _activated(raw, self.own.activation)


@cache
def _kind(own: OwnSound) -> type[OwnClassifier]:
    needed = (activity.MODEL,) if own.input.voiced else ()
    tells = dict.fromkeys((ours for _, ours in own.told), needed)
    return type(f"Own_{own.id}", (OwnClassifier,), {"name": f"own_{own.id}", "tells": tells, "own": own})


def kinds(store: ModelStore) -> Collection[type[OwnClassifier]]:
    """One for each classifier whose weights are there."""
    found = own_sounds(store.directory).values()
    return [_kind(own) for own in found if own.task == "classify" and own.model.is_file()]


class _Ear(Ear):
    def __init__(self, detector: OwnClassifier, stretch: Stretch) -> None:
        self.detector, self.time = detector, stretch.start
        shape = detector.own.input
        self.length, self.hop = round(shape.window * RATE), round(shape.hop * RATE)
        self.runs = {
            theirs: Runs(detector.own.threshold, shape.window, hole=shape.hop)
            for theirs, ours in detector.own.told
            if ours in detector.asked
        }
        self._waiting: Samples = np.zeros(0, np.float32)
        self._spoken: Samples = np.zeros(0, np.float32)

    def hear(self, sound: Sound) -> list[Signal]:
        self._waiting = np.concatenate([self._waiting, sound.samples])
        if self.detector.own.input.voiced:
            speech = np.repeat(activity.speech(sound, self.detector.store), FRAME)[: sound.samples.size]
            self._spoken = np.concatenate([self._spoken, speech])
        signals: list[Signal] = []
        times, windows = self._windows()
        if windows:
            for time, row in zip(times, self.detector.scores(windows), strict=True):
                signals += self._told(time, row)
        return signals

    def early(self) -> list[Signal]:
        return [s for theirs, runs in self.runs.items() for s in self._signals(theirs, runs.early())]

    def close(self) -> list[Signal]:
        return [s for theirs, runs in self.runs.items() for s in self._signals(theirs, runs.close())]

    def _windows(self) -> tuple[list[float], list[Samples]]:
        """The windows that became whole; those without speech are left out where speech is wanted."""
        times, windows, at = [], [], 0
        while at + self.length <= self._waiting.size:
            spoken = self._spoken[at : at + self.length]
            if not spoken.size or float((spoken >= activity.ON).mean()) >= SPOKEN:
                times.append(self.time + at / RATE)
                windows.append(self._waiting[at : at + self.length])
            at += self.hop
        at = min(at, self._waiting.size)
        self._waiting, self._spoken, self.time = self._waiting[at:], self._spoken[at:], self.time + at / RATE
        return times, windows

    def _told(self, time: float, row: NDArray[np.float32]) -> list[Signal]:
        labels = self.detector.own.labels
        return [
            signal
            for theirs, runs in self.runs.items()
            for signal in self._signals(theirs, runs.feed(time, float(row[labels.index(theirs)]), theirs))
        ]

    def _signals(self, theirs: str, runs: list[Run]) -> list[Signal]:
        ours = dict(self.detector.own.told)[theirs]
        evidence = Evidence(text=theirs, facts={"told": theirs, "model": self.detector.own.id})
        return [self.detector.signal(ours, run.score, run.start, run.end, evidence) for run in runs]


def _features(window: Samples, kind: str) -> NDArray[np.float32]:
    match kind:
        case "fbank80":
            return kaldi(window)
        case "logmel128":
            return plain(window)
        case "yamnet_patch":
            patch: Samples = events.patches(np.pad(window, (0, max(0, events.NEEDED - window.size))))[0]
            return patch
    return window


def _activated(raw: NDArray[np.float32], activation: str) -> NDArray[np.float32]:
    scores = raw.astype(np.float64)
    match activation:
        case "sigmoid":
            scores = 0.5 + 0.5 * np.tanh(scores / 2)
        case "softmax":
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            scores = powers / powers.sum(axis=1, keepdims=True)
    return scores.astype(np.float32)
