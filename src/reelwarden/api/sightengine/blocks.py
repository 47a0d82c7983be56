"""The blocks of an answer, for one picture or one frame: the vendor's numbers out of our signals. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from reelwarden.api.sightengine import faces, writing
from reelwarden.api.sightengine.expression import Term
from reelwarden.api.sightengine.models import Model, Shape, leaves
from reelwarden.api.sightengine.wishes import Wishes
from reelwarden.domain import Signal
from reelwarden.jobs.findings import Findings

Block = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """The signals of one picture, and `told`: the labels that could be told at all."""

    signals: Sequence[Signal]
    told: frozenset[str]
    wishes: Wishes
    languages: tuple[str, ...] = field(default=("en",))

    @cached_property
    def by_label(self) -> Mapping[str, list[Signal]]:
        found: dict[str, list[Signal]] = defaultdict(list)
        for signal in self.signals:
            found[signal.label].append(signal)
        return found

    def score(self, term: Term) -> float:
        """The highest score of the term; of a certain thing, the score that the detector gave that thing."""
        scores = (_score(signal, term.thing) for signal in self.by_label.get(term.label, ()))
        return max(scores, default=0.0)


def _score(signal: Signal, thing: str) -> float:
    if not thing:
        return signal.score
    facts = signal.evidence.facts
    if facts.get("class") != thing:
        return 0.0
    score = facts.get("class_score", signal.score)
    return float(score) if isinstance(score, int | float) else signal.score


def told_in(findings: Findings) -> frozenset[str]:
    """The labels that could be told when the media was looked at."""
    return frozenset(findings.header.asked) - {entry.label for entry in findings.header.unavailable}


def blocks(seen: Seen) -> Block:
    """All blocks of one picture, in the order in which the models were asked."""
    answer: Block = {}
    for model in seen.wishes.chosen:
        if not model.sound:
            put(answer, model.block, rendered(model, seen))
    return answer


def put(answer: Block, key: str, made: Any) -> None:
    """Blocks of one key are merged: `text` and `text-content` share theirs, so do `type` and `genai`."""
    if not key:
        answer |= made
    elif isinstance(made, dict) and isinstance(answer.get(key), dict):
        answer[key] |= made
    elif key == "faces" and key in answer:
        answer[key] = faces.joined(answer[key], made)
    else:
        answer[key] = made


def rendered(model: Model, seen: Seen) -> Any:
    """One model's block."""
    made = MADE.get(model.shape_name)
    return made(seen) if made else _filled(model.shape, seen)


def _filled(shape: Shape, seen: Seen) -> Block:
    """The tree of numbers, without those that nothing tells."""
    answer: Block = {}
    for path, number in leaves(shape):
        value = number.value(seen.score, seen.told)
        if value is not None:
            *folders, name = path.split(".")
            place = answer
            for folder in folders:
                place = place.setdefault(folder, {})
            place[name] = value
    return answer


MADE: Mapping[str, Callable[[Seen], Any]] = {
    "faces": lambda seen: faces.boxes(seen.signals),
    "face-attributes": lambda seen: faces.attributes(seen.signals, seen.told),
    "face-analysis": lambda seen: faces.attributes(seen.signals, seen.told),
    "celebrities": lambda seen: faces.celebrities(seen.signals),
    "qr": lambda seen: writing.codes(seen.signals, seen.languages),
    "ocr": lambda seen: {"content": writing.lines(seen.signals)},
    "text-content": lambda seen: writing.families_of(seen.signals),
    "text-content-2": lambda seen: writing.detections(seen.signals, seen.wishes.text),
}

ATTRIBUTES = {"faces.attributes.minor": "minor", "faces.attributes.sunglasses": "face.sunglasses"}


def coarse(wishes: Wishes, told: frozenset[str]) -> list[str]:
    """The paths of the numbers that are those of something wider, because no model tells them apart."""
    return [path for path, choice in _choices(wishes, told) if choice and choice.coarse]


def left_out(wishes: Wishes, told: frozenset[str]) -> list[str]:
    """The models that cannot be told here, and the paths of numbers that cannot."""
    faces = [path for path, label in ATTRIBUTES.items() if label not in told and _asks(wishes, label)]
    return [*wishes.dropped, *(path for path, choice in _choices(wishes, told) if choice is None), *faces]


def _asks(wishes: Wishes, label: str) -> bool:
    return any(label in model.asks for model in wishes.chosen)


def _choices(wishes: Wishes, told: frozenset[str]) -> Iterator[tuple[str, Any]]:
    for model in wishes.chosen:
        before = f"{model.block}." if model.block else ""
        for path, number in leaves(model.shape):
            yield before + path, number.chosen(told)


def remarks(wishes: Wishes, told: frozenset[str]) -> dict[str, Any]:
    """What a reader of the numbers must know; empty where there is nothing. Not the vendor's: a key of our own."""
    lists: Iterable[tuple[str, list[str]]] = (
        ("coarse", coarse(wishes, told)),
        ("unavailable", left_out(wishes, told)),
    )
    said = {name: paths for name, paths in lists if paths}
    return {"reelwarden": said} if said else {}
