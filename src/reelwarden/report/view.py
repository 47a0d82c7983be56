"""A result as the page shows it: numbers placed on the time line, words made visible, one value for each moment."""

from __future__ import annotations

import base64
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reelwarden.decide.rules import Rule
from reelwarden.decide.verdict import GRAVITY, clock, outcome_of
from reelwarden.domain import Evidence, MediaKind, Moment, Outcome
from reelwarden.report.plain import media_facts, visible, what
from reelwarden.result import Result

LEADS_TO = {Outcome.PASS: "informs", Outcome.REVIEW: "review", Outcome.REJECT: "reject"}
TICKS = 6
ROUND_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
NEAR = 0.75
"""Seconds that a thumbnail may lie beside a moment that has none of its own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence in words."""

    time: str
    score: str
    text: str
    facts: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A thumbnail: its address as data, its time, and where the first moment's box lies."""

    anchor: str
    time: str
    source: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the page. `left` and `width` are percent of the time line, `box` percent of the picture."""

    anchor: str
    label: str
    family: str
    outcome: str
    leads_to: str
    start: float
    times: str
    left: float
    width: float
    peak: float
    review: float | None
    reject: float | None
    what: str
    backing: str
    detector: str
    version: str
    why: str
    frame: str
    box: tuple[float, float, float, float] | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One family's strip of the time line."""

    family: str
    outcome: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    left: float
    label: str


@dataclass(frozen=True, slots=True)
class Share:
    name: str
    seconds: float
    left: float
    width: float


def marks(result: Result, anchor: str, frames: Mapping[float, Frame]) -> tuple[Mark, ...]:
    """The moments in their order. `anchor` begins their names on the page."""
    length = span(result)
    whys = {(r.label, r.start, r.end): r.why for r in result.verdict.reasons}
    times = sorted(frames)
    return tuple(
        _mark(f"{anchor}-m{number}", moment, result.policy.rule(moment.label), length, whys, frames, times)
        for number, moment in enumerate(result.moments, 1)
    )


def _mark(
    anchor: str,
    moment: Moment,
    rule: Rule,
    length: float,
    whys: Mapping[tuple[str, float, float], str],
    frames: Mapping[float, Frame],
    times: Sequence[float],
) -> Mark:
    outcome = outcome_of(moment, rule)
    nearest = _nearest(moment, times)
    best = moment.evidence[0] if moment.evidence else None
    exact = best is not None and best.box is not None and nearest is not None and best.time == nearest
    return Mark(
        anchor=anchor,
        label=moment.label,
        family=moment.label.partition(".")[0],
        outcome=outcome.value,
        leads_to=_leads_to(moment, rule, outcome),
        start=moment.start,
        times=clock(moment.start) if moment.end <= moment.start else f"{clock(moment.start)} – {clock(moment.end)}",
        left=_percent(moment.start, length),
        width=_percent(moment.end - moment.start, length),
        peak=moment.peak,
        review=rule.review,
        reject=rule.reject,
        what=what(moment),
        backing=_backing(moment, rule),
        detector=visible(moment.detector),
        version=visible(moment.version),
        why=whys.get((moment.label, moment.start, moment.end), ""),
        frame=frames[nearest].anchor if nearest is not None else "",
        box=_box(best) if exact and best else None,
        pieces=tuple(_piece(piece) for piece in moment.evidence),
    )


def rows(found: Iterable[Mark]) -> tuple[Row, ...]:
    """One strip a family, those that lead furthest first; in a strip they come last, so that nothing hides them."""
    families: dict[str, list[Mark]] = {}
    for mark in found:
        families.setdefault(mark.family, []).append(mark)
    made = [
        Row(
            family,
            max((m.outcome for m in own), key=_gravity),
            tuple(sorted(own, key=lambda m: _gravity(m.outcome))),
        )
        for family, own in families.items()
    ]
    return tuple(sorted(made, key=lambda row: (-_gravity(row.outcome), row.family)))


