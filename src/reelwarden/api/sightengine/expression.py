"""The little language of labels.toml: how one of the vendor's numbers comes from the scores of our labels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache

from reelwarden.taxonomy import labels

DIGITS = 3


@dataclass(frozen=True, slots=True)
class Term:
    """A label, or only what the detector says is a certain thing of it."""

    label: str
    thing: str = ""


Score = Callable[[Term], float]
"""The highest score of a term in what is being rendered; 0 where nothing was seen."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """The highest score of the terms, or 1 less it. `coarse`: it says more than the number asks for."""

    terms: tuple[Term, ...]
    negated: bool = False
    coarse: bool = False

    def told(self, told: Collection[str]) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.label in told)


@dataclass(frozen=True, slots=True)
class Number:
    """One of the vendor's numbers, 0..1."""

    alternatives: tuple[Alternative, ...]

    @property
    def labels(self) -> Iterator[str]:
        return (term.label for alternative in self.alternatives for term in alternative.terms)

    def chosen(self, told: Collection[str]) -> Alternative | None:
        """The first alternative that anything told stands in; None where nothing tells the number."""
        return next((one for one in self.alternatives if one.told(told)), None)

    def value(self, score: Score, told: Collection[str]) -> float | None:
        """None where no installed model tells it."""
        chosen = self.chosen(told)
        if chosen is None:
            return None
        highest = max(score(term) for term in chosen.told(told))
        return round(min(1.0, max(0.0, 1.0 - highest if chosen.negated else highest)), DIGITS)


@cache
def parse(text: str) -> Number:
    """Raises ValueError where it is no expression, or names a label that there is not."""
    return Number(tuple(_alternative(part.strip()) for part in text.split("|")))


def _alternative(text: str) -> Alternative:
    coarse, text = text.startswith("~"), text.removeprefix("~").strip()
    negated, text = text.startswith("not "), text.removeprefix("not ").strip()
    label, colon, thing = text.partition(":")
    terms: tuple[Term, ...] = (Term(label, thing),) if colon else tuple(Term(label) for label in text.split())
    unknown = [term.label for term in terms if term.label not in labels()]
    if unknown or not terms:
        raise ValueError(f"{text!r} names no label of ours: {', '.join(unknown)}")
    return Alternative(terms, negated, coarse)
