"""JPEG pictures of frames."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from reelwarden.domain import Frame
from reelwarden.media.thumbnails import picture, thumbnail


def frame(width: int, height: int) -> Frame:
    pixels = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return Frame(0.0, 0.0, pixels, width, height)


@pytest.mark.parametrize(("size", "side", "is_now"), [((640, 360), 320, (320, 180)), ((200, 400), 1280, (200, 400))])
def test_sizes(size: tuple[int, int], side: int, is_now: tuple[int, int]) -> None:
    made = Image.open(io.BytesIO(picture(frame(*size), side, 85)))
    assert (made.format, made.size) == ("JPEG", is_now)


def test_more_quality_is_more_bytes() -> None:
    sizes = [len(picture(frame(320, 180), 320, quality)) for quality in (30, 60, 90)]
    assert sizes == sorted(set(sizes))
    assert len(thumbnail(frame(640, 360))) < sizes[2]


def test_a_frame_without_pixels_has_no_picture() -> None:
    with pytest.raises(ValueError, match="repeats"):
        picture(Frame(1.0, 1.0, np.empty((0, 0, 3), np.uint8), 320, 180, 0.0), 320, 85)
