"""Upright, evenly framed cut-outs of faces, as face models want them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.view import Pixels, resize

Points = NDArray[np.float32]
"""[5, 2], x and y in pixels: right eye, left eye, tip of the nose, right and left corner of the mouth (the person's
right is the picture's left)."""

FRAMED = np.array([(0.2958, 0.2902), (0.6813, 0.2960), (0.4646, 0.4986), (0.3244, 0.6660), (0.6392, 0.6749)])
"""Where YuNet's points lie on average in dlib's chips with a padding of 0.2 (measured: research on 80 portraits)."""
FRAMED_PADDING = 0.2


def chip(pixels: Pixels, points: Points, side: int, padding: float = 0.2) -> Pixels:
    """The face turned upright in a `side` x `side` picture; `padding` is the share of the face's size around it."""
    target = ((FRAMED * (1 + 2 * FRAMED_PADDING) - FRAMED_PADDING) + padding) / (1 + 2 * padding)
    turn = similarity(points, target * side)
    finer = int(np.clip(np.floor(1 / max(np.hypot(*turn[0, :2]), 1e-6)), 1, 8))
    size = (side * finer, side * finer)
    cut = cv2.warpAffine(pixels, turn * finer, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return resize(np.asarray(cut, np.uint8), side, side) if finer > 1 else np.asarray(cut, np.uint8)


def similarity(points: Points, target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 2 x 3 matrix that turns, scales and moves `points` as near to `target` as it can (least squares)."""
    middle, aim = points.mean(axis=0), target.mean(axis=0)
    (x, y), (u, v) = (points - middle).T.astype(np.float64), (target - aim).T
    size = max(float((x * x + y * y).sum()), 1e-9)
    along, across = float((x * u + y * v).sum()) / size, float((x * v - y * u).sum()) / size
    turn = np.array([[along, -across], [across, along]])
    return np.column_stack([turn, aim - turn @ middle])
