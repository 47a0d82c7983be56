"""The rules that every frame detector keeps, whatever it looks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from clips import qr_picture, text_picture

from reelwarden.detect import registry
from reelwarden.detect.detector import FrameDetector
from reelwarden.detect.view import FrameView
from reelwarden.domain import Frame, Signal
from reelwarden.models.catalogue import catalogue
from reelwarden.models.session import Session
from reelwarden.models.store import ModelStore
from reelwarden.taxonomy import labels

pytestmark = [pytest.mark.models, pytest.mark.slow]

Pixels = np.typing.NDArray[np.uint8]
NOWHERE = ModelStore(Path("/nonexistent"))
KINDS = [kind for kind in registry.kinds(NOWHERE) if issubclass(kind, FrameDetector)]


class WatchedStore(ModelStore):
    """The real store, which also remembers what was opened."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.opened: set[str] = set()

    def session(self, model: str) -> Session:
        self.opened.add(model)
        return super().session(model)


@pytest.fixture(scope="module")
def store(models_dir: Path) -> ModelStore:
    return ModelStore(models_dir)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> type[FrameDetector]:
    found: type[FrameDetector] = request.param
    return found


@pytest.fixture
def make(kind: type[FrameDetector], store: ModelStore) -> Callable[[], FrameDetector]:
    """Makes the detector with all labels that the installed models can tell; skips where there are none."""
    ready = told(kind, store)
    return lambda: kind(store, ready)


def told(kind: type[FrameDetector], store: ModelStore) -> frozenset[str]:
    ready = frozenset(label for label, models in kind.tells.items() if all(map(store.installed, models)))
    if not ready:
        missing = sorted({model for models in kind.tells.values() for model in models})
        pytest.skip(f"MODELS MISSING: {', '.join(missing)}: run `reelwarden models install`")
    return ready


def noise(height: int, width: int, seed: int = 7) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


PICTURES: dict[str, Pixels] = {
    "black": np.zeros((90, 160, 3), np.uint8),
    "white": np.full((90, 160, 3), 255, np.uint8),
    "noise": noise(180, 320),
    "one pixel": noise(1, 1),
    "one column": noise(720, 1),
    "strip": noise(3, 5000),
    "words": np.asarray(text_picture("SALE 50% OFF", (640, 360))),
    "code": np.asarray(qr_picture("https://example.com/a", 240)),
}


def pictures() -> list[Frame]:
    """Each picture as a frame at its own instant, which nobody can write to."""
    frames = []
    for number, pixels in enumerate(PICTURES.values()):
        pixels.flags.writeable = False
        frames.append(Frame(number * 1.5, number * 1.5, pixels, pixels.shape[1], pixels.shape[0]))
    return frames


def ask(detector: FrameDetector, frames: Sequence[Frame]) -> list[list[Signal]]:
    return detector.detect([FrameView(frame) for frame in frames])


def test_names_and_labels_are_good(kind: type[FrameDetector]) -> None:
    assert kind.name.replace("_", "").isalpha()
    assert kind.name.islower()
    assert [other.name for other in KINDS].count(kind.name) == 1
    assert kind.tells
    assert set(kind.tells) <= set(labels())
    assert {model for models in kind.tells.values() for model in models} <= set(catalogue())
    assert 0 < kind.side <= 1280


def test_signals_are_well_formed_on_every_picture(make: Callable[[], FrameDetector]) -> None:
    detector, frames = make(), pictures()
    answers = ask(detector, frames)
    assert len(answers) == len(frames)
    for frame, signals in zip(frames, answers, strict=True):
        for signal in signals:
            assert signal.label in detector.asked
            assert 0.0 <= signal.score <= 1.0
            assert signal.start == signal.end == frame.time
            assert (signal.detector, signal.version) == (detector.name, detector.full_version)
            if box := signal.evidence.box:
                assert 0.0 <= box.left <= box.right <= 1.0
                assert 0.0 <= box.top <= box.bottom <= 1.0


def test_a_second_look_sees_the_same(make: Callable[[], FrameDetector]) -> None:
    first, again = make(), make()
    once = ask(first, pictures())
    assert ask(again, pictures()) == once
    first.reset()
    assert ask(first, pictures()) == once, "after reset it remembers nothing"


def test_frames_of_a_batch_are_answered_in_order_as_if_alone(make: Callable[[], FrameDetector]) -> None:
    batch = ask(make(), pictures())
    alone = []
    for frame in pictures():
        alone += ask(make(), [frame])
    assert batch == alone


def test_no_frames_no_answers(make: Callable[[], FrameDetector]) -> None:
    assert make().detect([]) == []


def test_pixels_are_left_alone(make: Callable[[], FrameDetector]) -> None:
    before = {name: pixels.copy() for name, pixels in PICTURES.items()}
    ask(make(), pictures())
    for name, pixels in PICTURES.items():
        assert np.array_equal(pixels, before[name]), name


def test_only_asked_labels_are_told_and_only_their_models_opened(kind: type[FrameDetector], store: ModelStore) -> None:
    for label in sorted(told(kind, store)):
        watched = WatchedStore(store.directory)
        detector = kind(watched, frozenset({label}))
        assert detector.asked == {label}
        assert watched.opened == set(), "models are opened with the first frame, not before"
        answers = ask(detector, pictures())
        assert {signal.label for signals in answers for signal in signals} <= {label}
        assert watched.opened <= set(kind.tells[label])


def test_the_version_names_the_hashes_of_the_models(
    make: Callable[[], FrameDetector], kind: type[FrameDetector]
) -> None:
    detector = make()
    assert detector.full_version.split("+")[0] == str(kind.version)
    for model in detector.models:
        hashes = [take.sha256 for source in catalogue()[model].sources for take in source.takes]
        assert any(part in detector.full_version for part in {sha256[:12] for sha256 in hashes})


def test_without_its_models_it_is_unavailable(kind: type[FrameDetector]) -> None:
    alone = {label for label, models in kind.tells.items() if not models}
    chosen = [detector for detector in registry.choose(kind.tells, NOWHERE) if detector.name == kind.name]
    assert [detector.asked for detector in chosen] == ([frozenset(alone)] if alone else [])
