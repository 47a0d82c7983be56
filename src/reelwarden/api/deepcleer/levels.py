"""How grave one signal is, in the vendor's three words, under the policy that judges the submission."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import lru_cache

from reelwarden.api.deepcleer import vocabulary
from reelwarden.decide import policy
from reelwarden.decide.rules import Rule
from reelwarden.decide.verdict import GRAVITY, outcome_of
from reelwarden.domain import Moment, Outcome, Signal
from reelwarden.jobs.findings import Findings

LEVELS = {Outcome.PASS: "PASS", Outcome.REVIEW: "REVIEW", Outcome.REJECT: "REJECT"}
SLACK = 0.001


@lru_cache(maxsize=64)
def with_levels(text: str) -> str:
    """The policy file, with the vendor's usual levels for labels that it has no rule for. Empty: the built-in one.

    It is written anew: a file may be spelled so that no table can be added at its end.
    """
    known = policy.parse(text, "the account's policy") if text else policy.load()
    missing = {label: score for label, score in vocabulary.levels().items() if not known.table(label)}
    rules = {**known.rules, **{label: _usual(known.defaults, score) for label, score in missing.items()}}
    name = json.dumps(known.name, ensure_ascii=False).replace("\x7f", "\\u007f")
    tables = (_table(f'labels."{label}"', rule, known.defaults) for label, rule in rules.items())
    head = f"name = {name}\nrevision = {known.revision}\n"
    return head + _table("defaults", known.defaults, Rule()) + "".join(tables)


def _usual(defaults: Rule, score: float) -> Rule:
    """A rule that leads to a review from the score, and is in order whatever the defaults are."""
    lone = None if defaults.lone is None else max(defaults.lone, score)
    return replace(defaults, keep=min(defaults.keep, score), review=score, lone=lone)


def _table(name: str, rule: Rule, below: Rule) -> str:
    """Only what differs from the rule below it."""
    said = {key: value for key, value in asdict(rule).items() if value != getattr(below, key)}
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in said.items())
    return f"\n[{name}]\n" + "".join(lines)


class Judge:
    """Judges the signals of one submission. A signal is no graver than the moment that it belongs to."""

    def __init__(self, found: Findings) -> None:
        self._policy = found.policy
        self._moments: dict[str, list[Moment]] = {}
        for moment in found.result.moments:
            self._moments.setdefault(moment.label, []).append(moment)

    def level(self, signal: Signal) -> Outcome:
        rule = self._policy.rule(signal.label)
        own = rule.outcome(signal.score)
        return min(own, self._of_moment(signal), key=lambda outcome: GRAVITY[outcome])

    def tells(self, signal: Signal) -> bool:
        """Whether the score is high enough to be told at all."""
        return signal.score >= self._policy.rule(signal.label).keep

    def _of_moment(self, signal: Signal) -> Outcome:
        of_label = self._moments.get(signal.label, ())
        around = [m for m in of_label if m.start - SLACK <= signal.start <= m.end + SLACK]
        return gravest(outcome_of(m, self._policy.rule(m.label)) for m in around)


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    return max(outcomes, key=lambda outcome: GRAVITY[outcome], default=Outcome.PASS)
