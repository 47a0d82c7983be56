"""The sentences that the head is trained on: written by the project, one file per category.

A line of `exemplars/<category>.tsv` is a language, `+` or `-`, and a text. `{slot}`s in it are filled with words of the
language from `slots.tsv`, in turns, so that a head learns the sentence and not the group it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

_SLOT = re.compile(r"\{(\w)\}")
_GROUP = re.compile(r"\{[gso]\}")
FILLED = {"en": 4}
"""How often a text with slots is used; twice in other languages."""
_TWICE = 2

Slots = Mapping[tuple[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A text that is an instance of a category (`positive`), or is not though it looks like one.

    `group`: it names people by what they are (the slots {g}, {s} and {o}), kindly or not.
    """

    category: str
    language: str
    positive: bool
    text: str
    group: bool = False


def exemplars() -> list[Exemplar]:
    """All of them, with their slots filled, in an order that is always the same."""
    folder = resources.files(__package__).joinpath("exemplars")
    slots = _slots(folder.joinpath("slots.tsv").read_text("utf-8"))
    found: list[Exemplar] = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        category, _, ending = file.name.rpartition(".")
        if ending == "tsv" and category != "slots":
            found += _read(category, file.read_text("utf-8"), slots)
    return found


def _lines(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _slots(text: str) -> Slots:
    return {(language, slot): words.split("|") for language, slot, words in _lines(text)}


def _read(category: str, text: str, slots: Slots) -> Iterator[Exemplar]:
    for number, (language, sign, line) in enumerate(_lines(text)):
        times = FILLED.get(language, _TWICE) if _SLOT.search(line) else 1
        for turn in range(times):
            text = fill(line, language, slots, number * times + turn)
            yield Exemplar(category, language, sign == "+", text, bool(_GROUP.search(line)))


def fill(line: str, language: str, slots: Slots, turn: int) -> str:
    """The line with the words of this turn. Raises KeyError for a slot that the language has no words for."""

    def word(found: re.Match[str]) -> str:
        words = slots[language, found[1]]
        return words[turn % len(words)]

    return _SLOT.sub(word, line)
