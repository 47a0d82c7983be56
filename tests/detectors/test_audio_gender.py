"""Female or male, on real voices; no answer on narrow-band sound."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hearing import listener, of, told
from real_sound import RATE, VOICES, Samples, librivox, long_prompts

from reelwarden.detect.listener import Listener

pytestmark = [pytest.mark.slow, pytest.mark.models]

TRUE = {"en": "female", "es": "female", "fr": "female", "it": "male", "ru": "female"}


@pytest.fixture(scope="module")
def gender(models_dir: Path) -> Listener:
    return listener(models_dir, ["voice.gender"])


def by_telephone(samples: Samples) -> Samples:
    """The same at 8 kHz and back."""
    for source, target in ((RATE, 8000), (8000, RATE)):
        frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        frame.sample_rate = source
        resampler = av.AudioResampler("flt", "mono", target)
        samples = np.concatenate([f.to_ndarray()[0] for f in (*resampler.resample(frame), *resampler.resample(None))])
    return samples


def longest(gender: Listener, samples: Samples) -> str:
    found = of(told(gender, samples), "voice.gender")
    return str(max(found, key=lambda s: s.end - s.start).evidence.facts["gender"]) if found else ""


def test_real_voices(gender: Listener) -> None:
    told_right = {
        language: sum(
            longest(gender, sound[: 20 * RATE]) == TRUE[language] for sound in long_prompts(language, 4.0, 12).values()
        )
        for language in VOICES
    }
    assert all(right >= 11 for right in told_right.values()), told_right
    assert [longest(gender, sound) for sound, _ in librivox()].count("male") == 5


def test_it_abstains_on_the_telephone(gender: Listener) -> None:
    for language in VOICES:
        for sound in long_prompts(language, 4.0, 4).values():
            assert longest(gender, by_telephone(sound[: 20 * RATE])) == ""
