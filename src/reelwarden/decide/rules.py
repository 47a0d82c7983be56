"""A policy as a value: what each label must score, and how well it must be backed, to lead to an outcome."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

from reelwarden.domain import Outcome


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one label.

    Scores are 0..1: under `keep` a signal is dropped; from `review` and `reject` a backed moment leads there
    (None: never). `looks` is how many distinct looks must back a moment, `lone` the score from which one is
    enough (None: never). `gap` and `held` are seconds: signals no further apart are one moment; a still picture
    on screen that long backs itself. `unavailable` is what follows when no model can tell the label.
    """

    keep: float = 0.3
    review: float | None = None
    reject: float | None = None
    looks: int = 1
    lone: float | None = None
    gap: float = 3.0
    held: float = 0.8
    unavailable: Outcome = Outcome.PASS

    @property
    def informs(self) -> bool:
        """Whether the label leads to nothing and only informs."""
        return self.review is None and self.reject is None

    def outcome(self, score: float) -> Outcome:
        """Where a score leads that is backed as the rule wants."""
        if self.reject is not None and score >= self.reject:
            return Outcome.REJECT
        if self.review is not None and score >= self.review:
            return Outcome.REVIEW
        return Outcome.PASS

    def threshold(self, outcome: Outcome) -> float | None:
        """The score from which the rule leads to `outcome`."""
        return {Outcome.REVIEW: self.review, Outcome.REJECT: self.reject}.get(outcome)


@dataclass(frozen=True, slots=True)
class Policy:
    """A named set of rules. `rule(label)` is the one of the nearest family, or the defaults'."""

    name: str
    revision: int = 1
    defaults: Rule = Rule()
    rules: Mapping[str, Rule] = field(default_factory=lambda: MappingProxyType({}))

    def rule(self, label: str) -> Rule:
        return self.rules.get(self.table(label), self.defaults)

    def table(self, label: str) -> str:
        """The label or family whose rule applies to `label`; empty where the defaults do."""
        name = label
        while name and name not in self.rules:
            name = name.rpartition(".")[0]
        return name

    @property
    def digest(self) -> str:
        """12 hexadecimal digits of what the rules mean: the same for files that differ in comments, order or form."""
        meaning = {"defaults": asdict(self.defaults), "rules": {k: asdict(v) for k, v in self.rules.items()}}
        plain = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(plain.encode()).hexdigest()[:12]

    def __str__(self) -> str:
        return f"{self.name} r{self.revision} {self.digest}"
