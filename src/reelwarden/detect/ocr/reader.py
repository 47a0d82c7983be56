"""Reads one line of text: PP-OCR's recogniser, which knows Chinese, Japanese, Greek and 46 languages in Latin letters.

One line at a time: lines of a batch are padded to the widest, and measured that costs more than it saves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reelwarden.detect.boxes import Floats
from reelwarden.detect.view import Pixels, planes
from reelwarden.models.session import Session

HEIGHT = 48
WIDEST = 1920
STEP = 32
"""Widths are padded to a multiple, so that the runtime meets few shapes."""


class Reading(NamedTuple):
    text: str
    score: float


NOTHING = Reading("", 0.0)


class Reader:
    """The model's dictionary is in its file: 0 is the blank, the last is the space."""

    def __init__(self, model: Session) -> None:
        self._model = model
        self._letters = ("", *model.metadata["character"].split("\n"), " ")

    def read(self, line: Pixels) -> Reading:
        """The words of a level line, 48 pixels high, RGB; the score is the mean of the letters'."""
        values = np.zeros((1, 3, HEIGHT, -(-line.shape[1] // STEP) * STEP), np.float32)
        values[:, :, :, : line.shape[1]] = planes(line, (1 / 127.5,) * 3, (-1, -1, -1), blue_first=True)
        return spell(self._model.run(values)[0][0], self._letters)


def spell(steps: Floats, letters: tuple[str, ...]) -> Reading:
    """The words from the probabilities [steps, letters]: repeats are one letter, and 0 parts true repeats."""
    best = steps.argmax(axis=1)
    kept = np.flatnonzero((best != 0) & (best != np.concatenate([[-1], best[:-1]])))
    if not len(kept):
        return NOTHING
    text = "".join(letters[number] for number in best[kept] if number < len(letters))
    return Reading(text.strip(), float(steps[kept, best[kept]].mean())) if text.strip() else NOTHING
