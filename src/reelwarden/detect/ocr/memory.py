"""Remembers the lines of the last frame, so that words which stand still are read once."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from reelwarden.detect.ocr.lines import Line, cut
from reelwarden.detect.ocr.reader import Reading
from reelwarden.detect.view import Pixels

HEIGHT = 24
WIDEST = 960
PATCH = 8
"""A third of a line's height: about one letter."""
CHANGED = 14.0
"""Mean difference, of 255, of the patch that differs most; compression leaves under 8, another digit gives over 30."""
NEAR = 0.35
"""Corners of one line move by less than this share of its height between frames."""


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    line: Line
    picture: Pixels
    reading: Reading


class Memory:
    """Only the last frame's lines are kept."""

    def __init__(self) -> None:
        self._lines: tuple[Remembered, ...] = ()

    def forget(self) -> None:
        self._lines = ()

    def recall(self, pixels: Pixels, line: Line) -> Remembered | None:
        """What was read at that place, if the pixels there are still the same."""
        near = (known for known in self._lines if _near(known.line, line))
        return next((known for known in near if not differs(known.picture, look(pixels, known.line))), None)

    def keep(self, lines: tuple[Remembered, ...]) -> None:
        self._lines = lines


def look(pixels: Pixels, line: Line) -> Pixels:
    """The line in grey, small: what is compared."""
    return np.asarray(cv2.cvtColor(cut(pixels, line, HEIGHT, WIDEST), cv2.COLOR_RGB2GRAY), np.uint8)


def differs(before: Pixels, after: Pixels) -> bool:
    """Whether any patch of the line, about a letter wide, has changed."""
    difference = cv2.absdiff(before, after)
    columns, rows = max(1, difference.shape[1] // PATCH), HEIGHT // PATCH
    patches = cv2.resize(difference.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    return float(patches.max()) > CHANGED


def _near(known: Line, line: Line) -> bool:
    return float(np.abs(known.corners - line.corners).max()) <= NEAR * min(known.size()[1], line.size()[1])
