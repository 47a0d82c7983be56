"""Whether a voice sounds female or male. It abstains on narrow-band sound, on which the model calls everybody male."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.audio.activity import MODEL as SPEECH
from reelwarden.detect.audio.activity import ON, STEP, speech
from reelwarden.detect.audio.runs import Run
from reelwarden.detect.detector import AudioDetector, Ear
from reelwarden.detect.sound import RATE, Samples, Sound, Stretch
from reelwarden.domain import Evidence, Signal
from reelwarden.speech.mel import frames, htk_filters

LABEL, MODEL = "voice.gender", "voice_gender"
WINDOW, HOP, FFT, BANDS, PATCH = 400, 160, 512, 24, 68
"""25 ms every 10 ms; a patch is 0.68 s."""
LOOK_EVERY = 1.0
SPOKEN = 0.7
"""The share of a patch that must be speech."""
EDGE, NARROW = 5000.0, -60.0
"""Hertz, and dB of what lies above against all: speech has -45 and more, a telephone line less than -100."""
FLOOR = 0.6
LEAST_LOOKS = 2
LONGEST, LONGEST_LIVE = 60.0, 6.0
"""Seconds after which a turn that goes on is told."""
NAMES = ("female", "male")


class VoiceGender(AudioDetector):
    """One signal for each run of speech by a voice of one gender; its score is the mean probability."""

    name = "voice_gender"
    tells: ClassVar = {LABEL: (SPEECH, MODEL)}

    def ear(self, stretch: Stretch) -> Ear:
        return _Ear(self, stretch)


class _Ear(Ear):
    def __init__(self, detector: VoiceGender, stretch: Stretch) -> None:
        self.detector, self.track = detector, stretch.track
        self._turn = _Turn(LONGEST_LIVE if stretch.live else LONGEST)

    def hear(self, sound: Sound) -> list[Signal]:
        spoken = speech(sound, self.detector.store) >= ON
        wanted = [at for at in np.arange(0.0, len(spoken) * STEP, LOOK_EVERY) if _is_spoken(spoken, float(at))]
        made = [patch for at in wanted if (patch := _patch(sound.samples, float(at))) is not None]
        if not made:
            return []
        scores = self.detector.store.session(MODEL).run(np.stack([patch for patch, _ in made]))[0]
        ended = [
            run
            for at, (_, wide), row in zip(wanted, made, scores, strict=False)
            for run in self._turn.add(sound.time + float(at), row, wide)
        ]
        return self._signals(ended)

    def close(self) -> list[Signal]:
        return self._signals(self._turn.close())

    def _signals(self, runs: Sequence[Run]) -> list[Signal]:
        return [
            self.detector.signal(
                LABEL,
                run.score,
                run.start,
                run.end,
                Evidence(text=run.best, facts={"gender": run.best, "looks": run.looks, "track": self.track}),
            )
            for run in runs
        ]


class _Turn:
    """Looks that follow each other and agree."""

    hole = 8.0

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._times: list[float] = []
        self._scores: list[NDArray[np.float32]] = []
        self._wide = 0

    def add(self, time: float, scores: NDArray[np.float32], wide: bool) -> list[Run]:
        """The turn that ended, if one did."""
        ended = bool(self._times) and (
            time - self._times[-1] > self.hole
            or time - self._times[0] > self._longest
            or (
                len(self._times) >= LEAST_LOOKS
                and int(np.mean(self._scores, 0).argmax()) != int(scores.argmax())
                and float(scores.max()) > 0.9
            )
        )
        found = self.close() if ended else []
        self._times.append(time)
        self._scores.append(scores)
        self._wide += wide
        return found

    def close(self) -> list[Run]:
        """Nothing where there were too few looks, the voice is between, or the sound was mostly narrow."""
        times, scores, wide = self._times, self._scores, self._wide
        self._times, self._scores, self._wide = [], [], 0
        if len(times) < LEAST_LOOKS or wide < len(times) / 2:
            return []
        mean = np.mean(scores, axis=0)
        best = int(mean.argmax())
        if mean[best] < FLOOR:
            return []
        length = PATCH * HOP / RATE
        return [Run(times[0], times[-1] + length, float(mean[best]), len(times), NAMES[best])]


def _is_spoken(spoken: NDArray[np.bool_], at: float) -> bool:
    first = round(at / STEP)
    part = spoken[first : first + round(PATCH * HOP / RATE / STEP)]
    return bool(part.size) and float(part.mean()) >= SPOKEN


def _patch(samples: Samples, at: float) -> tuple[NDArray[np.float32], bool] | None:
    """([68, 24] log-mel energies, standardised; whether it is wide-band); None at the block's end."""
    first = round(at * RATE)
    needed = WINDOW + HOP * (PATCH - 1)
    part = samples[first : first + needed]
    if part.size < needed:
        return None
    raised = np.concatenate([part[:1], part[1:] - 0.97 * part[:-1]])
    power = np.abs(np.fft.rfft(frames(raised, WINDOW, HOP) * np.hanning(WINDOW), FFT)) ** 2
    logs = np.log(np.maximum(power @ htk_filters(BANDS, FFT, 100.0, 8000.0, on_mel=False), 1e-12))
    return ((logs - logs.mean()) / max(float(logs.std()), 1e-6)).astype(np.float32), _is_wide(part)


def _is_wide(part: Samples) -> bool:
    power = np.abs(np.fft.rfft(part * np.hanning(part.size))) ** 2
    above = power[round(EDGE / RATE * part.size) :].sum()
    return bool(10 * np.log10(max(above, 1e-12) / max(power.sum(), 1e-12)) > NARROW)
