"""Builds an ONNX graph node by node and writes it, the same bytes each time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import NodeProto, ValueInfoProto, helper, numpy_helper

from reelwarden.errors import ModelDamaged

OPSET = 18
IR_VERSION = 9
BATCH = "batch"
"""The name of the free dimension."""

Array = NDArray[Any]
Shape = Sequence[int | str] | None


class Graph:
    """A graph being built. `add` returns the name of the new value, which later nodes take as input."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, Array] = {}
        self._inputs: list[ValueInfoProto] = []
        self._outputs: list[ValueInfoProto] = []
        self._count = 0

    def input(self, name: str, shape: Shape, kind: int = onnx.TensorProto.FLOAT) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value: str, name: str, shape: Shape = None, kind: int = onnx.TensorProto.FLOAT) -> None:
        """`value` leaves the graph under `name`."""
        if value != name:
            self.add("Identity", value, to=name)
        self._outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def constant(self, value: ArrayLike, name: str = "") -> str:
        """Stores a constant; float64 becomes float32."""
        array = np.asarray(value)
        array = array.astype(np.float32) if array.dtype == np.float64 else array
        name = name or self._new("constant")
        self.constants[name] = array
        return name

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def add(self, op: str, *inputs: str, to: str = "", **attributes: Any) -> str:
        """Adds a node with one output; `to` names it."""
        return self.split(op, *inputs, to=[to or self._new(op)], **attributes)[0]

    def split(self, op: str, *inputs: str, to: Sequence[str], **attributes: Any) -> Sequence[str]:
        """Adds a node with the outputs named in `to`."""
        self.nodes.append(helper.make_node(op, list(inputs), list(to), **attributes))
        return to

    def model(self) -> onnx.ModelProto:
        """The finished model: unused nodes left out, nodes in order. Raises ModelDamaged where a value is missing."""
        nodes = _in_order(_needed(self.nodes, [o.name for o in self._outputs]), self._given())
        used = {name for node in nodes for name in node.input}
        constants = [_tensor(name, array) for name, array in self.constants.items() if name in used]
        graph = helper.make_graph(nodes, self.name, self._inputs, self._outputs, constants)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="reelwarden")
        _complete_outputs(model)
        onnx.checker.check_model(model)
        return model

    def save(self, path: Path) -> None:
        path.write_bytes(self.model().SerializeToString(deterministic=True))

    def _given(self) -> set[str]:
        return {*self.constants, *(i.name for i in self._inputs), ""}

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{kind.lower()}_{self._count}"


def _complete_outputs(model: onnx.ModelProto) -> None:
    """Writes down the shapes of outputs that were given none."""
    inferred = {output.name: output for output in onnx.shape_inference.infer_shapes(model).graph.output}
    for output in model.graph.output:
        if not output.type.tensor_type.HasField("shape"):
            output.CopyFrom(inferred[output.name])


def _tensor(name: str, array: Array) -> onnx.TensorProto:
    # ascontiguousarray makes a scalar one-dimensional, so the shape is put back.
    return numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)


def _needed(nodes: Sequence[NodeProto], outputs: Sequence[str]) -> list[NodeProto]:
    maker = {name: node for node in nodes for name in node.output}
    wanted, seen = list(outputs), set()
    while wanted:
        name = wanted.pop()
        if name not in seen:
            seen.add(name)
            wanted.extend(maker[name].input if name in maker else ())
    return [node for node in nodes if seen & set(node.output)]


def _in_order(nodes: Sequence[NodeProto], given: set[str]) -> list[NodeProto]:
    """Each node after those that it reads; otherwise in the order in which they were added."""
    ready, waiting, ordered = set(given), list(nodes), []
    while waiting:
        later = []
        for node in waiting:
            if ready.issuperset(node.input):
                ordered.append(node)
                ready.update(node.output)
            else:
                later.append(node)
        if len(later) == len(waiting):
            missing = sorted(set(later[0].input) - ready)
            raise ModelDamaged(f"the model's graph has no {', '.join(missing)} for its node {later[0].output[0]}")
        waiting = later
    return ordered
