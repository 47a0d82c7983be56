"""A TF.js graph model (a frozen TensorFlow graph in model.json) → ONNX.

The operations are in graph_operations.py and convolutions.py, one small function each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.convolutions import CONVOLUTIONS
from reelwarden.models.convert.graph import BATCH, Graph
from reelwarden.models.convert.graph_node import Builder, Node
from reelwarden.models.convert.graph_operations import OPERATIONS
from reelwarden.models.convert.manifest_weights import read

KINDS = {
    "DT_FLOAT": onnx.TensorProto.FLOAT,
    "DT_INT32": onnx.TensorProto.INT64,
    "DT_INT64": onnx.TensorProto.INT64,
}
LIMIT = 1_000_000
"""Pending nodes; only a graph that runs in a circle has more."""
HANDLERS = {**OPERATIONS, **CONVOLUTIONS}


def convert(parts: Path, target: Path) -> None:
    """`model.json` and `weights.bin` → `model.onnx`; names of inputs and outputs are the graph's own."""
    document = json.loads((parts / "model.json").read_bytes())
    build(document, (parts / "weights.bin").read_bytes()).save(target / "model.onnx")


def build(document: Mapping[str, Any], data: bytes) -> Graph:
    """The graph of one model.json with its weights. Raises ModelDamaged for an operation that is not known."""
    entries = [entry for group in document["weightsManifest"] for entry in group["weights"]]
    builder = Builder(Graph("converted"), read(entries, data))
    nodes = [Node(raw) for raw in document["modelTopology"]["node"]]
    for node in _in_order(nodes):
        _place(builder, node)
    for name in _outputs(document, nodes):
        builder.graph.output(name, name)
    return builder.graph


def _in_order(nodes: Sequence[Node]) -> list[Node]:
    """Each node after those that it reads, so that a handler finds the constants computed before it."""
    by_name = {node.name: node for node in nodes}
    done: dict[str, Node] = {}
    stack = [(node, False) for node in reversed(nodes)]
    while stack:
        node, read_ready = stack.pop()
        if node.name in done:
            continue
        if read_ready:
            done[node.name] = node
            continue
        stack.append((node, True))
        makers = (by_name.get(name.split(":")[0]) for name in node.inputs)
        stack.extend((maker, False) for maker in makers if maker and maker.name not in done)
        if len(stack) > LIMIT:
            raise ModelDamaged("the model's graph runs in a circle")
    return list(done.values())


def _place(builder: Builder, node: Node) -> None:
    if node.op == "Placeholder":
        kind = node.text("dtype") or "DT_FLOAT"
        builder.graph.input(node.name, _free_batch(node.shape()), KINDS[kind])
    elif node.op in HANDLERS:
        HANDLERS[node.op](builder, node)
    else:
        raise ModelDamaged(f"the model has an operation that cannot be converted: {node.op}")


def _free_batch(shape: Sequence[int]) -> list[int | str]:
    return [BATCH if at == 0 else (size if size > 0 else f"size_{at}") for at, size in enumerate(shape)]


def _outputs(document: Mapping[str, Any], nodes: Sequence[Node]) -> list[str]:
    """The signature's outputs in the order of their names, or else the values that nothing reads."""
    signed = (document.get("signature") or {}).get("outputs") or {}
    names = {node.name for node in nodes}
    found = sorted(v["name"].removesuffix(":0") for v in signed.values())
    if found and names.issuperset(found):
        return found
    read_ones = {name.split(":")[0] for node in nodes for name in node.inputs}
    return [n.name for n in nodes if n.name not in read_ones and n.op not in ("Const", "Placeholder")]
