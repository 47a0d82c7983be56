"""Keras' H5 file → ONNX."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.graph import Array
from reelwarden.models.convert.layers_model import build


def convert(parts: Path, target: Path) -> None:
    """`model.h5` → `model.onnx` with the output `scores`."""
    source = parts / "model.h5"
    try:
        with h5py.File(source, "r") as file:
            model = json.loads(file.attrs["model_config"])
            weights = _weights(file["model_weights"])
    except (OSError, KeyError, ValueError) as error:
        raise ModelDamaged(f"{source.name} is no Keras model: {error}") from error
    build(model, weights, "scores").save(target / "model.onnx")


def _weights(groups: h5py.Group) -> dict[str, Array]:
    """By `<layer>/<weight>`, as a layers model names them."""
    found: dict[str, Array] = {}
    for layer, group in groups.items():
        for raw in group.attrs.get("weight_names", ()):
            name = raw.decode() if isinstance(raw, bytes) else str(raw)
            short = name.rsplit("/", 1)[-1].removesuffix(":0")
            found[f"{layer}/{short}"] = np.asarray(group[name])
    return found
