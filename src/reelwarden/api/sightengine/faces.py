"""`faces`: boxes and points as ratios of the picture, and what is told of each face."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from reelwarden.domain import Box, Signal

Face = dict[str, Any]
DIGITS = 4
POINTS = ("right_eye", "left_eye", "nose_tip", "right_mouth_corner", "left_mouth_corner")
"""In the order of the detector."""


def boxes(signals: Sequence[Signal]) -> list[Face]:
    """Each face with its box and its points, the surest first."""
    return [face for _, face in _found(signals)]


def attributes(signals: Sequence[Signal], told: Collection[str]) -> list[Face]:
    """The same with what is told of how each looks; what no model tells is left out."""
    makers: dict[str, Callable[[Signal, list[Signal]], dict[str, float]]] = {
        "minor": lambda face, all_: {"minor": _beside(face, all_, "minor")},
        "face.sunglasses": lambda face, all_: {"sunglasses": _beside(face, all_, "face.sunglasses")},
        "face.gender": _gender,
    }
    found = []
    for signal, face in _found(signals):
        said: dict[str, float] = {}
        for label, make in makers.items():
            if label in told:
                said |= make(signal, list(signals))
        found.append(face | {"attributes": said})
    return found


def celebrities(signals: Sequence[Signal]) -> list[Face]:
    """The same with the enrolled people that each may be, the likeliest first."""
    found = []
    for signal, face in _found(signals):
        people = sorted(_of(signal, signals, "face.celebrity"), key=lambda s: -s.score)
        named = [{"name": str(s.evidence.facts.get("name") or ""), "prob": round(s.score, DIGITS)} for s in people]
        found.append(face | {"celebrity": named})
    return found


def joined(one: list[Face], other: list[Face]) -> list[Face]:
    """The faces of two models over the same boxes as one list."""
    if len(one) != len(other):
        return one + [face for face in other if face not in one]
    return [a | b for a, b in zip(one, other, strict=True)]


def _found(signals: Sequence[Signal]) -> Iterator[tuple[Signal, Face]]:
    faces = [signal for signal in signals if signal.label == "face" and signal.evidence.box]
    for signal in sorted(faces, key=lambda s: -s.score):
        yield signal, {**corners(signal.evidence.box), "features": _features(signal)}


def corners(box: Box | None) -> dict[str, float]:
    if box is None:
        return {}
    names = {"x1": box.left, "y1": box.top, "x2": box.right, "y2": box.bottom}
    return {name: round(value, DIGITS) for name, value in names.items()}


def _features(signal: Signal) -> dict[str, dict[str, float]]:
    pairs = str(signal.evidence.facts.get("landmarks") or "").split(",")
    points = [tuple(map(float, pair.split())) for pair in pairs if pair.strip()]
    named = {name: {"x": x, "y": y} for name, (x, y) in zip(POINTS, points, strict=False)}
    order = ("left_eye", "right_eye", "nose_tip", "left_mouth_corner", "right_mouth_corner")
    return {name: named[name] for name in order if name in named}


def _of(face: Signal, signals: Iterable[Signal], label: str) -> list[Signal]:
    """The signals of the label about this face: they have its box."""
    return [s for s in signals if s.label == label and s.evidence.box == face.evidence.box]


def _beside(face: Signal, signals: list[Signal], label: str) -> float:
    return round(max((s.score for s in _of(face, signals, label)), default=0.0), DIGITS)


def _gender(face: Signal, signals: list[Signal]) -> dict[str, float]:
    for signal in _of(face, signals, "face.gender"):
        female = signal.score if signal.evidence.facts.get("gender") == "female" else 1 - signal.score
        return {"female": round(female, DIGITS), "male": round(1 - female, DIGITS)}
    return {}
