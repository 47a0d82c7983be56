"""Signals become moments: merged over time, counted in looks, with the best of their evidence.

What a look is: one detector at one instant. A still picture that is sampled again (`same_as`) stays the same look,
however long it lasts; instead it backs itself once it was on screen for `held` seconds. Otherwise leaving out
pictures that do not change would let a bad still picture pass that a jittery one would not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter

from reelwarden.decide.bunches import bunches
from reelwarden.decide.coverage import UNKNOWN, Coverage
from reelwarden.decide.identity import normal, reads_words
from reelwarden.decide.rules import Policy, Rule
from reelwarden.domain import Evidence, Moment, Signal

EVIDENCE = 5
"""How many pieces of evidence a moment keeps: the best, and the strongest of each stretch of the rest."""


def merge(signals: Iterable[Signal], policy: Policy, coverage: Coverage = UNKNOWN) -> tuple[Moment, ...]:
    """The moments of all labels, in the order of time; words that begin together are in reading order.

    The order of `signals` does not matter. `coverage` says how densely the media was sampled: without it an image
    cannot corroborate itself, and samples further apart than the policy's gap do not join.
    """
    kept = _kept(signals, policy)
    found = []
    for label in sorted(kept):
        rule = policy.rule(label)
        together = bunches(label, kept[label], rule.gap, coverage.gap(rule.gap))
        found += [_moment(label, bunch, rule, coverage) for bunch in together]
    return tuple(sorted(found, key=_reading_order))


def _kept(signals: Iterable[Signal], policy: Policy) -> dict[str, list[Signal]]:
    kept: dict[str, list[Signal]] = {}
    floors: dict[str, float] = {}
    for signal in signals:
        label = signal.label
        if label not in floors:
            floors[label] = policy.rule(label).keep
        if signal.score >= floors[label]:
            kept.setdefault(label, []).append(signal)
    return kept


def _moment(label: str, bunch: Sequence[Signal], rule: Rule, coverage: Coverage) -> Moment:
    peak = max(bunch, key=attrgetter("score"))
    support = _support(bunch, rule, coverage)
    return Moment(
        label=label,
        start=bunch[0].start,
        end=max(signal.end for signal in bunch),
        peak=peak.score,
        peak_time=peak.start,
        looks=support.looks,
        corroborated=support.corroborated,
        backed=support.backed,
        detector=peak.detector,
        version=peak.version,
        evidence=_evidence(bunch, _best_reading(bunch) if reads_words(label) else peak),
    )


@dataclass(slots=True)
class _Look:
    """One detector at one picture, with the time that the picture stood."""

    score: float
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class _Support:
    looks: int
    corroborated: bool
    backed: float


def _support(bunch: Sequence[Signal], rule: Rule, coverage: Coverage) -> _Support:
    """How well a bunch is backed: by enough looks, or by a picture that was held."""
    looks = _looks(bunch)
    scores = sorted((look.score for look in looks), reverse=True)
    only_pictures = all(signal.start == signal.end for signal in bunch)
    wanted = coverage.wanted(rule.looks) if only_pictures else rule.looks
    enough = scores[wanted - 1 : wanted]
    held = [look.score for look in looks if look.last > look.first and look.last - look.first >= rule.held]
    return _Support(len(looks), bool(enough or held), max([*enough, *held], default=0.0))


def _looks(bunch: Sequence[Signal]) -> list[_Look]:
    looks: dict[tuple[str, float], _Look] = {}
    for signal in bunch:
        origin = signal.start if signal.same_as is None else signal.same_as
        last = origin if signal.same_as is None else signal.end
        look = looks.get((signal.detector, origin))
        if look is None:
            looks[signal.detector, origin] = _Look(signal.score, origin, last)
            continue
        look.score = max(look.score, signal.score)
        look.last = max(look.last, last)
    return list(looks.values())


def _best_reading(bunch: Sequence[Signal]) -> Signal:
    """The signal with the reading that most agree on, the longer where they tie."""
    votes: dict[str, list[float]] = {}
    for signal in bunch:
        votes.setdefault(normal(signal.evidence.text or ""), []).append(signal.score)
    chosen = max(votes, key=lambda text: (len(votes[text]), sum(sorted(votes[text])), len(text), text))
    readings = (s for s in bunch if normal(s.evidence.text or "") == chosen)
    return max(readings, key=attrgetter("score"))


def _evidence(bunch: Sequence[Signal], best: Signal) -> tuple[Evidence, ...]:
    """The best, then the strongest of each stretch of the others, in the order of time."""
    others = [signal for signal in bunch if signal is not best and signal.same_as is None]
    stretches = min(EVIDENCE - 1, len(others))
    bounds = [len(others) * n // stretches for n in range(stretches + 1)] if stretches else []
    strongest = [max(others[start:end], key=attrgetter("score")) for start, end in pairwise(bounds)]
    return tuple(replace(s.evidence, time=s.start, score=s.score) for s in (best, *strongest))


def _reading_order(moment: Moment) -> tuple[float, str, float, float, float]:
    """By time, then by label; within it from top to bottom and from left to right."""
    box = moment.evidence[0].box
    return (
        moment.start,
        moment.label,
        round(box.top, 2) if box else 0.0,
        box.left if box else 0.0,
        moment.end,
    )
