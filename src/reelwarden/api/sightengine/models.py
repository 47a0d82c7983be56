"""Every model name of the vendor: the block it answers with, the labels it asks for, whether it can be told here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from reelwarden.api.labels import label_map
from reelwarden.api.sightengine import expression
from reelwarden.api.sightengine.errors import Argument, Plan
from reelwarden.taxonomy import labels

Shape = Mapping[str, Any]
"""A tree of expressions, as labels.toml has it."""


@dataclass(frozen=True)
class Model:
    """`block` is the key of its answer, empty where its numbers stand beside the others. `sound`: it hears, and looks
    at no picture."""

    name: str
    block: str
    shape_name: str
    needs: tuple[str, ...]
    sound: bool = False

    @property
    def shape(self) -> Shape:
        """Empty where the answer is made by code."""
        found: Shape = _table("shapes").get(self.shape_name, {})
        return found

    @cached_property
    def asks(self) -> tuple[str, ...]:
        """The labels that its answer is made of; those of text-content-2.0 depend on the request."""
        named = [label for _, number in leaves(self.shape) for label in number.labels]
        return tuple(dict.fromkeys((*named, *_table("asks").get(self.shape_name, ()))))

    def missing(self, told: Collection[str]) -> tuple[str, ...]:
        """The labels that it needs and that nothing here tells."""
        return tuple(label for label in self.needs if label not in told)


@cache
def catalogue() -> Mapping[str, Model]:
    """All of them by name, in the order of labels.toml."""
    return {
        name: Model(name, said["block"], said["shape"], tuple(said["needs"]), said.get("sound", False))
        for name, said in _table("models").items()
    }


def leaves(shape: Shape, before: str = "") -> Iterator[tuple[str, expression.Number]]:
    """Each number of a shape with its dotted path."""
    for name, value in shape.items():
        if isinstance(value, str):
            yield before + name, expression.parse(value)
        else:
            yield from leaves(value, f"{before}{name}.")


def named(text: str) -> tuple[Model, ...]:
    """The models of a comma list, each once. Raises Argument for none, and for one that there is not."""
    names = [name.strip(" \"'[]").lower() for name in text.split(",")]
    names = list(dict.fromkeys(name for name in names if name))
    if not names:
        raise Argument("The parameter models is missing: a comma-separated list of models")
    unknown = [name for name in names if name not in catalogue()]
    if unknown:
        raise Argument(f"There is no model {unknown[0][:80]!r}")
    return tuple(catalogue()[name] for name in names)


def granted(models: Sequence[Model], told: Collection[str], lenient: bool = False) -> tuple[Model, ...]:
    """The models that can be told here: all of them, or with `lenient` those of which anything can.

    Raises Plan for one that cannot, or where none is left.
    """
    refused = {model.name: model.missing(told) for model in models if model.missing(told)}
    if lenient:
        refused = {name: missing for name, missing in refused.items() if len(missing) == len(catalogue()[name].needs)}
    left = tuple(model for model in models if model.name not in refused)
    if refused and not (lenient and left):
        name, missing = next(iter(refused.items()))
        raise Plan(f"The model {name} is not available on this server: nothing installed tells {', '.join(missing)}")
    return left


def placed() -> frozenset[str]:
    """Our labels that some answer of the vendor's says."""
    said = {label for model in catalogue().values() for label in model.asks if label in labels()}
    families = {category for family in _table("families").values() for category in family}
    return frozenset(said | {f"text.{category}" for category in (*families, *_table("text")["categories"])})


def families() -> Mapping[str, tuple[str, ...]]:
    """The lists of text-content 1 and of text/check.json, and the categories of ours that go into each."""
    return {name: tuple(categories) for name, categories in _table("families").items()}


def _table(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = label_map("sightengine")[name]
    return found
