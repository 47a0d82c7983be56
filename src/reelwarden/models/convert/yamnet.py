"""YAMNet as an export for phones has it → plain float ONNX.

The export wraps every weight, stored as float32 all the same, into a pair of quantise and dequantise nodes, and fixes
the batch to one. Without the pairs the network is the original one, and needs no quantised kernels.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import helper, numpy_helper

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.graph import BATCH, IR_VERSION

PAIR = ("QuantizeLinear", "DequantizeLinear")
CLASSES = 521
FEATURES = 1024
NAMES = "classes.csv"


def convert(parts: Path, target: Path) -> None:
    """`model.zip` → `model.onnx` ([n, 1, 96, 64] log-mel patches → [n, 521] logits); `classes.csv` stays as it is."""
    with TemporaryDirectory() as scratch:
        try:
            with zipfile.ZipFile(parts / "model.zip") as archive:
                files = {Path(m).name: archive.read(m) for m in archive.namelist() if not m.endswith("/")}
            for name in ("model.onnx", "model.data"):
                (Path(scratch) / name).write_bytes(files[name])
            model = onnx.load(str(Path(scratch) / "model.onnx"))
        except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
            raise ModelDamaged(f"model.zip is not the expected export: {error}") from error
    _plain(model)
    onnx.checker.check_model(model)
    (target / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    shutil.copyfile(parts / NAMES, target / NAMES)


def _plain(model: onnx.ModelProto) -> None:
    graph = model.graph
    behind = {node.output[0]: node.input[0] for node in graph.node if node.op_type in PAIR}

    def origin(name: str) -> str:
        while name in behind:
            name = behind[name]
        return name

    nodes = [node for node in graph.node if node.op_type not in PAIR]
    for node in nodes:
        for at, name in enumerate(node.input):
            node.input[at] = origin(name)
    used = {name for node in nodes for name in node.input}
    constants = [tensor for tensor in graph.initializer if tensor.name in used]
    given, made = {t.name for t in constants}, {name for node in nodes for name in node.output}
    free = sorted(used - given - made - {""})
    if len(free) != 1 or len(graph.output) != 1:
        raise ModelDamaged(f"the export has the inputs {', '.join(free)}; one was expected")
    _flatten_any_batch(nodes, constants)
    _rewrite(graph, nodes, constants, free[0], origin(graph.output[0].name))
    model.ir_version = min(model.ir_version, IR_VERSION)
    model.producer_name = "reelwarden"


def _flatten_any_batch(nodes: list[onnx.NodeProto], constants: list[onnx.TensorProto]) -> None:
    shapes = {node.input[1] for node in nodes if node.op_type == "Reshape"}
    for tensor in constants:
        if tensor.name in shapes:
            tensor.CopyFrom(numpy_helper.from_array(np.array([-1, FEATURES], np.int64), tensor.name))


def _rewrite(
    graph: onnx.GraphProto,
    nodes: list[onnx.NodeProto],
    constants: list[onnx.TensorProto],
    source: str,
    result: str,
) -> None:
    kept_nodes, kept_constants = [*nodes], [*constants]
    for field in ("node", "initializer", "input", "output", "value_info"):
        graph.ClearField(field)
    graph.node.extend(kept_nodes)
    graph.initializer.extend(kept_constants)
    kind = onnx.TensorProto.FLOAT
    graph.input.append(helper.make_tensor_value_info(source, kind, [BATCH, 1, 96, 64]))
    graph.output.append(helper.make_tensor_value_info(result, kind, [BATCH, CLASSES]))
