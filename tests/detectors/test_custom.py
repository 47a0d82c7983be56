"""The slot for own models: what it says is what the model says, for every kind of input and output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from footage import frame_at
from owned import always, describe, mean_colour

from reelwarden.detect import registry
from reelwarden.detect.boxes import letterbox
from reelwarden.detect.detector import FrameDetector
from reelwarden.detect.image import classifiers, objects
from reelwarden.detect.view import FrameView
from reelwarden.domain import Frame, Signal
from reelwarden.errors import ModelDamaged
from reelwarden.models.manifest import digest
from reelwarden.models.store import ModelStore

COLOURS = ["red", "green", "blue"]
TOLD = [
    {"label": "weapon.knife", "from": ["red"], "floor": 0.0},
    {"label": "alcohol.beverage", "from": ["green"], "floor": 0.0},
    {"label": "person", "from": ["blue"], "floor": 0.0},
]
NANODET_MEAN, NANODET_STD = [103.53, 116.28, 123.675], [57.375, 57.12, 58.395]
LABELS = ("weapon.knife", "alcohol.beverage", "person")


def view(pixels: Any, time: float = 1.5) -> FrameView:
    pixels = np.asarray(pixels, np.uint8)
    return FrameView(Frame(time, time, pixels, pixels.shape[1], pixels.shape[0]))


def plain(colour: tuple[int, int, int], width: int = 40, height: int = 30) -> Any:
    return np.full((height, width, 3), colour, np.uint8)


def model(**fields: Any) -> dict[str, Any]:
    base = {"id": "mine", "file": "m.onnx", "task": "classify", "labels": COLOURS, "tells": TOLD}
    inner = {"size": [8, 8], "std": [255, 255, 255]} | fields.pop("input", {})
    return {**base, "input": inner, **({} if "task" in fields else {"activation": "none"}), **fields}


def signals(folder: Path, frame: FrameView, store: ModelStore | None = None) -> list[Signal]:
    (detector,) = registry.choose(LABELS, store or ModelStore(folder))
    assert isinstance(detector, FrameDetector)
    return detector.detect([frame])[0]


def scores(found: list[Signal]) -> dict[str, float]:
    return {signal.label: signal.score for signal in found}


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("channels", ["RGB", "BGR"])
def test_layout_and_order_of_channels(tmp_path: Path, layout: str, channels: str) -> None:
    mean_colour(tmp_path / "m.onnx", layout)
    describe(tmp_path, model(input={"layout": layout, "channels": channels}))
    found = signals(tmp_path, view(plain((51, 102, 204))))
    expected = (0.2, 0.4, 0.8) if channels == "RGB" else (0.8, 0.4, 0.2)
    assert scores(found) == dict(zip(LABELS, expected, strict=True))
    assert {(s.start, s.end, s.detector) for s in found} == {(1.5, 1.5, "own.mine")}
    assert found[0].version == f"1+{digest(tmp_path / 'm.onnx')[:12]}"
    assert found[0].evidence.facts == {"seen": "red"}


def test_mean_and_floor(tmp_path: Path) -> None:
    mean_colour(tmp_path / "m.onnx")
    tells = [
        {"label": "weapon.knife", "from": ["red"], "floor": 0.3},
        {"label": "person", "from": ["blue"], "floor": 0.3},
    ]
    describe(tmp_path, model(input={"mean": [51, 0, 51], "std": [204, 204, 204]}, tells=tells))
    assert scores(signals(tmp_path, view(plain((102, 0, 204))))) == {"person": 0.75}


def test_activations_and_how_several_labels_combine(tmp_path: Path) -> None:
    always(tmp_path / "m.onnx", np.array([[1.0, 3.0, 2.0]]))
    both = [{"label": "weapon", "from": ["red", "blue"], "floor": 0.0}]
    powers = np.exp([1.0, 3.0, 2.0])
    share = powers / powers.sum()
    for fields, expected in (
        ({"activation": "softmax"}, share[0] + share[2]),
        ({"activation": "softmax", "tells": [{**both[0], "combine": "highest"}]}, share[2]),
        ({"activation": "sigmoid"}, 1 / (1 + np.exp(-2.0))),
    ):
        describe(tmp_path, model(**{"tells": both, **fields}))
        (detector,) = registry.choose(["weapon"], ModelStore(tmp_path))
        assert isinstance(detector, FrameDetector)
        (signal,) = detector.detect([view(plain((0, 0, 0)))])[0]
        assert signal.score == pytest.approx(expected, abs=1e-4)
        assert signal.evidence.facts["seen"] == "blue"


def test_only_what_was_asked_is_said(tmp_path: Path) -> None:
    mean_colour(tmp_path / "m.onnx")
    describe(tmp_path, model())
    (detector,) = registry.choose(["weapon"], ModelStore(tmp_path))
    assert isinstance(detector, FrameDetector)
    found = detector.detect([view(plain((255, 255, 255))), view(plain((0, 0, 0)), 2.0)])
    assert [[s.label for s in signals] for signals in found] == [["weapon.knife"], ["weapon.knife"]]
    assert [signals[0].score for signals in found] == [1.0, 0.0]


def test_letterbox_fills_and_crop_cuts(tmp_path: Path) -> None:
    mean_colour(tmp_path / "m.onnx")
    wide = plain((255, 0, 0), 40, 20)
    wide[:, :10], wide[:, 30:] = (0, 0, 255), (0, 0, 255)
    describe(tmp_path, model(input={"fit": "crop"}))
    assert scores(signals(tmp_path, view(wide))) == dict(zip(LABELS, (1.0, 0.0, 0.0), strict=True))
    describe(tmp_path, model(input={"fit": "letterbox", "fill": 255}))
    assert scores(signals(tmp_path, view(wide))) == dict(zip(LABELS, (0.75, 0.5, 0.75), strict=True))


V8 = np.array([[[20, 20, 8, 4], [20.5, 20, 8, 4], [10, 5, 4, 2]]], np.float32)
"""Three candidates, the first two of one thing; centre and size in the pixels of an input of 40 x 40."""
SURE = np.array([[[0.9, 0.1, 0.0], [0.8, 0.1, 0.0], [0.0, 0.0, 0.7]]], np.float32)


@pytest.mark.parametrize("form", ["columns", "rows", "with certainty"])
def test_boxes_of_yolo(tmp_path: Path, form: str) -> None:
    table = np.concatenate([V8, SURE], axis=2)
    if form == "with certainty":
        table = np.concatenate([V8, np.full((1, 3, 1), 0.5), SURE * 2], axis=2)
    always(tmp_path / "m.onnx", table.transpose(0, 2, 1) if form == "columns" else table)
    tells = [{**TOLD[0], "floor": 0.3}, {**TOLD[2], "floor": 0.3}]
    size = {"size": [40, 40], "fit": "letterbox"}
    describe(tmp_path, model(task="detect-yolo", tells=tells, input=size))
    found = signals(tmp_path, view(plain((0, 0, 0), 80, 60)))
    assert scores(found) == {"weapon.knife": 0.9, "person": 0.7}
    first, second = (signal.evidence.box for signal in found)
    # 80 x 60 lies in the upper 30 of 40 rows.
    assert first is not None and (first.left, first.top, first.right, first.bottom) == (0.4, 0.6, 0.6, 0.7333)
    assert second is not None and (second.left, second.bottom) == (0.2, 0.2)


def test_boxes_are_placed_in_a_crop_too(tmp_path: Path) -> None:
    always(tmp_path / "m.onnx", np.concatenate([V8, SURE], axis=2)[:, 2:])
    describe(tmp_path, model(task="detect-yolo", input={"size": [40, 40], "fit": "crop"}))
    (signal,) = signals(tmp_path, view(plain((0, 0, 0), 80, 40)))
    box = signal.evidence.box
    # The middle 40 of 80 columns: 8..12 of the crop is 28..32 of the picture.
    assert box is not None and (box.left, box.right) == (0.35, 0.4)


def test_an_embedding_is_compared_with_the_labels_vectors(tmp_path: Path) -> None:
    mean_colour(tmp_path / "m.onnx")
    np.save(tmp_path / "v.npy", np.eye(3, dtype=np.float32) * 5)
    described = model(task="embed", vectors="v.npy", scale=10)
    describe(tmp_path, described)
    picture = np.array([204, 102, 0]) / np.linalg.norm([204, 102, 0])
    powers = np.exp(10 * picture)
    expected = dict(zip(LABELS, (powers / powers.sum()).round(4), strict=True))
    assert scores(signals(tmp_path, view(plain((204, 102, 0))))) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize(
    "output, fields, says",
    [
        (np.zeros((1, 4)), {}, "4 numbers for 3 labels"),
        (np.zeros((1, 6, 5)), {"task": "detect-yolo"}, r"boxes of the shape \(1, 6, 5\) for 3 labels"),
        (np.zeros((1, 6, 5)), {"task": "detect-nanodet"}, r"outputs of the shapes \[\(6, 5\)\] for 3 labels"),
        (np.zeros((1, 3)), {"output": "probabilities"}, "no output probabilities; it has out0"),
    ],
)
def test_an_output_of_another_form_is_said(tmp_path: Path, output: Any, fields: dict[str, Any], says: str) -> None:
    always(tmp_path / "m.onnx", output)
    describe(tmp_path, model(**fields))
    with pytest.raises(ModelDamaged, match=says):
        signals(tmp_path, view(plain((0, 0, 0))))


@pytest.fixture
def scene(shared_media: Any) -> FrameView:
    return FrameView(frame_at(shared_media("real/bottle-detection.mp4"), 4.0))


def borrowed(folder: Path, models_dir: Path, name: str, described: dict[str, Any]) -> ModelStore:
    """The slot with a weight file of the catalogue."""
    store = ModelStore(models_dir)
    if not store.installed(name):
        pytest.skip(f"MODEL MISSING: run `reelwarden models install {name}`")
    (folder / "m.onnx").symlink_to(store.path(name))
    return ModelStore(models_dir, describe(folder, described))


def slot(store: ModelStore, labels: list[str]) -> FrameDetector:
    (kind,) = (kind for kind in registry.kinds(store) if kind.name == "own.mine")
    detector = kind(store, frozenset(labels))
    assert isinstance(detector, FrameDetector)
    return detector


@pytest.mark.models
@pytest.mark.slow
def test_nsfwjs_through_the_slot(tmp_path: Path, models_dir: Path, scene: FrameView) -> None:
    kinds = ["drawing", "hentai", "neutral", "porn", "sexy"]
    families = ["plant", "nudity.drawn", "person", "nudity.explicit", "suggestive"]
    tells = [{"label": label, "from": [kind], "floor": 0.0} for kind, label in zip(kinds, families, strict=True)]
    described = model(labels=kinds, tells=tells, input={"size": [224, 224], "layout": "NHWC"})
    store = borrowed(tmp_path, models_dir, "nsfwjs", described)
    direct = classifiers.nsfwjs(FrameView(scene.frame), store)
    found = scores(slot(store, families).detect([scene])[0])
    assert found == pytest.approx(dict(zip(families, direct, strict=True)), abs=1e-4)


@pytest.mark.models
@pytest.mark.slow
def test_efficientnet_through_the_slot(tmp_path: Path, models_dir: Path, scene: FrameView) -> None:
    names = [f"class {number}" for number in range(1000)]
    picked = {"alcohol.beverage": [440, 907, 966, 898], "weapon.firearm": [413, 763, 764]}
    tells = [{"label": label, "from": [names[n] for n in numbers], "floor": 0.0} for label, numbers in picked.items()]
    inner = {"size": [260, 260], "mean": [127] * 3, "std": [128] * 3}
    described = model(labels=names, tells=tells, input=inner, activation="softmax", output="logits")
    store = borrowed(tmp_path, models_dir, "efficientnet_lite2", described)
    direct = classifiers.imagenet(FrameView(scene.frame), store)
    found = scores(slot(store, list(picked)).detect([scene])[0])
    assert found == pytest.approx({label: float(direct[n].sum()) for label, n in picked.items()}, abs=1e-4)


@pytest.mark.models
@pytest.mark.slow
def test_nanodet_through_the_slot(tmp_path: Path, models_dir: Path, scene: FrameView) -> None:
    by_label: dict[str, list[str]] = {}
    for name, label in objects.LABELS.items():
        by_label.setdefault(label, []).append(name)
    tells = [{"label": label, "from": names, "floor": objects.FLOOR} for label, names in by_label.items()]
    inner = {
        "size": [416, 416],
        "channels": "BGR",
        "mean": NANODET_MEAN,
        "std": NANODET_STD,
        "fit": "letterbox",
    }
    described = model(labels=list(objects.NAMES), tells=tells, input=inner, task="detect-nanodet")
    store = borrowed(tmp_path, models_dir, "nanodet", described)
    found = slot(store, list(by_label)).detect([scene])[0]

    picture, scale = letterbox(FrameView(scene.frame), 416, (1, 3, 416, 416))
    values = ((picture[:, :, ::-1] - np.array(NANODET_MEAN)) / np.array(NANODET_STD)).transpose(2, 0, 1)
    direct = objects.decode(store.session("nanodet").run(values[None].astype(np.float32)), 416, 416)
    assert direct and len(found) == len(direct)
    height, width = scene.pixels.shape[:2]
    for signal, thing in zip(found, direct, strict=True):
        box = signal.evidence.box
        assert signal.evidence.facts["seen"] == thing.name and box is not None
        assert signal.score == pytest.approx(thing.score, abs=1e-3)
        pixels = np.array([box.left * width, box.top * height, box.right * width, box.bottom * height])
        np.testing.assert_allclose(pixels, (thing.box / scale).clip(0, [width, height] * 2), atol=width / 500)


def test_nanodet_may_come_in_one_output(tmp_path: Path) -> None:
    """A 16 x 16 input with strides 8 and 16: four cells and one."""
    some = np.random.default_rng(2)
    classes, sides = some.uniform(0, 0.2, (1, 5, 3)), some.normal(size=(1, 5, 4 * 8))
    classes[0, 1, 0], classes[0, 4, 2] = 0.9, 0.8
    fields = {"task": "detect-nanodet", "strides": [8, 16], "input": {"size": [16, 16]}}
    fields["tells"] = [{**told, "floor": 0.5} for told in TOLD]
    answers = []
    for outputs in (
        [np.concatenate([classes, sides], axis=2)],
        [classes[:, :4], classes[:, 4:], sides[:, :4], sides[:, 4:]],
    ):
        always(tmp_path / "m.onnx", *outputs)
        describe(tmp_path, model(**fields))
        answers.append([(s.label, s.score, s.evidence.box) for s in signals(tmp_path, view(plain((0, 0, 0))))])
    assert answers[0] == answers[1]
    assert [answer[:2] for answer in answers[0]] == [("weapon.knife", 0.9), ("person", 0.8)]
    spread = np.exp(sides[0, 1].reshape(4, 8))
    reach = (spread @ np.arange(8)) / spread.sum(axis=1) * 8
    box = answers[0][0][2]
    # The second cell of the upper row has its centre at 12, 4.
    assert box is not None and box.left == pytest.approx(max(0, (12 - reach[0]) / 16), abs=1e-3)
    assert box.bottom == pytest.approx(min(1, (4 + reach[3]) / 16), abs=1e-3)
