"""Where lines of text stand: PP-OCR's map of text probability becomes tilted boxes, and boxes become cut-outs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.boxes import STRIDE, Floats, ratio_box
from reelwarden.detect.view import FrameView, Pixels, planes, resize
from reelwarden.domain import Box
from reelwarden.models.session import Session

INPUT = 640
PIXEL_LEVEL = 0.3
BOX_LEVEL = 0.5
"""The mean probability within a box; less is texture."""
GROWTH = 1.6
"""The map shows the core of a line; its box is grown by this share of area over perimeter."""
THINNEST = 3
AT_MOST = 100
"""Lines a frame: the largest."""
UPRIGHT = 1.5
"""A box so many times taller than wide is a line that was turned by a quarter."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """`corners` [4, 2] in the frame's pixels: top left, top right, bottom right, bottom left of the text."""

    corners: Floats

    def box(self, width: int, height: int) -> Box:
        return ratio_box(np.concatenate([self.corners.min(axis=0), self.corners.max(axis=0)]), width, height)

    def size(self) -> tuple[float, float]:
        """Width and height along the text, in pixels."""
        top, right = self.corners[1] - self.corners[0], self.corners[2] - self.corners[1]
        return float(np.hypot(*top)), float(np.hypot(*right))


def find(view: FrameView, model: Session) -> list[Line]:
    """The lines of a frame from the top down. Small frames are enlarged, for small letters."""
    height, width = view.pixels.shape[:2]
    scale = INPUT / max(height, width)
    inner = view.resized(_whole(width * scale), _whole(height * scale))
    likely = model.run(planes(inner, (1 / 127.5,) * 3, (-1, -1, -1), blue_first=True))[0][0, 0]
    back = np.array([width / inner.shape[1], height / inner.shape[0]], np.float32)
    lines = [Line(corners * back) for corners in boxes(likely)]
    return sorted(lines, key=lambda line: (float(line.corners[:, 1].min()), float(line.corners[:, 0].min())))


def boxes(likely: Floats) -> list[Floats]:
    """The corners of each line on the map of probabilities [height, width], the largest first."""
    marked = (likely > PIXEL_LEVEL).astype(np.uint8)
    if not marked.any():
        return []
    contours, _ = cv2.findContours(marked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rows = sorted((cv2.minAreaRect(c) for c in contours), key=lambda r: -r[1][0] * r[1][1])[:AT_MOST]
    kept = [r for r in rows if min(r[1]) >= THINNEST and _mean_within(likely, r) >= BOX_LEVEL]
    return [_ordered(np.asarray(cv2.boxPoints(_grown(r)), np.float32)) for r in kept]


def cut(pixels: Pixels, line: Line, height: int, widest: int) -> Pixels:
    """The line laid level, `height` high and at most `widest` wide."""
    long, tall = line.size()
    width = int(np.clip(round(long / max(tall, 1) * height), 8, widest))
    scale = max(1, min(4, int(tall / height)))
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) * scale
    turn = cv2.getPerspectiveTransform(np.ascontiguousarray(line.corners), target)
    flags = cv2.INTER_CUBIC if tall < height else cv2.INTER_LINEAR
    size = (width * scale, height * scale)
    laid = np.asarray(cv2.warpPerspective(pixels, turn, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    return resize(laid, width, height) if scale > 1 else laid


def _whole(size: float) -> int:
    return max(STRIDE, round(size / STRIDE) * STRIDE)


def _grown(rectangle: Any) -> Any:
    centre, (width, height), angle = rectangle
    more = 2 * width * height * GROWTH / (2 * (width + height))
    return centre, (width + more, height + more), angle


def _mean_within(likely: Floats, rectangle: Any) -> float:
    corners = cv2.boxPoints(rectangle)
    limit = np.array(likely.shape[::-1]) - 1
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, limit)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, limit) + 1
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillPoly(mask, [np.asarray(corners - low, np.int32)], 1)
    return float(cv2.mean(likely[low[1] : high[1], low[0] : high[0]], mask)[0])


def _ordered(corners: Floats) -> Floats:
    """From the text's top left on, clockwise; a tall box is read from the bottom up, as titles on a spine are."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    left, right = left[np.argsort(left[:, 1], kind="stable")], right[np.argsort(right[:, 1], kind="stable")]
    clockwise: NDArray[np.float32] = np.stack([left[0], right[0], right[1], left[1]])
    width = np.hypot(*(clockwise[1] - clockwise[0]))
    height = np.hypot(*(clockwise[3] - clockwise[0]))
    return np.roll(clockwise, 1, axis=0) if height >= UPRIGHT * width else clockwise
