"""The converters by the name that the catalogue gives them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

CONVERTERS = {
    "campplus": 1,
    "dlib_face": 1,
    "efficientnet": 1,
    "free_size": 1,
    "graph_model": 1,
    "keras_file": 1,
    "script_model": 1,
    "whisper_directory": 1,
    "yamnet": 1,
}
"""Module of this package → version; a higher one makes `models install` convert again."""


def converter(name: str) -> Callable[[Path, Path], None]:
    """`convert(parts, target)` reads the taken files in `parts` and writes the installed ones into `target`."""
    if name not in CONVERTERS:
        raise KeyError(name)
    convert: Callable[[Path, Path], None] = import_module(f"reelwarden.models.convert.{name}").convert
    return convert
