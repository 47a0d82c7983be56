"""TF.js graph models: a model.json of one operation each, run, and held to plain numpy."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy_reference as ref
import pytest

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.graph_model import build
from reelwarden.models.session import Session

Array = np.ndarray[Any, Any]
SOME = np.random.default_rng(7)


def some(*shape: int) -> Array:
    return SOME.normal(size=shape).astype(np.float32)


def attribute(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"b": value}
        case int():
            return {"i": str(value)}
        case float():
            return {"f": value}
        case str() if value.startswith("DT_"):
            return {"type": value}
        case str():
            return {"s": base64.b64encode(value.encode()).decode()}
        case [str(), *_]:
            return {"list": {"s": [base64.b64encode(v.encode()).decode() for v in value]}}
    return {"list": {"i": [str(v) for v in value]}}


def document(shape: tuple[int, ...], nodes: list[dict[str, Any]], constants: dict[str, Array]) -> tuple[Any, bytes]:
    dims = {"shape": {"dim": [{"size": str(side)} for side in shape]}}
    placed = {"name": "x", "op": "Placeholder", "attr": {"shape": dims, "dtype": {"type": "DT_FLOAT"}}}
    entries = [{"name": n, "shape": list(a.shape), "dtype": str(a.dtype)} for n, a in constants.items()]
    listed = [{"name": name, "op": "Const"} for name in constants]
    # Nodes in reverse: a file's order means nothing.
    topology = {"node": [*reversed(nodes), *listed, placed]}
    return {
        "modelTopology": topology,
        "weightsManifest": [{"paths": ["w"], "weights": entries}],
    }, b"".join(a.tobytes() for a in constants.values())


def run(
    tmp_path: Path,
    op: str,
    x: Array,
    constants: dict[str, Array],
    inputs: list[str] | None = None,
    **attributes: Any,
) -> list[Array]:
    node = {
        "name": "y",
        "op": op,
        "input": inputs or ["x", *constants],
        "attr": {name: attribute(value) for name, value in attributes.items()},
    }
    raw, data = document((1, *x.shape[1:]), [node], constants)
    build(raw, data).save(tmp_path / "model.onnx")
    return Session(tmp_path / "model.onnx").run(x)  # type: ignore[return-value]


def ints(*values: int) -> Array:
    return np.array(values, np.int32)


PICTURE = some(2, 9, 7, 4)
"""A batch of two, though every graph is written for one."""
KERNEL, BIAS, DEPTHWISE, SLOPES = some(3, 3, 4, 5), some(5), some(3, 3, 4, 2), some(5)
FLAT, MATRIX, MATRIX_BIAS = some(2, 6), some(6, 3), some(3)

CONVOLUTIONS: list[tuple[str, dict[str, Array], dict[str, Any], Callable[[], Array]]] = [
    (
        "Conv2D",
        {"w": KERNEL},
        {"strides": [1, 2, 2, 1], "padding": "SAME"},
        lambda: ref.conv(PICTURE, KERNEL, 2),
    ),
    (
        "Conv2D",
        {"w": KERNEL},
        {"strides": [1, 1, 1, 1], "padding": "VALID"},
        lambda: ref.conv(PICTURE, KERNEL, 1, "VALID"),
    ),
    (
        "Conv2D",
        {"w": KERNEL},
        {"strides": [1, 1, 1, 1], "padding": "EXPLICIT", "explicit_paddings": [0, 0, 1, 2, 0, 3, 0, 0]},
        lambda: ref.conv(PICTURE, KERNEL, 1, ((1, 2), (0, 3))),
    ),
    (
        "Conv2D",
        {"w": KERNEL},
        {"strides": [1, 1, 1, 1], "dilations": [1, 2, 2, 1], "padding": "VALID"},
        lambda: ref.conv(PICTURE, KERNEL, 1, "VALID", 2),
    ),
    (
        "_FusedConv2D",
        {"w": KERNEL, "b": BIAS},
        {"strides": [1, 1, 1, 1], "padding": "SAME", "fused_ops": ["BiasAdd", "Relu6"]},
        lambda: np.clip(ref.conv(PICTURE, KERNEL) + BIAS, 0, 6),
    ),
    (
        "_FusedConv2D",
        {"w": KERNEL, "b": BIAS, "p": SLOPES},
        {"strides": [1, 1, 1, 1], "padding": "SAME", "fused_ops": ["BiasAdd", "Prelu"]},
        lambda: ref.leaky(ref.conv(PICTURE, KERNEL) + BIAS, SLOPES),
    ),
    (
        "_FusedConv2D",
        {"w": KERNEL},
        {"strides": [1, 1, 1, 1], "padding": "SAME", "fused_ops": ["LeakyRelu"], "leakyrelu_alpha": 0.25},
        lambda: ref.leaky(ref.conv(PICTURE, KERNEL), 0.25),
    ),
    (
        "DepthwiseConv2dNative",
        {"w": DEPTHWISE},
        {"strides": [1, 2, 2, 1], "padding": "SAME"},
        lambda: ref.depthwise(PICTURE, DEPTHWISE, 2),
    ),
    (
        "FusedDepthwiseConv2dNative",
        {"w": DEPTHWISE, "b": some(8) * 0},
        {"strides": [1, 1, 1, 1], "padding": "SAME", "fused_ops": ["BiasAdd", "Relu"]},
        lambda: np.maximum(ref.depthwise(PICTURE, DEPTHWISE), 0),
    ),
    (
        "MaxPool",
        {},
        {"strides": [1, 2, 2, 1], "ksize": [1, 3, 3, 1], "padding": "SAME"},
        lambda: ref.max_pool(PICTURE, 3, 2, "SAME"),
    ),
    (
        "MaxPool",
        {},
        {"strides": [1, 2, 2, 1], "ksize": [1, 2, 2, 1], "padding": "VALID"},
        lambda: ref.max_pool(PICTURE, 2, 2, "VALID"),
    ),
    (
        "AvgPool",
        {},
        {"strides": [1, 2, 2, 1], "ksize": [1, 3, 3, 1], "padding": "SAME"},
        lambda: ref.average_pool(PICTURE, 3, 2, "SAME"),
    ),
    (
        "ResizeBilinear",
        {"s": ints(18, 14)},
        {"half_pixel_centers": True},
        lambda: ref.resize(PICTURE, (18, 14), "half_pixel", True),
    ),
    (
        "ResizeBilinear",
        {"s": ints(5, 11)},
        {"align_corners": True},
        lambda: ref.resize(PICTURE, (5, 11), "align_corners", True),
    ),
    ("ResizeBilinear", {"s": ints(18, 14)}, {}, lambda: ref.resize(PICTURE, (18, 14), "asymmetric", True)),
    (
        "ResizeNearestNeighbor",
        {"s": ints(18, 14)},
        {},
        lambda: ref.resize(PICTURE, (18, 14), "asymmetric", False),
    ),
    (
        "DepthToSpace",
        {},
        {"block_size": 2},
        lambda: PICTURE.reshape(2, 9, 7, 2, 2, 1).transpose(0, 1, 3, 2, 4, 5).reshape(2, 18, 14, 1),
    ),
]


@pytest.mark.parametrize(
    "op, constants, attributes, expected", CONVOLUTIONS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_convolutions_poolings_and_resizing(
    tmp_path: Path,
    op: str,
    constants: dict[str, Array],
    attributes: dict[str, Any],
    expected: Callable[[], Array],
) -> None:
    (result,) = run(tmp_path, op, PICTURE, constants, **attributes)
    np.testing.assert_allclose(result, expected(), atol=2e-5)


SINGLE: list[tuple[str, dict[str, Array], dict[str, Any], Callable[[], Array]]] = [
    ("Relu", {}, {}, lambda: np.maximum(FLAT, 0)),
    ("Relu6", {}, {}, lambda: np.clip(FLAT, 0, 6)),
    ("LeakyRelu", {}, {"alpha": 0.1}, lambda: ref.leaky(FLAT, 0.1)),
    ("Sigmoid", {}, {}, lambda: ref.sigmoid(FLAT)),
    ("Tanh", {}, {}, lambda: np.tanh(FLAT)),
    ("Exp", {}, {}, lambda: np.exp(FLAT)),
    ("Elu", {}, {}, lambda: np.where(FLAT > 0, FLAT, np.expm1(FLAT))),
    ("Softplus", {}, {}, lambda: np.log1p(np.exp(FLAT))),
    ("Neg", {}, {}, lambda: -FLAT),
    ("Abs", {}, {}, lambda: np.abs(FLAT)),
    ("Identity", {}, {}, lambda: FLAT),
    ("Square", {}, {}, lambda: FLAT * FLAT),
    ("Softmax", {}, {}, lambda: ref.softmax(FLAT)),
    ("AddV2", {"c": BIAS[:1]}, {}, lambda: FLAT + BIAS[0]),
    ("Sub", {"c": BIAS[:1]}, {}, lambda: FLAT - BIAS[0]),
    ("Mul", {"c": BIAS[:1]}, {}, lambda: FLAT * BIAS[0]),
    ("RealDiv", {"c": BIAS[:1]}, {}, lambda: FLAT / BIAS[0]),
    ("Maximum", {"c": BIAS[:1]}, {}, lambda: np.maximum(FLAT, BIAS[0])),
    ("Minimum", {"c": BIAS[:1]}, {}, lambda: np.minimum(FLAT, BIAS[0])),
    ("Prelu", {"c": BIAS[:1]}, {}, lambda: ref.leaky(FLAT, float(BIAS[0]))),
    ("Mean", {"a": ints(1)}, {"keep_dims": True}, lambda: FLAT.mean(1, keepdims=True)),
    ("Sum", {"a": ints(-1)}, {}, lambda: FLAT.sum(1)),
    ("Max", {"a": ints(1)}, {}, lambda: FLAT.max(1)),
    ("Min", {"a": ints(1)}, {}, lambda: FLAT.min(1)),
    ("Prod", {"a": ints(1)}, {}, lambda: FLAT.prod(1)),
    ("MatMul", {"w": MATRIX}, {}, lambda: FLAT @ MATRIX),
    ("MatMul", {"w": np.ascontiguousarray(MATRIX.T)}, {"transpose_b": True}, lambda: FLAT @ MATRIX),
    (
        "_FusedMatMul",
        {"w": MATRIX, "b": MATRIX_BIAS},
        {"fused_ops": ["BiasAdd", "Relu"]},
        lambda: np.maximum(FLAT @ MATRIX + MATRIX_BIAS, 0),
    ),
    ("Reshape", {"s": ints(1, 2, 3)}, {}, lambda: FLAT.reshape(2, 2, 3)),
    ("Reshape", {"s": ints(1, 2, -1)}, {}, lambda: FLAT.reshape(2, 2, 3)),
    ("ExpandDims", {"a": ints(1)}, {}, lambda: FLAT[:, None]),
    ("Transpose", {"p": ints(1, 0)}, {}, lambda: FLAT.T),
    ("Pad", {"p": np.array([[0, 0], [1, 2]], np.int32)}, {}, lambda: np.pad(FLAT, ((0, 0), (1, 2)))),
    (
        "PadV2",
        {"p": np.array([[0, 0], [1, 2]], np.int32), "v": np.float32(7).reshape(())},
        {},
        lambda: np.pad(FLAT, ((0, 0), (1, 2)), constant_values=7),
    ),
    (
        "MirrorPad",
        {"p": np.array([[0, 0], [1, 2]], np.int32)},
        {"mode": "REFLECT"},
        lambda: np.pad(FLAT, ((0, 0), (1, 2)), "reflect"),
    ),
    (
        "StridedSlice",
        {"b": ints(0, 1), "e": ints(0, 5), "s": ints(1, 2)},
        {"begin_mask": 1, "end_mask": 1},
        lambda: FLAT[:, 1:5:2],
    ),
    (
        "StridedSlice",
        {"b": ints(0, -1), "e": ints(0, 0), "s": ints(1, 1)},
        {"begin_mask": 1, "end_mask": 1, "shrink_axis_mask": 2},
        lambda: FLAT[:, -1],
    ),
    ("GatherV2", {"i": ints(3, 0), "a": ints(1)}, {}, lambda: FLAT[:, [3, 0]]),
    (
        "ConcatV2",
        {"c": some(2, 2) * 0, "a": ints(1)},
        {},
        lambda: np.concatenate([FLAT, np.zeros((2, 2))], 1),
    ),
]


@pytest.mark.parametrize("op, constants, attributes, expected", SINGLE, ids=lambda v: v if isinstance(v, str) else "")
def test_operations_on_values_and_shapes(
    tmp_path: Path,
    op: str,
    constants: dict[str, Array],
    attributes: dict[str, Any],
    expected: Callable[[], Array],
) -> None:
    (result,) = run(tmp_path, op, FLAT, constants, **attributes)
    np.testing.assert_allclose(result, expected(), atol=1e-5)


def test_square_root_is_only_taken_of_what_is_positive(tmp_path: Path) -> None:
    positive = np.abs(FLAT) + 0.1
    (result,) = run(tmp_path, "Rsqrt", positive, {})
    np.testing.assert_allclose(result, 1 / np.sqrt(positive), rtol=1e-5)


def test_several_outputs_are_read_by_number(tmp_path: Path) -> None:
    split = {"name": "s", "op": "SplitV", "input": ["x", "n", "a"], "attr": {}}
    even = {"name": "e", "op": "Split", "input": ["a", "s:1"], "attr": {"num_split": attribute(2)}}
    top = {"name": "t", "op": "TopKV2", "input": ["s", "k"], "attr": {}}
    last = {"name": "y", "op": "ConcatV2", "input": ["e:1", "t", "a"], "attr": {}}
    raw, data = document((1, 6), [split, even, top, last], {"n": ints(4, 2), "a": ints(1), "k": ints(2)})
    build(raw, data).save(tmp_path / "model.onnx")
    (result,) = Session(tmp_path / "model.onnx").run(FLAT)
    expected = np.concatenate([FLAT[:, 5:], -np.sort(-FLAT[:, :4], axis=1)[:, :2]], axis=1)
    np.testing.assert_allclose(result, expected, atol=1e-6)


def test_shapes_that_the_graph_computes_from_constants_are_computed_once(tmp_path: Path) -> None:
    sparse = {"name": "d", "op": "SparseToDense", "input": ["i", "n", "v", "z"], "attr": {}}
    add = {"name": "shape", "op": "AddV2", "input": ["c", "d"], "attr": {}}
    reshape = {"name": "y", "op": "Reshape", "input": ["x", "shape"], "attr": {}}
    constants = {
        "i": np.array([[1]], np.int32),
        "n": ints(3),
        "v": ints(2),
        "z": np.int32(0).reshape(()),
        "c": ints(1, 1, -1),
    }
    raw, data = document((1, 6), [sparse, add, reshape], constants)
    build(raw, data).save(tmp_path / "model.onnx")
    (result,) = Session(tmp_path / "model.onnx").run(FLAT)
    np.testing.assert_array_equal(result, FLAT.reshape(2, 3, 2))


def test_the_signature_names_the_outputs_and_the_bytes_are_the_same_twice(tmp_path: Path) -> None:
    nodes = [{"name": n, "op": op, "input": ["x"], "attr": {}} for n, op in (("b", "Relu"), ("a", "Neg"), ("c", "Exp"))]
    raw, data = document((1, 6), nodes, {})
    raw["signature"] = {"outputs": {"2": {"name": "b:0"}, "1": {"name": "a:0"}}}
    build(raw, data).save(tmp_path / "1.onnx")
    build(raw, data).save(tmp_path / "2.onnx")
    assert (tmp_path / "1.onnx").read_bytes() == (tmp_path / "2.onnx").read_bytes()
    assert Session(tmp_path / "1.onnx").outputs == ("a", "b")


@pytest.mark.parametrize(
    "nodes, says",
    [
        ([{"name": "y", "op": "Einsum", "input": ["x"]}], "cannot be converted: Einsum"),
        ([{"name": "y", "op": "Relu", "input": ["gone"]}], "no gone for its node y"),
        ([{"name": "y", "op": "Add", "input": ["x"]}], "1 of 2 inputs"),
        ([{"name": "y", "op": "Transpose", "input": ["x", "x"]}], "must be a constant"),
        (
            [{"name": "y", "op": "Relu", "input": ["z"]}, {"name": "z", "op": "Relu", "input": ["y"]}],
            "z|circle",
        ),
    ],
)
def test_what_cannot_be_converted_is_said(tmp_path: Path, nodes: list[dict[str, Any]], says: str) -> None:
    raw, data = document((1, 6), nodes, {})
    raw["signature"] = {"outputs": {"1": {"name": "y:0"}}}
    with pytest.raises(ModelDamaged, match=says):
        build(raw, data).save(tmp_path / "model.onnx")
