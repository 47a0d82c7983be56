"""Arithmetic of boxes that several detectors share. Boxes are rows of left, top, right, bottom in pixels."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.view import FrameView, Pixels
from reelwarden.domain import Box

Floats = NDArray[np.float32]
Shape = Sequence[int | str | None]

STRIDE = 32
"""The detectors of boxes halve the picture five times."""


def letterbox(view: FrameView, side: int, shape: Shape) -> tuple[Pixels, float]:
    """The picture reduced or enlarged to `side`, in the top left of a black one; and the factor that was used.

    The black one is as large as the model's input `shape` [n, channels, height, width] says; where that leaves the
    size free, it is no larger than the model's stride needs, which spares a third of the work on a wide picture.
    """
    height, width = view.pixels.shape[:2]
    scale = side / max(height, width)
    inner = view.resized(max(1, round(width * scale)), max(1, round(height * scale)))
    padded = np.zeros((_padded(inner.shape[0], shape[2]), _padded(inner.shape[1], shape[3]), 3), np.uint8)
    padded[: inner.shape[0], : inner.shape[1]] = inner
    return padded, scale


def _padded(size: int, fixed: int | str | None) -> int:
    return fixed if isinstance(fixed, int) else -(-size // STRIDE) * STRIDE


def ratio_box(row: Floats, width: float, height: float) -> Box:
    """A row in pixels of a `width` x `height` picture as ratios, cut to the picture, to four decimals."""
    left, right = (round(float(np.clip(x / width, 0, 1)), 4) for x in sorted((row[0], row[2])))
    top, bottom = (round(float(np.clip(y / height, 0, 1)), 4) for y in sorted((row[1], row[3])))
    return Box(left, top, right, bottom)


def suppress(boxes: Floats, scores: Floats, classes: NDArray[np.int64], overlap: float) -> NDArray[np.int64]:
    """The rows to keep, the best first: of those of one class that overlap more than `overlap`, the best
    stays.
    """
    if not len(boxes):
        return np.empty(0, np.int64)
    corners = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(corners.tolist(), scores.tolist(), classes.tolist(), 0.0, overlap)
    rows = np.asarray(kept, np.int64).reshape(-1)
    return rows[np.argsort(-scores[rows], kind="stable")]
