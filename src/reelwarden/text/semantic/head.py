"""The head: how much a vector resembles the exemplars of each category. Made by train.py, kept in head.npz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

GROUP = "group"
"""Not a category but a question beside them: does the sentence name people by what they are?"""

_NEEDS_GROUP = "discriminatory"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """One hidden layer, then a score for each category.

    `hidden` [384, hidden], `hidden_bias` [hidden], `output` [hidden, categories], `output_bias` [categories];
    `mean` [384] is taken off a vector and `scale` multiplied before. A category counts from its threshold on, in
    Korean from its `korean` one.
    """

    categories: tuple[str, ...]
    mean: Floats
    scale: float
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats
    thresholds: Floats
    korean: Floats

    def scores(self, vectors: Floats) -> Floats:
        """Of vectors [n, 384]: [n, categories], each 0..1."""
        inner = np.tanh((vectors - self.mean) * self.scale @ self.hidden + self.hidden_bias)
        return np.asarray(1 / (1 + np.exp(-(inner @ self.output + self.output_bias))), np.float32)

    def found(self, vector: Floats, korean: bool = False) -> Mapping[str, float]:
        """The categories that count, with their scores. Hate counts where a group is named."""
        scores = self.scores(vector[None])[0]
        rows = zip(self.categories, scores, self.korean if korean else self.thresholds, strict=True)
        found = {name: float(score) for name, score, least in rows if score >= least}
        if found.pop(GROUP, None) is None:
            found.pop(_NEEDS_GROUP, None)
        return found

    def save(self, path: Path) -> None:
        numbers = {name: getattr(self, name).astype(np.float16) for name in _WEIGHTS}
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                categories=np.array(self.categories),
                thresholds=self.thresholds,
                korean=self.korean,
                scale=np.float32(self.scale),
                **numbers,
            )


_WEIGHTS = ("mean", "hidden", "hidden_bias", "output", "output_bias")


def read(file: IO[bytes]) -> Head:
    with np.load(file, allow_pickle=False) as data:
        weights = {name: data[name].astype(np.float32) for name in _WEIGHTS}
        categories = tuple(str(name) for name in data["categories"])
        levels = {"thresholds": data["thresholds"], "korean": data["korean"]}
        return Head(categories, scale=float(data["scale"]), **levels, **weights)


@cache
def head() -> Head:
    """The head that comes with Reelwarden."""
    with resources.files(__package__).joinpath("head.npz").open("rb") as file:
        return read(file)