def _gravity(outcome: str) -> int:
    return GRAVITY[Outcome(outcome)]


def frames(result: Result, anchor: str) -> dict[float, Frame]:
    """The thumbnails in the order of time."""
    return {
        time: Frame(
            anchor=f"{anchor}-p{number}",
            time=clock(time),
            source=f"data:image/jpeg;base64,{base64.b64encode(result.thumbnails[time]).decode('ascii')}",
        )
        for number, time in enumerate(sorted(result.thumbnails), 1)
    }


def span(result: Result) -> float:
    """The seconds that the time line covers: the media's claim, or as far as anything was found. 0 for an image."""
    if result.media.kind is MediaKind.IMAGE and not result.media.duration:
        return 0.0
    ends = [moment.end for moment in result.moments] + [line.end for line in result.speech or ()]
    return max([result.media.duration or 0.0, *ends]) or 1.0


def ticks(length: float) -> tuple[Tick, ...]:
    """Round times, about six of them."""
    step = next((s for s in ROUND_STEPS if length / s <= TICKS), ROUND_STEPS[-1] * max(1, round(length / 43200)))
    count = int(length / step + 1e-9)
    last = 96.0
    return tuple(
        Tick(_percent(n * step, length), clock(n * step).removesuffix(".0"))
        for n in range(count + 1)
        if _percent(n * step, length) <= last
    )


def shares(stages: Mapping[str, float]) -> tuple[Share, ...]:
    """Where the CPU time went, the most first, as parts of one bar."""
    total = sum(stages.values())
    found, left = [], 0.0
    for name, seconds in sorted(stages.items(), key=lambda stage: (-stage[1], stage[0])):
        width = 100 * seconds / total if total else 0.0
        found.append(Share(visible(name), seconds, left, width))
        left += width
    return tuple(found)


def facts(result: Result) -> list[str]:
    duration = [] if result.media.duration is None else [clock(result.media.duration)]
    return [*duration, *(visible(fact) for fact in media_facts(result.media))]


def _percent(part: float, whole: float) -> float:
    return round(min(100.0, max(0.0, 100 * part / whole)), 3) if whole else 0.0


def _nearest(moment: Moment, times: Sequence[float]) -> float | None:
    """The thumbnail of the peak, else the nearest one that lies in the moment or just beside it."""
    place = bisect_left(times, moment.peak_time)
    near = [t for t in times[max(0, place - 1) : place + 1] if moment.start - NEAR <= t <= moment.end + NEAR]
    return min(near, key=lambda t: (abs(t - moment.peak_time), t)) if near else None


def _backing(moment: Moment, rule: Rule) -> str:
    seen = f"{moment.looks} {'look' if moment.looks == 1 else 'looks'}"
    if rule.informs:
        return seen
    return seen if moment.corroborated else f"{seen}, {rule.looks} wanted"


def _leads_to(moment: Moment, rule: Rule, outcome: Outcome) -> str:
    if outcome is Outcome.PASS and rule.outcome(moment.peak) is not Outcome.PASS:
        return "too few looks" if not moment.corroborated else "weakly backed"
    return LEADS_TO[outcome]


def _box(best: Evidence) -> tuple[float, float, float, float] | None:
    if best.box is None:
        return None
    left, top, right, bottom = (
        min(1.0, max(0.0, side)) for side in (best.box.left, best.box.top, best.box.right, best.box.bottom)
    )
    return (
        round(100 * left, 2),
        round(100 * top, 2),
        round(100 * (right - left), 2),
        round(100 * (bottom - top), 2),
    )


def _piece(piece: Evidence) -> Piece:
    said = ", ".join(f"{visible(name)} {_fact(value)}" for name, value in piece.facts.items())
    return Piece(
        time="" if piece.time is None else clock(piece.time),
        score="" if piece.score is None else f"{piece.score:.2f}",
        text=visible(piece.text) if piece.text else "",
        facts=said,
    )


def _fact(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else visible(str(value))
