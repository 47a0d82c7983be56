"""JPEG pictures of frames, for reports and as evidence."""

from __future__ import annotations

import io

from PIL import Image

from reelwarden.domain import Frame

SIDE = 320
QUALITY = 78


def thumbnail(frame: Frame, side: int = SIDE) -> bytes:
    """A small picture for reports, as `picture` makes it."""
    return picture(frame, side, QUALITY)


def picture(frame: Frame, side: int, quality: int) -> bytes:
    """JPEG bytes of a frame, its longest side at most `side` pixels, of quality 1..95. The frame must have pixels."""
    if not frame.pixels.size:
        raise ValueError("this frame only repeats another one; take the picture of that")
    image = Image.fromarray(frame.pixels)
    image.thumbnail((side, side), Image.Resampling.BOX)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
