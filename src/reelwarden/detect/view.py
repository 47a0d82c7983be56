"""A frame as detectors see it: the sizes that several of them want are made once and shared."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwarden.domain import Frame

Pixels = NDArray[np.uint8]


class FrameView:
    """`pixels` is the frame's RGB picture; the methods give reduced copies, each made once. Do not write to them."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.time = frame.time
        self.pixels: Pixels = frame.pixels
        self._made: dict[tuple[Any, ...], Pixels] = {}

    def fit(self, side: int) -> Pixels:
        """RGB with the longest side at most `side`; never enlarged."""
        height, width = self.pixels.shape[:2]
        scale = min(1.0, side / max(height, width))
        return self._resized(max(1, round(width * scale)), max(1, round(height * scale)))

    def square(self, side: int) -> Pixels:
        """RGB stretched to `side` x `side`."""
        return self._resized(side, side)

    def _resized(self, width: int, height: int) -> Pixels:
        if (height, width) == self.pixels.shape[:2]:
            return self.pixels
        key = (width, height)
        if key not in self._made:
            smaller = width * height < self.pixels.shape[0] * self.pixels.shape[1]
            how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
            self._made[key] = np.asarray(cv2.resize(self.pixels, key, interpolation=how), np.uint8)
        return self._made[key]
