"""Thresholds over the numbers of an answer: what a workflow rejects, and which frames are worth a callback. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SEVERITY = {"low": 0.4, "medium": 0.7, "high": 0.95}
"""A category of text as a number: its severity, 1 where it has none."""


def value_at(block: Any, path: str) -> float:
    """The number under a dotted path; of a list the highest of its entries; 0 where there is nothing."""
    found = [block]
    for name in path.split("."):
        found = [below for one in found for below in _below(one, name)]
    return max((_number(one) for one in found), default=0.0)


def _below(block: Any, name: str) -> Iterable[Any]:
    if isinstance(block, Mapping):
        return [block[name]] if name in block else []
    if isinstance(block, list):
        return [one[name] for one in block if isinstance(one, Mapping) and name in one]
    return []


def _number(found: Any) -> float:
    if isinstance(found, bool | int | float):
        return float(found)
    if isinstance(found, Mapping):
        return SEVERITY.get(str(found.get("severity")), 1.0) if found else 0.0
    return 1.0 if found else 0.0


def summary(rules: Iterable[Mapping[str, Any]], made: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """accept or reject, how surely, and why; `made` are the blocks of the picture, or of each frame."""
    values = [(rule, max((value_at(block, rule["path"]) for block in made), default=0.0)) for rule in rules]
    broken = [(rule, value) for rule, value in values if value > rule["over"]]
    return {
        "action": "reject" if broken else "accept",
        "reject_prob": max((value for _, value in values), default=0.0),
        "reject_reason": [{"text": rule["text"] or rule["path"]} for rule, _ in broken],
    }


def eventful(events: Mapping[str, float], frame: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths whose numbers reach their threshold in a frame."""
    return tuple(path for path, threshold in events.items() if value_at(frame, path) >= threshold)
