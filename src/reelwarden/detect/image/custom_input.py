"""A picture as an operator's model wants it, and the way back for its boxes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reelwarden.detect.boxes import Floats, ratio_box
from reelwarden.detect.view import FrameView, Pixels
from reelwarden.domain import Box
from reelwarden.models.own import OwnInput


class Placement(NamedTuple):
    """Where the whole picture lies in the model's input, in pixels; outside of it where the input is a crop."""

    left: int
    top: int
    width: int
    height: int

    def ratios(self, box: Floats) -> Box:
        """A box [left, top, right, bottom] of the input as ratios of the picture."""
        moved = box - np.array([self.left, self.top, self.left, self.top], np.float32)
        return ratio_box(moved, self.width, self.height)


def prepare(view: FrameView, wanted: OwnInput) -> tuple[Floats, Placement]:
    """The model's input [1, …], and where the picture is in it."""
    pixels, placement = _placed(view, wanted)
    ordered = pixels if wanted.channels == "RGB" else pixels[:, :, ::-1]
    values = (ordered - np.asarray(wanted.mean, np.float32)) / np.asarray(wanted.std, np.float32)
    values = values.transpose(2, 0, 1) if wanted.layout == "NCHW" else values
    return np.ascontiguousarray(values[None], np.float32), placement


def _placed(view: FrameView, wanted: OwnInput) -> tuple[Pixels, Placement]:
    height, width = view.pixels.shape[:2]
    ratios = wanted.width / width, wanted.height / height
    if wanted.fit == "stretch":
        return view.resized(wanted.width, wanted.height), Placement(0, 0, wanted.width, wanted.height)
    scale = min(ratios) if wanted.fit == "letterbox" else max(ratios)
    inner = view.resized(max(1, round(width * scale)), max(1, round(height * scale)))
    return _letterbox(inner, wanted) if wanted.fit == "letterbox" else _crop(inner, wanted)


def _letterbox(inner: Pixels, wanted: OwnInput) -> tuple[Pixels, Placement]:
    height, width = inner.shape[:2]
    padded = np.full((wanted.height, wanted.width, 3), wanted.fill, np.uint8)
    padded[:height, :width] = inner
    return padded, Placement(0, 0, width, height)


def _crop(inner: Pixels, wanted: OwnInput) -> tuple[Pixels, Placement]:
    height, width = inner.shape[:2]
    left, top = (width - wanted.width) // 2, (height - wanted.height) // 2
    middle = inner[top : top + wanted.height, left : left + wanted.width]
    return middle, Placement(-left, -top, width, height)
