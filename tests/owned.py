"""Own models made on the spot: small ONNX files, and the own.toml that describes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from reelwarden.models.convert.graph import Graph
from reelwarden.models.manifest import digest


def mean_colour(path: Path, layout: str = "NCHW") -> Path:
    """One layer: the mean of each channel, as the scores of three labels."""
    graph = Graph("mean_colour")
    nchw = layout == "NCHW"
    value = graph.input("picture", [1, 3, "h", "w"] if nchw else [1, "h", "w", 3])
    axes = graph.ints(2, 3) if nchw else graph.ints(1, 2)
    graph.output(graph.add("ReduceMean", value, axes, keepdims=0), "scores", [1, 3])
    graph.save(path)
    return path


def always(path: Path, *outputs: np.ndarray[Any, Any]) -> Path:
    """Answers the same whatever it is shown."""
    graph = Graph("always")
    picture = graph.input("picture", [1, 3, "h", "w"])
    nothing = graph.add("Mul", graph.add("ReduceMean", picture, keepdims=0), graph.constant(np.float32(0)))
    for number, output in enumerate(outputs):
        graph.output(graph.add("Add", graph.constant(output.astype(np.float32)), nothing), f"out{number}", output.shape)
    graph.save(path)
    return path


def describe(folder: Path, *models: dict[str, Any]) -> Path:
    """Writes own.toml; `sha256` is filled in where it is not given."""
    path = folder / "own.toml"
    path.write_text("\n".join(_table(folder, model) for model in models), "utf-8")
    return path


def _table(folder: Path, model: dict[str, Any]) -> str:
    filled = dict(model)
    if "sha256" not in filled:
        filled["sha256"] = digest(folder / filled["file"])
    if "vectors" in filled and "vectors_sha256" not in filled:
        filled["vectors_sha256"] = digest(folder / filled["vectors"])
    inner, tells = filled.pop("input"), filled.pop("tells")
    lines = ["[[model]]", *_pairs(filled), "[model.input]", *_pairs(inner)]
    for told in tells:
        lines += ["[[model.tells]]", *_pairs(told)]
    return "\n".join(lines)


def _pairs(values: dict[str, Any]) -> list[str]:
    return [f"{key} = {json.dumps(value)}" for key, value in values.items()]
