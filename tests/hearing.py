"""What tests of listening share: samples go in, signals come out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pytest
from real_sound import RATE, Samples

from reelwarden.detect import registry
from reelwarden.detect.detector import AudioDetector
from reelwarden.detect.listener import Listener
from reelwarden.domain import AudioChunk, Signal
from reelwarden.models.store import ModelStore


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def chunks(samples: Samples, start: float = 0.0, track: int = 0) -> Iterator[AudioChunk]:
    for at in range(0, samples.size, RATE):
        yield AudioChunk(start + at / RATE, samples[at : at + RATE], track)


def listener(models: Path, labels: Collection[str]) -> Listener:
    """With the detectors that the labels need; skips, loudly, where their models are not installed."""
    store = ModelStore(models)
    missing = registry.unavailable(labels, store)
    if missing:
        pytest.skip(f"MODELS MISSING: {missing[0].label}: {missing[0].reason}")
    return Listener([d for d in registry.choose(labels, store) if isinstance(d, AudioDetector)])


def told(listening: Listener, samples: Samples, start: float = 0.0) -> list[Signal]:
    """The signals of one media, in the order of their beginnings."""
    listening.reset()
    return sorted(listening.run(chunks(samples, start)), key=lambda signal: signal.start)


def of(signals: Collection[Signal], label: str) -> list[Signal]:
    return [signal for signal in signals if signal.label == label]


def spoken(signals: Collection[Signal]) -> str:
    return " ".join(signal.evidence.text or "" for signal in of(signals, "text.speech"))
