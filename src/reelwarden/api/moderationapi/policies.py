"""The vendor's policies: what each is made of in our labels, and which of them a request wants. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from reelwarden.api.labels import label_map
from reelwarden.api.moderationapi import DIALECT
from reelwarden.taxonomy import expand

CLASSIFIER, ENTITIES = "classifier", "entities"
THRESHOLD = 0.5
BY_COUNT = frozenset({"face_detection"})
BY_WORDS = frozenset({"low_quality"})


@dataclass(frozen=True, slots=True)
class Policy:
    """`flag` and `report` are what it does where nobody says."""

    id: str
    labels: frozenset[str]
    kind: str = CLASSIFIER
    flag: bool = False
    report: bool = True


@dataclass(frozen=True, slots=True)
class Wish:
    """One policy of a request. `more` is what only some policies know: entities, count, minWords …"""

    id: str
    flag: bool
    threshold: float = THRESHOLD
    asked: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        return catalogue()[self.id]

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "flag": self.flag,
            "threshold": self.threshold,
            "asked": self.asked,
            "more": dict(self.more),
        }


@cache
def catalogue() -> Mapping[str, Policy]:
    """Every policy by its id, in the order of labels.toml."""
    said = label_map(DIALECT)["policy"]
    return MappingProxyType(
        {
            id: Policy(
                id,
                expand(one["labels"]) if one["labels"] else frozenset(),
                one.get("kind", CLASSIFIER),
                one.get("flag", False),
                one.get("report", True),
            )
            for id, one in said.items()
        }
    )


def placed() -> frozenset[str]:
    """Every label of ours that has a place in this dialect."""
    first = label_map(DIALECT)["first"]
    classes = [labels for several in first["models"].values() for labels in several.values()]
    others = map(expand, (*first["images"].values(), *classes, *first["matchers"].values()))
    return frozenset().union(*(policy.labels for policy in catalogue().values()), *others)


def usual(said: Mapping[str, Any]) -> tuple[Wish, ...]:
    """The policies where the request names none. `said` is what the account says: id → {flag, threshold}."""
    wishes = []
    for policy in catalogue().values():
        own = said.get(policy.id)
        if own is None and not policy.report:
            continue
        own = own if isinstance(own, Mapping) else {}
        threshold = own.get("threshold")
        wishes.append(
            Wish(
                policy.id,
                bool(own.get("flag", policy.flag)),
                float(threshold) if isinstance(threshold, int | float) else THRESHOLD,
            )
        )
    return tuple(wishes)


def wish_of(document: Mapping[str, Any]) -> Wish:
    """What `Wish.document` wrote."""
    return Wish(**document)


def labels_of(wishes: Iterable[Wish], told: frozenset[str]) -> tuple[str, ...]:
    """The labels that the wishes need, of those that can be told."""
    wanted = frozenset().union(*(wish.policy.labels for wish in wishes))
    return tuple(sorted(wanted & told))
