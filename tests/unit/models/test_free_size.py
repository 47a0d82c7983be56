from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert import free_size
from reelwarden.models.session import Session


def halved_and_doubled(inputs: int = 1) -> onnx.ModelProto:
    """Convolves to half the size and enlarges to a size that is written down for 64 x 64 pictures."""
    weights = np.random.default_rng(3).normal(size=(4, 3, 3, 3)).astype(np.float32)
    constants = {"w": weights, "size": np.array([1, 4, 64, 64]), "rows": np.array([1, 4, -1])}
    nodes = [
        helper.make_node("Conv", ["picture", "w"], ["half"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Resize", ["half", "", "", "size"], ["whole"], mode="linear"),
        helper.make_node("Reshape", ["whole", "rows"], ["cells"]),
    ]
    pictures = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 3, 64, 64]) for n in ("picture", "more")]
    cells = helper.make_tensor_value_info("cells", TensorProto.FLOAT, [1, 4, 4096])
    stored = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "test", pictures[:inputs], [cells], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def test_the_stored_size_gives_the_same_and_others_work(tmp_path: Path) -> None:
    onnx.save(halved_and_doubled(), tmp_path / "model.onnx")
    target = tmp_path / "target"
    target.mkdir()
    free_size.convert(tmp_path, target)
    fixed, free = Session(tmp_path / "model.onnx"), Session(target / "model.onnx")
    picture = np.random.default_rng(4).normal(size=(1, 3, 64, 64)).astype(np.float32)
    assert np.allclose(fixed.run(picture)[0], free.run(picture)[0], atol=1e-5)
    assert free.shapes[0][2:] == ("height", "width")
    # A wide picture gives what the same rows of the square one give, away from the cut edge.
    wide = free.run(np.ascontiguousarray(picture[:, :, :32]))[0].reshape(4, 32, 64)
    assert np.allclose(wide[:, :28], fixed.run(picture)[0].reshape(4, 64, 64)[:, :28], atol=1e-5)


def test_the_same_bytes_each_time() -> None:
    once, again = (free_size.free(halved_and_doubled()).SerializeToString(deterministic=True) for _ in range(2))
    assert once == again


def test_another_form_is_refused() -> None:
    with pytest.raises(ModelDamaged, match="another input"):
        free_size.free(halved_and_doubled(inputs=2))
