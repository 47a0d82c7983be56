"""Frames of real footage for detector tests, read with PyAV alone: no part of the house but `Frame` is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from reelwarden.domain import Frame

Pixels = np.typing.NDArray[np.uint8]


def frames(path: Path, every: float = 1.0, side: int = 1280) -> Iterator[Frame]:
    """One frame every so many seconds, reduced to `side`."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        due: float | None = None
        for decoded in container.decode(stream):
            time = float((decoded.pts or 0) * stream.time_base)
            if due is None or time + 1e-6 >= due:
                due = (time if due is None else due) + every
                yield still(reduced(decoded.to_ndarray(format="rgb24"), side), time)


def frame_at(path: Path, time: float, side: int = 1280) -> Frame:
    """The first frame at or after an instant."""
    return next(frame for frame in frames(path, 0.0, side) if frame.time + 1e-6 >= time)


def still(pixels: Pixels, time: float = 0.0, same_as: float | None = None) -> Frame:
    return Frame(time, time, np.ascontiguousarray(pixels), pixels.shape[1], pixels.shape[0], same_as)


def reduced(pixels: Pixels, side: int) -> Pixels:
    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
