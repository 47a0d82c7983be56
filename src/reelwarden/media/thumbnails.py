"""Small JPEG pictures of frames, for reports."""

from __future__ import annotations

import io

from PIL import Image

from reelwarden.domain import Frame

SIDE = 320
QUALITY = 78


def thumbnail(frame: Frame, side: int = SIDE) -> bytes:
    """JPEG bytes of a frame, its longest side at most `side` pixels. The frame must have pixels."""
    picture = Image.fromarray(frame.pixels)
    picture.thumbnail((side, side), Image.Resampling.BOX)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
