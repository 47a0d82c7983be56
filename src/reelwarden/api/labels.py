"""The label maps of the dialects: `labels.toml` beside each dialect's code says its words for our labels as data.

Every label of our taxonomy stands in it somewhere, or under `[none]`: `unplaced` finds those that were forgotten.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from reelwarden.taxonomy import expand, labels

NAME = "labels.toml"


@cache
def label_map(dialect: str) -> Mapping[str, Any]:
    """The whole `labels.toml` of the dialect of this name."""
    text = resources.files(f"reelwarden.api.{dialect}").joinpath(NAME).read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))


def nowhere(dialect: str) -> frozenset[str]:
    """Labels that the dialect has no word for: `[none] labels`, each a label or a family. Raises UsageError."""
    return expand(label_map(dialect).get("none", {}).get("labels", ()))


def unplaced(dialect: str, placed: Iterable[str]) -> tuple[str, ...]:
    """The labels that neither have a place in the dialect nor are said to have none, in the order of the taxonomy."""
    known = {*placed, *nowhere(dialect)}
    return tuple(label for label in labels() if label not in known)
