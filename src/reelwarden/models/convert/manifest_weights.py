"""The weights of a TF.js model: one or more files of bytes, cut up by the manifest in model.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.graph import Array

KINDS = {"float32": np.float32, "int32": np.int32, "bool": np.bool_, "float16": np.float16}
QUANTISED = {"uint8": np.uint8, "uint16": np.uint16, "float16": np.float16}

Entry = Mapping[str, Any]


def read(entries: Sequence[Entry], data: bytes) -> dict[str, Array]:
    """Each weight by name, with quantised ones restored to float32 (or int32).

    Raises ModelDamaged when bytes are missing.
    """
    weights: dict[str, Array] = {}
    offset = 0
    for entry in entries:
        array, size = _one(entry, data, offset)
        weights[entry["name"]] = array
        offset += size
    if offset != len(data):
        raise ModelDamaged(f"the weights take {offset} bytes, but there are {len(data)}")
    return weights


def _one(entry: Entry, data: bytes, offset: int) -> tuple[Array, int]:
    shape = tuple(int(side) for side in entry["shape"])
    quantised = entry.get("quantization")
    kind = np.dtype(QUANTISED[quantised["dtype"]] if quantised else KINDS[entry["dtype"]]).newbyteorder("<")
    count = int(np.prod(shape, dtype=np.int64))
    size = count * kind.itemsize
    if offset + size > len(data):
        raise ModelDamaged(f"the weights end within {entry['name']}")
    stored = np.frombuffer(data, kind, count, offset).reshape(shape)
    return (_restored(stored, quantised, entry["dtype"]) if quantised else stored), size


def _restored(stored: Array, quantised: Entry, kind: str) -> Array:
    if quantised["dtype"] == "float16":
        return stored.astype(np.float32)
    values = stored.astype(np.float64) * quantised["scale"] + quantised["min"]
    restored: Array = np.rint(values).astype(np.int32) if kind == "int32" else values.astype(np.float32)
    return restored
