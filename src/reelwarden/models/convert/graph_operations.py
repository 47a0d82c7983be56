"""TensorFlow's operations on single values, shapes and slices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from onnx import helper

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.convolutions import LEAK
from reelwarden.models.convert.graph import Array
from reelwarden.models.convert.graph_node import Builder, Node, operands
from reelwarden.models.convert.kernels import relu6

Handler = Callable[[Builder, Node], None]

END = 2**31 - 1
UNARY = {n: n for n in ("Relu", "Sigmoid", "Tanh", "Abs", "Identity", "Exp", "Neg", "Elu", "Softplus", "Sqrt", "Shape")}
BINARY = {
    "Add": "Add",
    "AddV2": "Add",
    "BiasAdd": "Add",
    "Mul": "Mul",
    "Sub": "Sub",
    "RealDiv": "Div",
    "Maximum": "Max",
    "Minimum": "Min",
    "Prelu": "PRelu",
    "Equal": "Equal",
}
FOLDED: dict[str, Callable[[Array, Array], Array]] = {
    "Add": np.add,
    "AddV2": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
}
REDUCTIONS = {
    "Mean": "ReduceMean",
    "Sum": "ReduceSum",
    "Max": "ReduceMax",
    "Min": "ReduceMin",
    "Prod": "ReduceProd",
}


def _unary(builder: Builder, node: Node) -> None:
    builder.graph.add(UNARY[node.op], operands(node, 1)[0], to=node.name)


def _binary(builder: Builder, node: Node) -> None:
    left, right = operands(node, 2)[:2]
    if node.op in FOLDED and left in builder.weights and right in builder.weights:
        # Exporters compute shapes so; a Reshape later wants the numbers.
        builder.place_constant(node.name, FOLDED[node.op](builder.value(left), builder.value(right)))
        return
    builder.graph.add(BINARY[node.op], left, right, to=node.name)


def _reduction(builder: Builder, node: Node) -> None:
    value, axes = operands(node, 2)
    over = builder.graph.ints(*builder.numbers(axes))
    builder.graph.add(REDUCTIONS[node.op], value, over, to=node.name, keepdims=int(node.flag("keep_dims")))


def _constant(builder: Builder, node: Node) -> None:
    builder.place_constant(node.name, builder.value(node.name))


def _softmax(builder: Builder, node: Node) -> None:
    builder.graph.add("Softmax", operands(node, 1)[0], to=node.name, axis=-1)


def _relu6(builder: Builder, node: Node) -> None:
    relu6(builder.graph, operands(node, 1)[0], to=node.name)


def _leaky(builder: Builder, node: Node) -> None:
    builder.graph.add("LeakyRelu", operands(node, 1)[0], to=node.name, alpha=node.number("alpha", LEAK))


def _square(builder: Builder, node: Node) -> None:
    value = operands(node, 1)[0]
    builder.graph.add("Mul", value, value, to=node.name)


def _reciprocal_root(builder: Builder, node: Node) -> None:
    root = builder.graph.add("Sqrt", operands(node, 1)[0])
    builder.graph.add("Reciprocal", root, to=node.name)


def _reshape(builder: Builder, node: Node) -> None:
    """A shape that was fixed for a batch of one is opened, so that the batch stays free."""
    value, shape = operands(node, 2)
    if shape not in builder.weights:
        builder.graph.add("Reshape", value, shape, to=node.name)
        return
    sides = builder.numbers(shape)
    if len(sides) > 1 and sides[0] == 1 and -1 in sides[1:]:
        # 0 keeps the size of the input's dimension.
        sides[0] = 0
    elif len(sides) > 1 and sides[0] == 1:
        sides[0] = -1
    builder.graph.add("Reshape", value, builder.graph.ints(*sides), to=node.name)


def _squeeze(builder: Builder, node: Node) -> None:
    axes = node.integers("squeeze_dims") or node.integers("axis")
    extra = [builder.graph.ints(*axes)] if axes else []
    builder.graph.add("Squeeze", operands(node, 1)[0], *extra, to=node.name)


def _expand(builder: Builder, node: Node) -> None:
    value, axis = operands(node, 2)
    builder.graph.add("Unsqueeze", value, builder.graph.ints(*builder.numbers(axis)), to=node.name)


def _transpose(builder: Builder, node: Node) -> None:
    value, order = operands(node, 2)
    builder.graph.add("Transpose", value, to=node.name, perm=builder.numbers(order))


def _concat(builder: Builder, node: Node) -> None:
    *values, axis = operands(node, 2)
    builder.graph.add("Concat", *values, to=node.name, axis=builder.numbers(axis)[0])


def _pad(builder: Builder, node: Node) -> None:
    value, pads, *fill = operands(node, 2)
    mirrored = node.op == "MirrorPad"
    if mirrored and node.text("mode") != "REFLECT":
        raise ModelDamaged("the model pads symmetrically, which cannot be converted")
    before_after = builder.graph.ints(*builder.value(pads).T.ravel().tolist())
    mode = "reflect" if mirrored else "constant"
    builder.graph.add("Pad", value, before_after, *fill, to=node.name, mode=mode)


def _dense_from_sparse(builder: Builder, node: Node) -> None:
    """A table given by its few entries; some exporters write padding so."""
    places, shape, values, fill = (builder.value(name) for name in operands(node, 4))
    table = np.full([int(side) for side in shape], fill)
    places = places.reshape(-1, table.ndim)
    for place, value in zip(places, np.broadcast_to(values, len(places)), strict=True):
        table[tuple(place)] = value
    builder.place_constant(node.name, table)


def _split_sizes(builder: Builder, node: Node) -> None:
    value, sizes, axis = operands(node, 3)
    lengths = builder.numbers(sizes)
    names = _output_names(node, len(lengths))
    at = builder.numbers(axis)[0]
    builder.graph.split("Split", value, builder.graph.ints(*lengths), to=names, axis=at)


def _split_even(builder: Builder, node: Node) -> None:
    axis, value = operands(node, 2)
    count = node.integer("num_split")
    at = builder.numbers(axis)[0]
    builder.graph.split("Split", value, to=_output_names(node, count), axis=at, num_outputs=count)


def _top(builder: Builder, node: Node) -> None:
    value, count = operands(node, 2)
    k = builder.graph.ints(*builder.numbers(count))
    builder.graph.split("TopK", value, k, to=_output_names(node, 2), axis=-1)


def _output_names(node: Node, count: int) -> list[str]:
    return [node.name, *(f"{node.name}:{number}" for number in range(1, count))]


def _strided_slice(builder: Builder, node: Node) -> None:
    value, begins, ends, steps = operands(node, 4)
    if node.integer("new_axis_mask") or node.integer("ellipsis_mask"):
        raise ModelDamaged("the model slices in a way that cannot be converted")
    begin, end, step = builder.numbers(begins), builder.numbers(ends), builder.numbers(steps)
    single = [axis for axis in range(len(begin)) if node.integer("shrink_axis_mask") >> axis & 1]
    for axis in range(len(begin)):
        if axis in single:
            end[axis] = begin[axis] + 1 if begin[axis] != -1 else END
        if node.integer("begin_mask") >> axis & 1:
            begin[axis] = 0
        if node.integer("end_mask") >> axis & 1:
            end[axis] = END
    graph = builder.graph
    axes = graph.ints(*range(len(begin)))
    result = graph.add("Slice", value, graph.ints(*begin), graph.ints(*end), axes, graph.ints(*step))
    if single:
        graph.add("Squeeze", result, graph.ints(*single), to=node.name)
    else:
        graph.add("Identity", result, to=node.name)


def _pack(builder: Builder, node: Node) -> None:
    axis = node.integer("axis")
    rows = [builder.graph.add("Unsqueeze", value, builder.graph.ints(axis)) for value in operands(node, 1)]
    builder.graph.add("Concat", *rows, to=node.name, axis=axis)


def _cast(builder: Builder, node: Node) -> None:
    float32, int64 = 1, 7
    kind = float32 if node.text("DstT") == "DT_FLOAT" else int64
    builder.graph.nodes.append(helper.make_node("Cast", [operands(node, 1)[0]], [node.name], to=kind))


def _gather(builder: Builder, node: Node) -> None:
    value, places, *axis = operands(node, 2)
    at = builder.numbers(axis[0])[0] if axis else 0
    builder.graph.add("Gather", value, places, to=node.name, axis=at)


OPERATIONS: dict[str, Handler] = {
    **dict.fromkeys(UNARY, _unary),
    **dict.fromkeys(BINARY, _binary),
    **dict.fromkeys(REDUCTIONS, _reduction),
    "Const": _constant,
    "Softmax": _softmax,
    "Relu6": _relu6,
    "LeakyRelu": _leaky,
    "Square": _square,
    "Rsqrt": _reciprocal_root,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "ExpandDims": _expand,
    "Transpose": _transpose,
    "ConcatV2": _concat,
    "Pad": _pad,
    "PadV2": _pad,
    "MirrorPad": _pad,
    "SparseToDense": _dense_from_sparse,
    "SplitV": _split_sizes,
    "Split": _split_even,
    "TopKV2": _top,
    "StridedSlice": _strided_slice,
    "Pack": _pack,
    "Cast": _cast,
    "GatherV2": _gather,
}
"""TensorFlow's name of an operation → how it is placed."""
