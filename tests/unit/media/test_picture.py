"""Colours come out as they went in: limited and full range, BT.601 and BT.709, 8 and 10 bits, high range."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from reelwarden.media.hdr import Curve, to_standard
from reelwarden.media.picture import PictureMaker, rgb
from reelwarden.media.size import displayed_size, reduced_size

PATCHES = [(255, 255, 255), (0, 0, 0), (200, 40, 40), (40, 180, 60), (50, 60, 200), (128, 128, 128)]
KR = {Colorspace.ITU601: (0.299, 0.114), Colorspace.ITU709: (0.2126, 0.0722)}
TAGS = {Colorspace.ITU601: 6, Colorspace.ITU709: 1}


def yuv(colour: tuple[int, int, int], matrix: Colorspace, full: bool) -> tuple[int, int, int]:
    """By the definition in BT.601 and BT.709, independent of any library."""
    r, g, b = (c / 255 for c in colour)
    kr, kb = KR[matrix]
    y = kr * r + (1 - kr - kb) * g + kb * b
    u, v = (b - y) / (1 - kb) / 2, (r - y) / (1 - kr) / 2
    if full:
        return round(255 * y), round(255 * u + 128), round(255 * v + 128)
    return round(219 * y + 16), round(224 * u + 128), round(224 * v + 128)


def frame(
    colour: tuple[int, int, int],
    matrix: Colorspace,
    full: bool,
    size: tuple[int, int],
    tagged: bool,
    deep: bool,
) -> av.VideoFrame:
    width, height = size
    y, u, v = (c << 2 if deep else c for c in yuv(colour, matrix, full))
    planes = np.full((height * 3 // 2, width), y, np.uint16 if deep else np.uint8)
    chroma = planes[height:].reshape(-1)
    chroma[: chroma.size // 2], chroma[chroma.size // 2 :] = u, v
    made = av.VideoFrame.from_ndarray(planes, "yuv420p10le" if deep else "yuv420p")
    made.color_range = ColorRange.JPEG if full else ColorRange.MPEG
    if tagged:
        made.colorspace = TAGS[matrix]
    return made


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("matrix", "size", "tagged"),
    [
        (Colorspace.ITU601, (320, 180), True),
        (Colorspace.ITU709, (320, 180), True),
        (Colorspace.ITU601, (320, 180), False),  # small and silent: BT.601
        (Colorspace.ITU709, (1280, 720), False),  # HD and silent: BT.709
        (Colorspace.ITU601, (1280, 720), True),
    ],
)
def test_colours(matrix: Colorspace, size: tuple[int, int], tagged: bool, full: bool, deep: bool) -> None:
    maker = PictureMaker(64)
    for colour in PATCHES:
        pixels = rgb(maker.reduce(frame(colour, matrix, full, size, tagged, deep), None))
        assert pixels.shape == (36, 64, 3)
        assert abs(pixels.astype(int) - colour).max() <= 2, colour


def test_high_range_keeps_black_white_order_and_hue() -> None:
    for curve in Curve:
        ramp = np.repeat(np.arange(0, 65_536, 256, dtype=np.uint16)[None, :, None], 3, 2)
        shown = to_standard(ramp, curve)[0].astype(int)
        assert shown[0].max() == 0
        assert (np.diff(shown[:, 0]) >= 0).all()
        assert abs(shown[:, 0] - shown[:, 2]).max() <= 1


@pytest.mark.parametrize(("curve", "signal"), [(Curve.PQ, 0.58), (Curve.HLG, 0.75)])
def test_diffuse_white_is_nearly_white(curve: Curve, signal: float) -> None:
    """203 nits are 58 % of PQ and 75 % of HLG (BT.2408)."""
    white = np.full((4, 4, 3), round(signal * 65_535), np.uint16)
    assert 220 <= to_standard(white, curve).min() <= 255


def test_sizes() -> None:
    from fractions import Fraction

    assert displayed_size(720, 576, Fraction(64, 45)) == (1024, 576)
    assert displayed_size(720, 576, None) == displayed_size(720, 576, Fraction(500)) == (720, 576)
    assert reduced_size(1920, 1080, 320) == (320, 180)
    assert reduced_size(1080, 1920, 320) == (180, 320)
    assert reduced_size(100, 50, 320) == (100, 50)
    assert reduced_size(10_000, 1, 320) == (320, 1)
