"""TensorFlow's convolutions, poolings and matrix products with what is fused into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.graph_node import Builder, Node, operands
from reelwarden.models.convert.kernels import channels_first, conv, depthwise_first, relu6

LEAK = 0.2
"""TensorFlow's default slope of a leaky ReLU."""


def _convolution(builder: Builder, node: Node) -> None:
    value, kernel_name, *fused = operands(node, 2)
    last = node.text("data_format", "NHWC") == "NHWC"
    kernel = builder.value(kernel_name)
    depthwise = "Depthwise" in node.op
    group = kernel.shape[2] if depthwise else 1
    bias = builder.value(fused.pop(0)) if "BiasAdd" in node.texts("fused_ops") else None
    result = conv(
        builder.graph,
        builder.first(value) if last else value,
        depthwise_first(kernel) if depthwise else channels_first(kernel),
        bias,
        strides=_spatial(node.integers("strides"), last),
        dilations=_spatial(node.integers("dilations") or [1, 1, 1, 1], last),
        group=group,
        **_padding(node, last),
    )
    result = _activated(builder, node, result, fused)
    if last:
        builder.last(result, node.name)
    else:
        builder.graph.add("Identity", result, to=node.name)


def _spatial(values: list[int], last: bool) -> list[int]:
    return values[1:3] if last else values[2:4]


def _padding(node: Node, last: bool) -> dict[str, Any]:
    if node.text("padding") != "EXPLICIT":
        return {"same": node.text("padding") == "SAME"}
    pads = node.integers("explicit_paddings")
    (top, bottom), (left, right) = (pads[2:4], pads[4:6]) if last else (pads[4:6], pads[6:8])
    return {"pads": [top, left, bottom, right]}


def _activated(builder: Builder, node: Node, value: str, fused: list[str]) -> str:
    """Applies the operations after the bias; a PReLU takes its slopes, one a channel, from `fused`."""
    for name in node.texts("fused_ops"):
        match name:
            case "BiasAdd":
                continue
            case "Relu6":
                value = relu6(builder.graph, value)
            case "LeakyRelu":
                value = builder.graph.add("LeakyRelu", value, alpha=node.number("leakyrelu_alpha", LEAK))
            case "Prelu":
                slopes = builder.value(fused.pop(0)).reshape(-1, 1, 1)
                value = builder.graph.add("PRelu", value, builder.graph.constant(slopes))
            case "Relu" | "Sigmoid" | "Tanh" | "Elu":
                value = builder.graph.add(name, value)
            case _:
                raise ModelDamaged(f"the model fuses an operation that cannot be converted: {name}")
    return value


def _pooling(builder: Builder, node: Node) -> None:
    op = {"MaxPool": "MaxPool", "AvgPool": "AveragePool"}[node.op]
    same = {"auto_pad": "SAME_UPPER"} if node.text("padding") == "SAME" else {}
    shape, strides = _spatial(node.integers("ksize"), True), _spatial(node.integers("strides"), True)
    value = builder.first(operands(node, 1)[0])
    builder.last(builder.graph.add(op, value, kernel_shape=shape, strides=strides, **same), node.name)


def _matrix_product(builder: Builder, node: Node) -> None:
    left, right, *fused = operands(node, 2)
    graph = builder.graph
    left = graph.add("Transpose", left, perm=[1, 0]) if node.flag("transpose_a") else left
    right = graph.add("Transpose", right, perm=[1, 0]) if node.flag("transpose_b") else right
    value = graph.add("MatMul", left, right)
    if "BiasAdd" in node.texts("fused_ops"):
        value = graph.add("Add", value, fused.pop(0))
    graph.add("Identity", _activated(builder, node, value, fused), to=node.name)


def _resize(builder: Builder, node: Node) -> None:
    value, size = operands(node, 2)
    graph, bilinear = builder.graph, node.op == "ResizeBilinear"
    value = builder.first(value)
    outer = graph.add("Slice", graph.add("Shape", value), graph.ints(0), graph.ints(2))
    target = graph.add("Concat", outer, graph.constant(np.array(builder.numbers(size), np.int64)), axis=0)
    mode = {"mode": "linear"} if bilinear else {"mode": "nearest", "nearest_mode": "floor"}
    where = "align_corners" if node.flag("align_corners") else "asymmetric"
    where = "half_pixel" if node.flag("half_pixel_centers") else where
    result = graph.add("Resize", value, "", "", target, coordinate_transformation_mode=where, **mode)
    builder.last(result, node.name)


def _depth_to_space(builder: Builder, node: Node) -> None:
    value = builder.first(operands(node, 1)[0])
    result = builder.graph.add("DepthToSpace", value, blocksize=node.integer("block_size"))
    builder.last(result, node.name)


CONVOLUTIONS: dict[str, Callable[[Builder, Node], None]] = {
    **dict.fromkeys(("Conv2D", "_FusedConv2D", "FusedConv2D"), _convolution),
    **dict.fromkeys(("DepthwiseConv2dNative", "FusedDepthwiseConv2dNative"), _convolution),
    **dict.fromkeys(("MaxPool", "AvgPool"), _pooling),
    **dict.fromkeys(("MatMul", "_FusedMatMul"), _matrix_product),
    **dict.fromkeys(("ResizeBilinear", "ResizeNearestNeighbor"), _resize),
    "DepthToSpace": _depth_to_space,
}
"""TensorFlow's name of an operation → how it is placed."""
