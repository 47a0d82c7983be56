"""One node of a TensorFlow graph with its attributes decoded, and what a handler needs to place it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.graph import Array, Graph


class Node:
    """`inputs` are names of values, without the control inputs and without the `:0` of a first output."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.name: str = raw["name"]
        self.op: str = raw["op"]
        self.inputs = [i.removesuffix(":0") for i in raw.get("input", []) if not i.startswith("^")]
        self._attributes: Mapping[str, Any] = raw.get("attr", {})

    def text(self, key: str, default: str = "") -> str:
        raw = self._attributes.get(key, {})
        return str(raw["type"]) if "type" in raw else _decoded(raw["s"]) if "s" in raw else default

    def integer(self, key: str, default: int = 0) -> int:
        return int(self._attributes.get(key, {}).get("i", default))

    def number(self, key: str, default: float) -> float:
        return float(self._attributes.get(key, {}).get("f", default))

    def flag(self, key: str) -> bool:
        return bool(self._attributes.get(key, {}).get("b", False))

    def integers(self, key: str) -> list[int]:
        return [int(i) for i in self._list(key).get("i", [])]

    def texts(self, key: str) -> list[str]:
        return [_decoded(s) for s in self._list(key).get("s", [])]

    def shape(self, key: str = "shape") -> list[int]:
        return [int(d["size"]) for d in self._attributes[key]["shape"].get("dim", [])]

    def _list(self, key: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._attributes.get(key, {}).get("list", {})
        return found


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


class Builder:
    """The graph being built and the weights by name."""

    def __init__(self, graph: Graph, weights: Mapping[str, Array]) -> None:
        self.graph = graph
        self.weights = dict(weights)

    def place_constant(self, name: str, value: Array) -> None:
        self.weights[name] = value
        # Shapes and indices are int32 in TensorFlow, int64 in ONNX.
        self.graph.constant(value.astype(np.int64) if value.dtype == np.int32 else value, name)

    def value(self, name: str) -> Array:
        """A constant's value. Raises ModelDamaged where the graph computes it."""
        if name not in self.weights:
            raise ModelDamaged(f"the model computes {name}, which must be a constant to be converted")
        return self.weights[name]

    def numbers(self, name: str) -> list[int]:
        return [int(v) for v in np.atleast_1d(self.value(name))]

    def first(self, value: str) -> str:
        """Channels-last → channels-first."""
        return self.graph.add("Transpose", value, perm=[0, 3, 1, 2])

    def last(self, value: str, to: str) -> None:
        """Channels-first → channels-last, under the node's name."""
        self.graph.add("Transpose", value, to=to, perm=[0, 2, 3, 1])


def operands(node: Node, least: int) -> Sequence[str]:
    if len(node.inputs) < least:
        raise ModelDamaged(f"the model's node {node.name} has {len(node.inputs)} of {least} inputs")
    return node.inputs
