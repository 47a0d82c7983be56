"""Reads tensors out of a torch checkpoint without torch, and without running anything that a pickle asks for.

Both layouts are read: the zip archive (since torch 1.6) and the older run of pickles followed by the storages.
Only the four names that a plain state dict needs are known to the unpickler; any other is refused.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.graph import Array

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
KINDS = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}


class _Storage:
    """A run of numbers of one kind; the bytes come later in the older layout."""

    def __init__(self, kind: str, count: int) -> None:
        self.kind, self.count = np.dtype(kind), count
        self.numbers: Array = np.empty(0, self.kind)

    def fill(self, data: bytes) -> None:
        if len(data) < self.count * self.kind.itemsize:
            raise ModelDamaged("the checkpoint ends within a tensor")
        self.numbers = np.frombuffer(data, self.kind, self.count)


class _Tensor:
    """A view into a storage: where it begins, its shape, and its strides in elements."""

    def __init__(
        self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
    ) -> None:
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def array(self) -> Array:
        last = self.offset + sum((s - 1) * step for s, step in zip(self.shape, self.strides, strict=True))
        if 0 in self.shape:
            return np.empty(self.shape, self.storage.kind)
        if min((self.offset, *self.shape, *self.strides)) < 0 or last >= self.storage.count:
            raise ModelDamaged("the checkpoint has a tensor that lies outside its storage")
        start = self.storage.numbers[self.offset :]
        steps = [step * self.storage.kind.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(start, self.shape, steps).copy()


class _Unpickler(pickle.Unpickler):
    """Knows storages, tensors, parameters and ordered dicts, and nothing else."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        known: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _Tensor,
            ("torch._utils", "_rebuild_parameter"): _parameter,
        }
        if module == "torch" and name in KINDS:
            return KINDS[name]
        if (module, name) not in known:
            raise ModelDamaged(f"the checkpoint asks for {module}.{name}, which plain weights never need")
        return known[module, name]

    def persistent_load(self, reference: Any) -> _Storage:
        match reference:
            case ("storage", str(kind), key, str(), int(count), *_):
                return self.storages.setdefault(str(key), _Storage(kind, count))
        raise ModelDamaged("the checkpoint refers to something that is no storage")


def _parameter(tensor: _Tensor, *_: Any) -> _Tensor:
    return tensor


def tensors(path: Path) -> dict[str, Array]:
    """Every tensor of the state dict, by its dotted name. Raises ModelDamaged for anything else than plain weights."""
    read: Callable[[Path], Any] = _zipped if zipfile.is_zipfile(path) else _legacy
    try:
        tree = read(path)
        return {name: tensor.array() for name, tensor in _leaves(tree, "")}
    except (
        pickle.UnpicklingError,
        EOFError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
    ) as error:
        raise ModelDamaged(f"{path.name} is no checkpoint of plain weights: {error}") from error


def _zipped(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        pickled = next((name for name in archive.namelist() if name.endswith("/data.pkl")), None)
        if pickled is None:
            raise ModelDamaged(f"{path.name} is a zip without data.pkl")
        unpickler = _Unpickler(io.BytesIO(archive.read(pickled)))
        tree = unpickler.load()
        folder = pickled.removesuffix("data.pkl")
        for key, storage in unpickler.storages.items():
            storage.fill(archive.read(f"{folder}data/{key}"))
    return tree


def _legacy(path: Path) -> Any:
    with path.open("rb") as file:
        if (_Unpickler(file).load(), _Unpickler(file).load()) != (MAGIC, PROTOCOL):
            raise ModelDamaged(f"{path.name} is no torch checkpoint")
        _Unpickler(file).load()  # byte order and sizes of the machine that wrote it; always little-endian
        unpickler = _Unpickler(file)
        tree = unpickler.load()
        for key in _Unpickler(file).load():
            count = int.from_bytes(file.read(8), "little")
            storage = unpickler.storages[str(key)]
            if count != storage.count:
                raise ModelDamaged(f"{path.name} has a storage of {count} numbers where {storage.count} are announced")
            storage.fill(file.read(count * storage.kind.itemsize))
    return tree


def _leaves(tree: Any, prefix: str) -> Iterator[tuple[str, _Tensor]]:
    for name, value in tree.items():
        if isinstance(value, _Tensor):
            yield f"{prefix}{name}", value
        elif isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
