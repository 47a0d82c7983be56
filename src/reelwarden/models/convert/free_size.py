"""Frees the picture size of a network that only convolves: wide pictures need no square, which spares a third of the
work.

In: an ONNX file, or a TF.js graph model, that was stored for one size. Out: the same network with height and width
free, in multiples of its stride. At the stored size the results are the same to a millionth.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, numpy_helper, shape_inference

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert import graph_model
from reelwarden.models.convert.graph import BATCH

HEIGHT, WIDTH = "height", "width"
SIZES = 3
"""The input of Resize that names the size; the one before it names the factors."""


def convert(parts: Path, target: Path) -> None:
    """`model.onnx`, or `model.json` and `weights.bin` → `model.onnx`."""
    if (parts / "model.json").is_file():
        graph_model.convert(parts, target)
        model = onnx.load(target / "model.onnx")
    else:
        model = onnx.load(parts / "model.onnx")
    (target / "model.onnx").write_bytes(free(model).SerializeToString(deterministic=True))


def free(model: ModelProto) -> ModelProto:
    """The model with its only input [batch, 3, height, width] free in size. Raises ModelDamaged for another form."""
    shapes = _fixed_shapes(model)
    for node in model.graph.node:
        if node.op_type == "Resize" and len(node.input) > SIZES and node.input[SIZES]:
            _resize_by_factor(model, node, shapes)
    (picture,) = model.graph.input
    for place, name in ((0, BATCH), (2, HEIGHT), (3, WIDTH)):
        dimension = picture.type.tensor_type.shape.dim[place]
        if place or not dimension.dim_value:  # a model that was stored for one picture may be written for one
            dimension.dim_param = name
    del model.graph.value_info[:]
    for number, output in enumerate(model.graph.output):
        output.type.tensor_type.shape.dim[1].dim_param = f"cells_{number}"
    onnx.checker.check_model(model)
    return model


def _fixed_shapes(model: ModelProto) -> dict[str, list[int]]:
    """The shape of each value for one picture of the stored size."""
    fixed = ModelProto()
    fixed.CopyFrom(model)
    given = [i for i in fixed.graph.input if i.name not in {t.name for t in fixed.graph.initializer}]
    if len(given) != 1 or len(given[0].type.tensor_type.shape.dim) != 4:
        raise ModelDamaged("the model has another input than one picture")
    given[0].type.tensor_type.shape.dim[0].dim_value = 1
    inferred = shape_inference.infer_shapes(fixed, data_prop=True).graph
    values = (*inferred.value_info, *inferred.input, *inferred.output)
    return {value.name: [d.dim_value for d in value.type.tensor_type.shape.dim] for value in values}


def _resize_by_factor(model: ModelProto, node: NodeProto, shapes: dict[str, list[int]]) -> None:
    before, after = shapes.get(node.input[0], [0]), shapes.get(node.output[0], [0])
    if not all(before) or not all(after):
        raise ModelDamaged(f"the size of {node.name or node.output[0]} cannot be worked out")
    factors = np.array(after, np.float32) / np.array(before, np.float32)
    name = f"factors_of_{node.output[0]}"
    model.graph.initializer.append(numpy_helper.from_array(factors, name))
    node.input[SIZES - 1] = name
    del node.input[SIZES:]
