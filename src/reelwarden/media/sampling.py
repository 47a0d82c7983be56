"""Sampling plans: which instants of the media are looked at. Pure values and pure functions.

A plan turns the media's duration into wanted instants, in rising order. The decoder answers each with the picture
that is on screen then. LAST stands for the very last picture, wherever it turns out to be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from reelwarden.errors import UsageError

LAST = math.inf
SLACK = 0.1
"""A key picture is decoded for almost nothing, so it answers an instant at most this part of the step before it."""


def _positive(what: str, number: float) -> None:
    if not (math.isfinite(number) and number > 0):
        raise UsageError(f"{what} must be above 0, not {number:g}")


@dataclass(frozen=True, slots=True)
class Every:
    """One picture every `seconds`, from 0 until the media ends."""

    seconds: float

    def __post_init__(self) -> None:
        _positive("the sampling step", self.seconds)

    def instants(self, duration: float | None) -> Iterator[float]:
        return (number * self.seconds for number in count())


@dataclass(frozen=True, slots=True)
class Count:
    """`frames` pictures: the first and the last, and the rest spaced by duration / frames, rounded to 3 decimals.

    Where the duration cannot be known, `otherwise` takes over.
    """

    frames: int
    otherwise: Every = Every(5.0)

    def __post_init__(self) -> None:
        _positive("the number of frames", self.frames)

    def instants(self, duration: float | None) -> Iterator[float]:
        if duration is None:
            return self.otherwise.instants(None)
        step = round(duration / self.frames, 3)
        spaced = [number * step for number in range(max(1, self.frames - 1))]
        return iter(spaced + [LAST] * (self.frames > 1))


@dataclass(frozen=True, slots=True)
class ByDuration:
    """A step that depends on the duration: `steps[i]` up to `points[i]` seconds, the last step for anything longer.

    (300, 600) and (1, 5, 10): up to 300 s every 1 s, up to 600 s every 5 s, longer every 10 s.
    Where the duration cannot be known, `otherwise` takes over.
    """

    points: tuple[float, ...]
    steps: tuple[float, ...]
    otherwise: Every = Every(5.0)

    def __post_init__(self) -> None:
        if len(self.steps) != len(self.points) + 1:
            raise UsageError("a duration table needs one step more than it has points")
        if list(self.points) != sorted(set(self.points)):
            raise UsageError("the points of a duration table must rise")
        for number in (*self.points, *self.steps):
            _positive("each point and step of a duration table", number)

    def instants(self, duration: float | None) -> Iterator[float]:
        if duration is None:
            return self.otherwise.instants(None)
        return Every(self.step(duration)).instants(duration)

    def step(self, duration: float | None) -> float:
        if duration is None:
            return self.otherwise.seconds
        fits = (step for point, step in zip(self.points, self.steps, strict=False) if duration <= point)
        return next(fits, self.steps[-1])


@dataclass(frozen=True, slots=True)
class KeyFrames:
    """Only the pictures that the encoder stored whole: the cheapest look, at instants that the encoder chose."""

    def instants(self, duration: float | None) -> Iterator[float]:
        return iter(())


Plan = Every | Count | ByDuration | KeyFrames


def needs_duration(plan: Plan) -> bool:
    """Whether the plan's instants depend on the duration, so that it is worth measuring first."""
    return isinstance(plan, Count | ByDuration)


def slack(plan: Plan, duration: float | None) -> float:
    """How long before a key picture an instant may lie to be answered by it; only regular steps allow for that."""
    if isinstance(plan, Every):
        return plan.seconds * SLACK
    return plan.step(duration) * SLACK if isinstance(plan, ByDuration) else 0.0


def choose(
    count: int | None = None,
    table: tuple[Sequence[float], Sequence[float]] | None = None,
    every: float | None = None,
    default: float = 5.0,
) -> Plan:
    """The plan for a request that may state several: a number of frames, else a duration table, else a step.

    A `count` that is not above 0 counts as not stated. The step is also what the first two fall back to.
    """
    step = Every(every if every is not None else default)
    if count is not None and count > 0:
        return Count(count, step)
    if table is not None:
        return ByDuration(tuple(table[0]), tuple(table[1]), step)
    return step


_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_SPAN = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*", re.ASCII | re.IGNORECASE)


def parse_seconds(text: str) -> float:
    """Seconds from "1s", "500ms", "0.5", "2m", "1h". Raises UsageError."""
    found = _SPAN.fullmatch(text)
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise UsageError(f"{text!r} is not a length of time", "write it like 1s, 500ms, 0.5 or 2m")
    seconds = float(found[1]) * unit
    _positive("a length of time", seconds)
    return seconds
