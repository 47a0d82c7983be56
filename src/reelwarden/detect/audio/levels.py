"""Silence, and sound that is louder than is comfortable: measured, no model."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from reelwarden.detect.audio.loudness import BLOCK, HOP, levels, momentary
from reelwarden.detect.audio.runs import Run, Runs
from reelwarden.detect.detector import AudioDetector, Ear
from reelwarden.detect.sound import RATE, Samples, Sound, Stretch
from reelwarden.domain import Evidence, Signal

SILENCE, LOUD = "sound.silence", "sound.loud"
SILENT = -60.0
"""dB below full scale: under the noise of a quiet recording."""
SHORTEST_SILENCE = 2.0
USUAL, PAINFUL = -14.0, -4.0
"""LUFS: what streaming services level to, and what a limiter pushed to the end gives; `sound.loud` is 0 and 1 there."""
LOUD_FLOOR = 0.2
STEP = HOP / RATE


class Levels(AudioDetector):
    """`sound.silence` is 1 where the level stays under SILENT for SHORTEST_SILENCE; `sound.loud` grows with the
    loudness over 400 ms.
    """

    name = "levels"
    tells: ClassVar = {SILENCE: (), LOUD: ()}

    def ear(self, stretch: Stretch) -> Ear:
        return _Ear(self, stretch)


class _Ear(Ear):
    def __init__(self, detector: Levels, stretch: Stretch) -> None:
        self.detector = detector
        self.silence = Runs(floor=1.0, length=STEP, hole=0.01, longest=600.0)
        self.loud = Runs(floor=LOUD_FLOOR, length=BLOCK / RATE, hole=1.0)
        self._time = stretch.start
        self._waiting: Samples = np.zeros(0, np.float32)

    def hear(self, sound: Sound) -> list[Signal]:
        heard = np.concatenate([self._waiting, sound.samples])
        count = max(0, (heard.size - BLOCK) // HOP + 1)
        signals = self._measure(heard, count) if count else []
        self._waiting = heard[count * HOP :].copy()
        self._time += count * STEP
        return signals

    def early(self) -> list[Signal]:
        return self._silent(self.silence.early(seconds=SHORTEST_SILENCE)) + self._too_loud(self.loud.early())

    def close(self) -> list[Signal]:
        """What is left counts as well: less than half a second, of which each whole step is measured."""
        left = self._waiting.size // HOP
        signals = self._measure(np.pad(self._waiting, (0, BLOCK)), left) if left else []
        return signals + self._silent(self.silence.close()) + self._too_loud(self.loud.close())

    def _measure(self, heard: Samples, count: int) -> list[Signal]:
        signals: list[Signal] = []
        if SILENCE in self.detector.asked:
            for at, level in enumerate(levels(heard[: count * HOP])):
                signals += self._silent(self.silence.feed(self._time + at * STEP, float(level < SILENT)))
        if LOUD in self.detector.asked:
            for at, lufs in enumerate(momentary(heard)[:count]):
                score = min(1.0, (float(lufs) - USUAL) / (PAINFUL - USUAL))
                signals += self._too_loud(self.loud.feed(self._time + at * STEP, score, f"{lufs:.1f}"))
        return signals

    def _silent(self, runs: list[Run]) -> list[Signal]:
        evidence = Evidence(facts={"below_db": SILENT})
        long = (run for run in runs if run.end - run.start >= SHORTEST_SILENCE)
        return [self.detector.signal(SILENCE, 1.0, run.start, run.end, evidence) for run in long]

    def _too_loud(self, runs: list[Run]) -> list[Signal]:
        return [
            self.detector.signal(LOUD, r.score, r.start, r.end, Evidence(facts={"lufs": float(r.best)})) for r in runs
        ]
