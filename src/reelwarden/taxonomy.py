"""The tree of labels, read from taxonomy.toml.

A label is dotted: `weapon.firearm` stands under `weapon`. Asking for a label asks for all under it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import resources
from types import MappingProxyType

from reelwarden.errors import UsageError


@cache
def descriptions() -> Mapping[str, str]:
    """Every label with its description, in the order of the file."""
    tree = tomllib.loads(resources.files("reelwarden").joinpath("taxonomy.toml").read_text("utf-8"))
    return MappingProxyType({label: text for family in tree.values() for label, text in family.items()})


def labels() -> tuple[str, ...]:
    return tuple(descriptions())


def within(label: str, family: str) -> bool:
    """Whether `label` is `family` or stands under it."""
    return label == family or label.startswith(f"{family}.")


def expand(asked: Iterable[str]) -> frozenset[str]:
    """The labels that were asked for, with all under them.

    `asked` holds labels or families (`text` for all of `text.*`). Raises UsageError for one that is not in the tree.
    """
    found: set[str] = set()
    for name in asked:
        below = {label for label in labels() if within(label, name)}
        if not below:
            raise UsageError(f"there is no label {name!r}", _suggestion(name))
        found |= below
    return frozenset(found)


def _suggestion(name: str) -> str:
    families = {label.split(".")[0] for label in labels()}
    near = get_close_matches(name, sorted(families | set(labels())), n=3)
    return f"did you mean {' or '.join(near)}?" if near else "`reelwarden labels` lists them all"
