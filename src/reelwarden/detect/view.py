"""A frame as detectors see it: sizes and model outputs that several of them want are made once and shared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwarden.domain import Frame

Pixels = NDArray[np.uint8]
Made = TypeVar("Made")

SMALL = 640
"""Sizes up to three quarters of this are reduced from this size, not from the full picture: a third of the time."""


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
        return self.fit(SMALL) if big and side <= SMALL * 3 // 4 else self.pixels


def resize(pixels: Pixels, width: int, height: int) -> Pixels:
    """Averaged where the picture gets smaller, so that fine patterns do not turn into false ones.

    First by a whole factor, which is quick, then by what remains, less than 2.
    """
    across, down = max(1, pixels.shape[1] // width), max(1, pixels.shape[0] // height)
    if across > 1 or down > 1:
        size = (round(pixels.shape[1] / across), round(pixels.shape[0] / down))
        # Halfway between two pixels, linear is the average, and several times as quick.
        how = cv2.INTER_LINEAR if max(across, down) == 2 else cv2.INTER_AREA
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def planes(
    pixels: Pixels, scale: Sequence[float], shift: Sequence[float], *, blue_first: bool = False
) -> NDArray[np.float32]:
    """[1, 3, height, width]: each colour times its scale plus its shift, both in the order of the result."""
    result = np.empty((1, 3, *pixels.shape[:2]), np.float32)
    for place in range(3):
        np.multiply(pixels[:, :, 2 - place if blue_first else place], np.float32(scale[place]), out=result[0, place])
        if shift[place]:
            result[0, place] += np.float32(shift[place])
    return result
