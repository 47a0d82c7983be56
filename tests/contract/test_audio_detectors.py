"""The rules that every audio detector keeps, whatever it listens for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hearing import chunks, silence
from real_sound import RATE, Samples, at_level, long_prompts, music

from reelwarden.detect import registry
from reelwarden.detect.detector import AudioDetector
from reelwarden.detect.listener import Listener
from reelwarden.domain import Signal
from reelwarden.models.session import Session
from reelwarden.models.store import ModelStore
from reelwarden.taxonomy import labels

pytestmark = [pytest.mark.models, pytest.mark.slow]

KINDS = [k for k in registry.kinds(ModelStore(Path("/nonexistent"))) if issubclass(k, AudioDetector)]


class WatchedStore(ModelStore):
    """The real store, which also remembers what was opened."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.opened: set[str] = set()

    def session(self, model: str) -> Session:
        self.opened.add(model)
        return super().session(model)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def make(request: pytest.FixtureRequest, models_dir: Path) -> Callable[[], AudioDetector]:
    """Makes the detector with all labels that the installed models can tell; skips where there are none."""
    kind: type[AudioDetector] = request.param
    store = WatchedStore(models_dir)
    ready = frozenset(label for label, models in kind.tells.items() if all(map(store.installed, models)))
    if not ready:
        pytest.skip(f"MODELS MISSING: {kind.name}: run `reelwarden models install`")
    return lambda: kind(store, ready)


@pytest.fixture(scope="module")
def sound() -> Samples:
    """Silence, speech, music, and speech over music."""
    speech = np.concatenate(list(long_prompts("en", 8.0, 2).values()))[: 20 * RATE]
    tune = at_level(music(20), -20)
    both = np.clip(tune[: speech.size] + speech, -1, 1)
    return np.concatenate([silence(4), speech, tune, both]).astype(np.float32)


def hear(detector: AudioDetector, samples: Samples, start: float = 0.0, block: float = 20.0) -> list[Signal]:
    return list(Listener([detector], block).run(chunks(samples, start)))


def test_signals_lie_within_the_sound_and_carry_asked_labels(make: Callable[[], AudioDetector], sound: Samples) -> None:
    detector, start = make(), 50.0
    found = hear(detector, sound, start)
    assert found
    for signal in found:
        assert signal.label in detector.asked & set(labels())
        assert 0 < signal.score <= 1
        # A look may reach a second beyond the end.
        assert start - 0.01 <= signal.start <= signal.end <= start + sound.size / RATE + 1
        assert (signal.detector, signal.version) == (detector.name, detector.full_version)


def test_the_same_sound_gives_the_same_signals_again(make: Callable[[], AudioDetector], sound: Samples) -> None:
    detector, short = make(), sound[: 25 * RATE]
    assert hear(detector, short) == hear(detector, short)


def test_samples_are_not_written_to(make: Callable[[], AudioDetector], sound: Samples) -> None:
    before = sound[: 25 * RATE].copy()
    given = before.copy()
    given.flags.writeable = False
    hear(make(), given)
    assert (given == before).all()


def test_no_sound_no_signals(make: Callable[[], AudioDetector]) -> None:
    detector = make()
    assert detector.finish() == []
    assert hear(detector, silence(0)) == []


@pytest.mark.parametrize("size", [1, 511, 513, 6400, 16_001])
def test_the_shortest_sounds_do_no_harm(make: Callable[[], AudioDetector], sound: Samples, size: int) -> None:
    hear(make(), sound[5 * RATE : 5 * RATE + size])


def test_what_is_no_sound_does_no_harm(make: Callable[[], AudioDetector]) -> None:
    square = np.sign(np.sin(np.arange(4 * RATE) / 9)).astype(np.float32)
    for samples in (square, np.ones(3 * RATE, np.float32), np.full(3 * RATE, 1e-30, np.float32)):
        hear(make(), samples)


def test_only_asked_labels_and_only_needed_models(models_dir: Path, sound: Samples) -> None:
    for kind in KINDS:
        for label, models in kind.tells.items():
            store = WatchedStore(models_dir)
            if not all(map(store.installed, models)):
                pytest.skip(f"MODELS MISSING: {kind.name}: run `reelwarden models install`")
            found = hear(kind(store, frozenset({label})), sound[: 12 * RATE])
            assert {signal.label for signal in found} <= {label}
            assert store.opened <= set(models)
