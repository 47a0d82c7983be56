"""Torch checkpoints of both layouts, written here byte by byte, and the pickles that must not run."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy_reference as ref
import pytest

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert import efficientnet
from reelwarden.models.convert.checkpoint import MAGIC, PROTOCOL, tensors
from reelwarden.models.session import Session

Array = np.ndarray[Any, Any]
KINDS = {"float32": "FloatStorage", "float16": "HalfStorage", "int64": "LongStorage"}


class Global:
    """Is pickled as the bare name of something in a module that is not installed here."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self, *_: Any) -> None: ...


class StoredTensor:
    def __init__(self, key: str, array: Array, offset: int = 0, strides: tuple[int, ...] | None = None) -> None:
        self.key, self.array, self.offset = key, array, offset
        self.strides = strides or tuple(s // array.itemsize for s in array.strides)

    def __reduce__(self) -> Any:
        shape = self.array.shape
        return Global("torch._utils", "_rebuild_tensor_v2"), (
            self.reference(),
            self.offset,
            shape,
            self.strides,
            False,
            OrderedDict(),
        )

    def reference(self) -> Any:
        return Reference(("storage", Global("torch", KINDS[str(self.array.dtype)]), self.key, "cpu", self.array.size))


class Reference:
    def __init__(self, value: Any) -> None:
        self.value = value


class Writer(pickle._Pickler):
    """Python's own pickler in Python, which can be told to write a name that cannot be imported."""

    def persistent_id(self, obj: Any) -> Any:
        return obj.value if isinstance(obj, Reference) else None

    def save(self, obj: Any, save_persistent_id: bool = True) -> Any:
        if isinstance(obj, Global):
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
            return None
        return super().save(obj, save_persistent_id)


def pickled(value: Any) -> bytes:
    sink = io.BytesIO()
    Writer(sink, 2).dump(value)
    return sink.getvalue()


def write_zip(path: Path, state: dict[str, Array]) -> None:
    stored = OrderedDict((name, StoredTensor(str(at), array)) for at, (name, array) in enumerate(state.items()))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x/data.pkl", pickled(stored))
        for tensor in stored.values():
            archive.writestr(f"x/data/{tensor.key}", tensor.array.tobytes())


def write_legacy(path: Path, state: dict[str, Array]) -> None:
    stored = OrderedDict((name, StoredTensor(str(at), array)) for at, (name, array) in enumerate(state.items()))
    keys = sorted(tensor.key for tensor in stored.values())
    parts = [pickled(v) for v in (MAGIC, PROTOCOL, {"little_endian": True}, stored, keys)]
    by_key = {tensor.key: tensor.array for tensor in stored.values()}
    parts += [by_key[key].size.to_bytes(8, "little") + by_key[key].tobytes() for key in keys]
    path.write_bytes(b"".join(parts))


STATE = {
    "a.weight": np.arange(12, dtype=np.float32).reshape(3, 4),
    "a.steps": np.array(7, np.int64).reshape(()),
    "b.half": np.arange(3, dtype=np.float16),
}


@pytest.mark.parametrize("write", [write_zip, write_legacy])
def test_both_layouts_are_read(tmp_path: Path, write: Any) -> None:
    write(tmp_path / "w.pth", STATE)
    found = tensors(tmp_path / "w.pth")
    assert set(found) == set(STATE)
    for name, array in STATE.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_a_tensor_may_be_a_view_of_a_larger_storage(tmp_path: Path) -> None:
    base = np.arange(12, dtype=np.float32)
    column = StoredTensor("0", base, offset=1, strides=(4,))
    column.array = base[:3]
    nested = {"state": {"column": column}}
    whole = StoredTensor("0", base).reference
    column.reference = whole  # type: ignore[method-assign]
    with zipfile.ZipFile(tmp_path / "w.pt", "w") as archive:
        archive.writestr("m/data.pkl", pickled(nested))
        archive.writestr("m/data/0", base.tobytes())
    np.testing.assert_array_equal(tensors(tmp_path / "w.pt")["state.column"], [1, 5, 9])


class Harmful:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> Any:
        return Global("pathlib", "Path.touch"), (self.target,)


class Command:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> Any:
        return Global("os", "system"), (f"touch {self.target}",)


@pytest.mark.parametrize("kind", [Harmful, Command])
@pytest.mark.parametrize("layout", ["zip", "legacy"])
def test_a_pickle_that_wants_to_run_something_is_refused(tmp_path: Path, kind: Any, layout: str) -> None:
    sign, path = tmp_path / "ran", tmp_path / "w.pth"
    if layout == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x/data.pkl", pickled({"w": kind(sign)}))
    else:
        path.write_bytes(b"".join(map(pickled, (MAGIC, PROTOCOL, {}, {"w": kind(sign)}, []))))
    with pytest.raises(ModelDamaged, match="never need"):
        tensors(path)
    assert not sign.exists()


def test_a_tensor_outside_of_its_storage_is_refused(tmp_path: Path) -> None:
    base = np.arange(4, dtype=np.float32)
    far = StoredTensor("0", base, offset=2)
    with zipfile.ZipFile(tmp_path / "w.pt", "w") as archive:
        archive.writestr("m/data.pkl", pickled({"far": far}))
        archive.writestr("m/data/0", base.tobytes())
    with pytest.raises(ModelDamaged, match="outside its storage"):
        tensors(tmp_path / "w.pt")


@pytest.mark.parametrize("size", [0, 1, 30, 200])
def test_a_damaged_checkpoint_is_said(tmp_path: Path, size: int) -> None:
    write_legacy(tmp_path / "w.pth", STATE)
    cut = (tmp_path / "w.pth").read_bytes()[:-size] if size else b"no checkpoint"
    (tmp_path / "w.pth").write_bytes(cut)
    with pytest.raises(ModelDamaged):
        tensors(tmp_path / "w.pth")


WIDTHS = (8, 8, 16, 16, 24, 32, 40, 48, 56)
"""The stem, then each block; a change of width begins a stage (the second block stays in the first)."""
HEAD, CLASSES, SIDE = 64, 5, 64


def network() -> dict[str, Array]:
    """A small EfficientNet-Lite with all of its seven stages, in torch's names and layout."""
    some = np.random.default_rng(3)
    state: dict[str, Array] = {}

    def conv(name: str, norm: str, out: int, into: int, kernel: int) -> None:
        fan = into * kernel * kernel
        state[f"{name}.weight"] = (some.normal(size=(out, into, kernel, kernel)) / np.sqrt(fan)).astype(np.float32)
        for field in ("weight", "bias", "running_mean"):
            state[f"{norm}.{field}"] = some.normal(size=out).astype(np.float32)
        state[f"{norm}.running_var"] = (np.abs(some.normal(size=out)) + 0.5).astype(np.float32)

    conv("_conv_stem", "_bn0", WIDTHS[0], 3, 3)
    for at, (into, out) in enumerate(pairwise(WIDTHS)):
        block, wide = f"_blocks.{at}", into if at == 0 else into * 2
        if at:
            conv(f"{block}._expand_conv", f"{block}._bn0", wide, into, 1)
        conv(f"{block}._depthwise_conv", f"{block}._bn1", wide, 1, 5 if at == 3 else 3)
        conv(f"{block}._project_conv", f"{block}._bn2", out, wide, 1)
    conv("_conv_head", "_bn1", HEAD, WIDTHS[-1], 1)
    state["_fc.weight"] = some.normal(size=(CLASSES, HEAD)).astype(np.float32)
    state["_fc.bias"] = some.normal(size=CLASSES).astype(np.float32)
    return state


def expected(state: dict[str, Array], picture: Array) -> tuple[Array, Array]:
    def step(x: Array, name: str, norm: str, stride: int = 1, active: bool = True) -> Array:
        kernel = state[f"{name}.weight"]
        deep = kernel.shape[1] == 1
        x = (
            ref.depthwise(x, kernel.transpose(2, 3, 0, 1), stride)
            if deep
            else ref.conv(x, kernel.transpose(2, 3, 1, 0), stride)
        )
        root = np.sqrt(state[f"{norm}.running_var"] + 1e-3)
        x = (x - state[f"{norm}.running_mean"]) / root * state[f"{norm}.weight"] + state[f"{norm}.bias"]
        return np.clip(x, 0, 6) if active else x

    x = step(picture.transpose(0, 2, 3, 1), "_conv_stem", "_bn0", 2)
    strides = iter((2, 2, 2, 1, 2, 1))
    for at, (into, out) in enumerate(pairwise(WIDTHS)):
        block, stride, inner = f"_blocks.{at}", 1 if into == out or at == 0 else next(strides), x
        if at:
            inner = step(inner, f"{block}._expand_conv", f"{block}._bn0")
        inner = step(inner, f"{block}._depthwise_conv", f"{block}._bn1", stride)
        inner = step(inner, f"{block}._project_conv", f"{block}._bn2", active=False)
        x = x + inner if into == out and stride == 1 else inner
    features = step(x, "_conv_head", "_bn1").mean(axis=(1, 2))
    return features @ state["_fc.weight"].T + state["_fc.bias"], features


def test_an_efficientnet_is_rebuilt_from_its_weights(tmp_path: Path) -> None:
    state = network()
    write_legacy(tmp_path / "weights.pth", state)
    efficientnet.build(tensors(tmp_path / "weights.pth"), SIDE).save(tmp_path / "model.onnx")
    session = Session(tmp_path / "model.onnx")
    picture = np.random.default_rng(5).normal(size=(2, 3, SIDE, SIDE)).astype(np.float32)
    logits, features = session.run(picture)
    wanted_logits, wanted_features = expected(state, picture)
    assert session.outputs == ("logits", "features")
    np.testing.assert_allclose(features, wanted_features, atol=1e-4)
    np.testing.assert_allclose(logits, wanted_logits, atol=1e-3)
