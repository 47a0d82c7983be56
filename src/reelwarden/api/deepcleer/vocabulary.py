"""The label map as values: which of our labels a type asks for, and the vendor's words for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reelwarden.api.deepcleer import DIALECT
from reelwarden.api.labels import label_map
from reelwarden.taxonomy import expand, within

ENGLISH, CHINESE = "en", "zh"
IMAGE, AUDIO = "image", "audio"
KINDS = ("image_types", "audio_types", "image_business", "audio_business")
OF_SCREEN = frozenset({"ADVERT", "IMGTEXTRISK"})
"""The types of pictures for which the words on screen are told."""
HEARD = ("sound", "voice", "known.voice", "known.song", "synthetic.voice", "text.speech")
JOINT = "_"


@dataclass(frozen=True, slots=True)
class Words:
    """A label in the vendor's words: three ids, and their names, joined by colons."""

    ids: tuple[str, str, str]
    chinese: str
    english: str

    def named(self, language: str) -> str:
        return self.english if language == ENGLISH else self.chinese


def names(kind: str) -> frozenset[str]:
    """The types that may be asked for, older spellings among them."""
    return frozenset(_map()[kind]) | frozenset(_older(kind))


def split(kind: str, joined: str) -> tuple[str, ...]:
    """The types in a text like `POLITY_EROTIC`, in today's spelling, each once. Unknown ones stay as they are."""
    older = _older(kind)
    return tuple(dict.fromkeys(older.get(name, name) for name in joined.split(JOINT) if name))


@cache
def labels_of(kind: str, types: tuple[str, ...]) -> frozenset[str]:
    """Our labels that these types ask for."""
    return expand(label for name in types for label in _map()[kind][name])


def is_heard(label: str) -> bool:
    """Whether a label is told of sound alone."""
    return any(within(label, family) for family in HEARD)


@cache
def words_of(table: str, label: str) -> Words:
    """`table` is risk or business. A label without words has those of the nearest family."""
    known: Mapping[str, Any] = _map()[table]
    name = label
    while name not in known:
        name = name.rpartition(".")[0]
    ids, chinese, english = known[name]
    first, second, third = ids.split(".")
    return Words((first, second, third), chinese, english)


def levels() -> Mapping[str, float]:
    """Labels and families, with the score from which they lead to a review where the policy has no rule for them."""
    found: Mapping[str, float] = _map()["levels"]
    return found


def placed() -> frozenset[str]:
    """Every label of ours that a type asks for, or that is told beside them."""
    types = (labels_of(kind, tuple(_map()[kind])) for kind in KINDS)
    return frozenset(_map()["text"].values()).union(*types)


def has_words(labels: Iterable[str]) -> bool:
    """Whether any of the labels is one of words."""
    return any(within(label, "text") for label in labels)


def _older(kind: str) -> Mapping[str, str]:
    found: Mapping[str, str] = _map()["older"].get(kind, {})
    return found


def _map() -> Mapping[str, Any]:
    return label_map(DIALECT)
