"""From a decoded picture to RGB: the right colours, square pixels, upright, and already reduced to the asked size."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc, Interpolation, VideoReformatter
from numpy.typing import NDArray

from reelwarden.media.stillness import SIDE, Thumbnail

UNSPECIFIED = 2
HD_LINES = 720
HDR_CURVES = frozenset({int(ColorTrc.SMPTE2084), int(ColorTrc.ARIB_STD_B67)})


@dataclass(frozen=True, slots=True)
class Orientation:
    """How the stored picture is turned for display: exchange the axes first, then mirror."""

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self.transpose:
            pixels = pixels.transpose(1, 0, 2)
        turned = pixels[:: -1 if self.mirror_y else 1, :: -1 if self.mirror_x else 1]
        return np.ascontiguousarray(turned)

    @property
    def degrees(self) -> int:
        """The clockwise turn, 0, 90, 180 or 270; of a mirrored picture that which is left after unmirroring it."""
        if self.transpose:
            return 90 if self.mirror_x else 270
        return 180 if self.mirror_y else 0


UPRIGHT = Orientation()


def orientation(matrix: bytes | None) -> Orientation:
    """From a display matrix (nine 32-bit numbers; ISO 14496-12, 6.2.2). Odd angles go to the nearest right angle."""
    if matrix is None or len(matrix) < 36:
        return UPRIGHT
    a, b, _, c, d = struct.unpack("<5i", matrix[:20])
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Orientation(transpose=True, mirror_x=c < 0, mirror_y=b < 0)
    return Orientation(mirror_x=a < 0, mirror_y=d < 0)


def frame_orientation(frame: VideoFrame) -> Orientation:
    matrix = frame.side_data.get("DISPLAYMATRIX")
    return orientation(bytes(matrix) if matrix is not None else None)


def displayed_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """The size with square pixels; the height stays. An aspect beyond 1:10 is taken for an error and ignored."""
    if aspect and Fraction(1, 10) < aspect < 10:
        width = max(1, round(width * aspect))
    return width, height


def reduced_size(width: int, height: int, side: int) -> tuple[int, int]:
    """The size whose longest side is at most `side`; never enlarged."""
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


class PictureMaker:
    """Turns decoded pictures into RGB of at most `side` pixels on the longest side."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._reduce = VideoReformatter()
        self._thumb = VideoReformatter()

    def reduce(self, frame: VideoFrame, aspect: Fraction | None) -> VideoFrame:
        """RGB with square pixels, reduced, not yet turned. One pass in C from the stored size to the wanted one."""
        width, height = displayed_size(frame.width, frame.height, aspect)
        width, height = reduced_size(width, height, self._side)
        return self._reduce.reformat(
            frame,
            width,
            height,
            "rgb24",
            src_colorspace=source_colours(frame),
            interpolation=Interpolation.AREA,
            threads=1,
            **_tone(frame),
        )

    def thumbnail(self, reduced: VideoFrame) -> Thumbnail:
        small = self._thumb.reformat(reduced, SIDE, SIDE, "gray", interpolation=Interpolation.AREA, threads=1)
        plane = small.planes[0]
        return np.frombuffer(plane, np.uint8).reshape(SIDE, plane.line_size)[:, :SIDE].copy()


def source_colours(frame: VideoFrame) -> int | None:
    """The matrix to decode colours with; where the file does not say, HD is BT.709 and anything smaller BT.601."""
    if frame.colorspace != UNSPECIFIED or frame.format.is_rgb:
        return None
    return int(Colorspace.ITU709 if frame.height >= HD_LINES else Colorspace.ITU601)


def _tone(frame: VideoFrame) -> dict[str, int]:
    """High dynamic range is brought down to what models know: the BT.709 curve and colours."""
    if int(frame.color_trc) not in HDR_CURVES:
        return {}
    return {"dst_color_trc": int(ColorTrc.BT709), "dst_color_primaries": int(ColorPrimaries.BT709)}
