"""Our labels in the vendor's taxonomy: the name, and the chain of parents up to the first level."""

from __future__ import annotations

from collections.abc import Mapping

from reelwarden.api.labels import label_map
from reelwarden.taxonomy import expand

DIALECT = "deepengin"
NUDITY = "Nudity"
FIRST_OF_NUDITY = ("Explicit", "Explicit Nudity")


def parents(taxonomy: str) -> Mapping[str, str]:
    """Name → its parent's name; empty for the first level."""
    found: Mapping[str, str] = label_map(DIALECT)[taxonomy]
    return found


def name_of(label: str, taxonomy: str) -> str:
    """The vendor's name of our label; empty where it has none."""
    place = label_map(DIALECT)["place"].get(label, ["", ""])
    return str(place[0] if taxonomy == "v7" else place[1])


def chain(name: str, taxonomy: str) -> list[tuple[str, str]]:
    """(name, parent), from the name itself up to the first level."""
    up = parents(taxonomy)
    found = [(name, up[name])]
    while found[-1][1]:
        found.append((found[-1][1], up[found[-1][1]]))
    return found


def level(name: str, taxonomy: str) -> int:
    """1 for the first level."""
    return len(chain(name, taxonomy))


def moderation_labels() -> frozenset[str]:
    """Our labels that the moderation result is made of."""
    return frozenset(label_map(DIALECT)["place"])


def result_labels(result: str) -> frozenset[str]:
    """Our labels that a block beside it is made of."""
    return expand(label_map(DIALECT)["results"][result])


def placed() -> frozenset[str]:
    """Every label of ours that has a place somewhere."""
    return moderation_labels().union(*(result_labels(name) for name in label_map(DIALECT)["results"]))
