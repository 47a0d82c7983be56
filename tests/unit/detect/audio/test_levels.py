"""Silence and loudness, measured on tones whose level is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reelwarden.detect.audio.levels import LOUD, SILENCE, Levels
from reelwarden.detect.audio.loudness import levels, momentary
from reelwarden.detect.listener import Listener
from reelwarden.detect.sound import RATE, Samples
from reelwarden.domain import AudioChunk, Signal
from reelwarden.models.store import ModelStore


def tone(seconds: float, decibels: float, hertz: float = 997.0) -> Samples:
    """A sine whose peak is that many dB below full scale."""
    at = np.arange(round(seconds * RATE)) / RATE
    return (10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def told(samples: Samples, start: float = 0.0) -> list[Signal]:
    detector = Levels(ModelStore(Path("/nonexistent")), frozenset({SILENCE, LOUD}))
    chunks = [AudioChunk(start + at / RATE, samples[at : at + RATE]) for at in range(0, samples.size, RATE)]
    return list(Listener([detector]).run(chunks))


@pytest.mark.parametrize("decibels", [0.0, -20.0, -40.0])
def test_a_sine_of_997_hertz_has_three_lu_less_than_its_peak(decibels: float) -> None:
    assert momentary(tone(1.0, decibels)) == pytest.approx(decibels - 3.01, abs=0.1)  # EBU Tech 3341, case 1


def test_low_tones_count_less() -> None:
    assert momentary(tone(1.0, -20, 40.0)).max() < momentary(tone(1.0, -20)).max() - 6


def test_the_plain_level() -> None:
    assert levels(tone(1.0, -20)) == pytest.approx(-23.01, abs=0.1)
    assert levels(silence(1.0)).max() == -100.0


def test_silence_is_told_with_its_times() -> None:
    (signal,) = told(np.concatenate([tone(3, -20), silence(5), tone(3, -20)]), start=10.0)
    assert signal.label == SILENCE
    assert (signal.start, signal.end) == pytest.approx((13.0, 18.0), abs=0.11)


def test_a_short_pause_is_no_silence() -> None:
    assert told(np.concatenate([tone(3, -20), silence(1.5), tone(3, -20)])) == []


def test_silence_to_the_end_and_over_blocks_is_one() -> None:
    (signal,) = told(np.concatenate([tone(15, -20), silence(50)]))
    assert signal.end == pytest.approx(65.0, abs=0.11)


def test_loud_grows_with_loudness() -> None:
    (loud,) = told(np.concatenate([tone(3, -30), tone(2, -3), tone(3, -30)]))
    (louder,) = told(np.concatenate([tone(3, -30), tone(2, 0), tone(3, -30)]))
    assert loud.label == louder.label == LOUD
    assert 0.5 < loud.score < louder.score <= 1.0
    assert loud.start == pytest.approx(3.0, abs=0.4)
    assert loud.end == pytest.approx(5.0, abs=0.5)
    assert loud.evidence.facts["lufs"] == pytest.approx(-6.0, abs=0.2)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.1, 0.39, 0.4])
def test_the_shortest_sounds_do_no_harm(seconds: float) -> None:
    told(tone(seconds, -3))
