"""A frame as detectors see it: sizes and model outputs that several of them want are made once and shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwarden.domain import Frame

Pixels = NDArray[np.uint8]
Made = TypeVar("Made")

SMALL = 640
"""Sizes up to half of this are reduced from this size, not from the full picture: a third of the time."""


class FrameView:
    """`pixels` is the frame's RGB picture; the methods give reduced copies, each made once. Do not write to
    them.
    """

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.time = frame.time
        self.pixels: Pixels = frame.pixels
        self._made: dict[Any, Any] = {}

    def once(self, key: str, make: Callable[[], Made]) -> Made:
        """What `make` returns, called the first time only: so a model that two detectors use runs once a
        frame.
        """
        if key not in self._made:
            self._made[key] = make()
        result: Made = self._made[key]
        return result

    def fit(self, side: int) -> Pixels:
        """RGB with the longest side at most `side`; never enlarged."""
        height, width = self.pixels.shape[:2]
        scale = min(1.0, side / max(height, width))
        return self.resized(max(1, round(width * scale)), max(1, round(height * scale)))

    def square(self, side: int) -> Pixels:
        """RGB stretched to `side` x `side`."""
        return self.resized(side, side)

    def resized(self, width: int, height: int) -> Pixels:
        """RGB stretched to that size."""
        if (height, width) == self.pixels.shape[:2]:
            return self.pixels
        if (width, height) not in self._made:
            made = resize(self._source(max(width, height)), width, height)
            made.flags.writeable = False  # several detectors look at it
            self._made[width, height] = made
        result: Pixels = self._made[width, height]
        return result

    def _source(self, side: int) -> Pixels:
        big = max(self.pixels.shape[:2]) > SMALL
        return self.fit(SMALL) if big and side <= SMALL // 2 else self.pixels


def resize(pixels: Pixels, width: int, height: int) -> Pixels:
    """Averaged where the picture gets smaller, so that fine patterns do not turn into false ones."""
    smaller = width * height < pixels.shape[0] * pixels.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=how), np.uint8)
