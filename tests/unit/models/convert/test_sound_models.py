"""Converters of the models of sound: what they take, and what they refuse."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert import campplus, whisper_directory, yamnet
from reelwarden.models.session import Session


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    parts, target = tmp_path / "parts", tmp_path / "target"
    parts.mkdir()
    target.mkdir()
    return parts, target


def test_both_vocabularies_of_whisper_become_the_same(tmp_path: Path) -> None:
    tokens, made = ["a", "Ġb", '"', "\\"], []
    for name, text in (("vocabulary.txt", "\n".join(tokens) + "\n"), ("vocabulary.json", json.dumps(tokens))):
        parts, target = tmp_path / name / "parts", tmp_path / name / "target"
        parts.mkdir(parents=True)
        target.mkdir()
        (parts / "model.bin").write_bytes(b"weights")
        (parts / "config.json").write_text("{}")
        (parts / name).write_text(text, "utf-8")
        whisper_directory.convert(parts, target)
        made.append((target / "vocabulary.txt").read_bytes())
        assert (target / "model.bin").read_bytes() == b"weights"
    assert made[0] == made[1] == 'a\nĠb\n"\n\\\n'.encode()


def phone_export(parts: Path) -> None:
    """A small network in the form of the export: pairs of quantise and dequantise nodes, a fixed batch, data aside."""
    rng = np.random.default_rng(2)
    constants = {
        "weights": rng.normal(size=(yamnet.FEATURES, yamnet.CLASSES)).astype(np.float32),
        "scale": np.float32(0.02),
        "zero": np.uint8(128),
        "shape": np.array([1, yamnet.FEATURES], np.int64),
        "begin": np.array([0], np.int64),
        "end": np.array([yamnet.FEATURES], np.int64),
        "flat": np.array([0, -1], np.int64),
        "axis": np.array([1], np.int64),
    }
    pair = [
        helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["dq"]),
    ]
    nodes = [
        *pair,
        helper.make_node("Flatten", ["dq"], ["long"], axis=1),
        helper.make_node("Slice", ["long", "begin", "end", "axis"], ["part"]),
        helper.make_node("Reshape", ["part", "shape"], ["rows"]),
        helper.make_node("MatMul", ["rows", "weights"], ["scores"]),
        helper.make_node("QuantizeLinear", ["scores", "scale", "zero"], ["q2"]),
        helper.make_node("DequantizeLinear", ["q2", "scale", "zero"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "export",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 96, 64])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, yamnet.CLASSES])],
        [numpy_helper.from_array(np.asarray(v), n) for n, v in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.save(model, str(parts / "model.onnx"), save_as_external_data=True, location="model.data")
    with zipfile.ZipFile(parts / "model.zip", "w") as archive:
        for name in ("model.onnx", "model.data"):
            archive.write(parts / name, f"job/{name}")
    (parts / "classes.csv").write_text("index,mid,display_name\n0,/m/0,Speech\n")


def test_an_export_for_phones_becomes_plain(folders: tuple[Path, Path]) -> None:
    parts, target = folders
    phone_export(parts)
    yamnet.convert(parts, target)
    kinds = {node.op_type for node in onnx.load(str(target / "model.onnx")).graph.node}
    assert kinds.isdisjoint(yamnet.PAIR)
    patches = np.random.default_rng(1).normal(size=(3, 1, 96, 64)).astype(np.float32)
    together = Session(target / "model.onnx").run(patches)[0]
    one = Session(target / "model.onnx").run(patches[1:2])[0]
    assert together.shape == (3, yamnet.CLASSES)
    np.testing.assert_allclose(together[1], one[0], rtol=1e-4, atol=1e-4)


def test_what_is_no_export_is_refused(folders: tuple[Path, Path]) -> None:
    parts, target = folders
    (parts / "model.zip").write_bytes(b"no zip")
    with pytest.raises(ModelDamaged, match=r"model\.zip"):
        yamnet.convert(parts, target)


def test_another_checkpoint_is_no_voice_model(folders: tuple[Path, Path]) -> None:
    parts, target = folders
    (parts / "weights.pt").write_bytes(b"no checkpoint")
    with pytest.raises(ModelDamaged):
        campplus.convert(parts, target)
