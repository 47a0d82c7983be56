"""From a decoded picture to RGB: the right colours, square pixels, upright, and already reduced to the asked size."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from reelwarden.media.hdr import Curve, to_standard
from reelwarden.media.orientation import UPRIGHT, Orientation, from_clockwise, from_matrix
from reelwarden.media.size import displayed_size, reduced_size
from reelwarden.media.stillness import SIDE, Thumbnail

UNSPECIFIED = 2
HD_LINES = 720
EXACT_AREA = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
"""The exact roundings cost nothing here, and without them white is 253."""
_CURVES = {curve.value: curve for curve in Curve}


def frame_orientation(frame: VideoFrame) -> Orientation:
    try:
        matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # there is side data of a kind that PyAV cannot name: then the angle is all we can have
        return from_clockwise(-frame.rotation)
    return from_matrix(bytes(matrix) if matrix is not None else None)


class Turns:
    """The orientation of each picture of a stream. It asks anew only where a picture's size or angle changed.

    Asking ties the picture into a reference cycle, and pictures that wait for the garbage collector would fill memory.
    """

    def __init__(self) -> None:
        self._asked: tuple[int, int, float] | None = None
        self._found = UPRIGHT

    def of(self, frame: VideoFrame) -> Orientation:
        now = (frame.width, frame.height, frame.rotation)
        if now != self._asked:
            self._asked, self._found = now, frame_orientation(frame)
        return self._found


class PictureMaker:
    """Turns decoded pictures into RGB of at most `side` pixels on the longest side."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._reduce = VideoReformatter()
        self._thumb = VideoReformatter()

    def reduce(self, frame: VideoFrame, aspect: Fraction | None) -> VideoFrame:
        """RGB with square pixels, reduced, not yet turned; 16 bits a channel where the range is high.

        One pass in C from the stored size to the wanted one.
        """
        width, height = displayed_size(frame.width, frame.height, aspect)
        width, height = reduced_size(width, height, self._side)
        return self._reduce.reformat(
            frame,
            width,
            height,
            "rgb24" if curve_of(frame) is None else "rgb48le",
            src_colorspace=source_colours(frame),
            interpolation=EXACT_AREA,
            threads=1,
        )

    def thumbnail(self, reduced: VideoFrame) -> Thumbnail:
        small = self._thumb.reformat(reduced, SIDE, SIDE, "gray", interpolation=Interpolation.AREA, threads=1)
        return np.asarray(small.to_ndarray(), np.uint8)


def rgb(reduced: VideoFrame) -> NDArray[np.uint8]:
    """RGB uint8 [height, width, 3] of standard range from what PictureMaker.reduce gave."""
    curve = curve_of(reduced)
    pixels: Any = reduced.to_ndarray()
    return pixels if curve is None else to_standard(pixels, curve)


def source_colours(frame: VideoFrame) -> int | None:
    """The matrix to decode colours with; where the file does not say, HD is BT.709 and anything smaller BT.601."""
    if frame.colorspace != UNSPECIFIED or frame.format.is_rgb:
        return None
    return int(Colorspace.ITU709 if frame.height >= HD_LINES else Colorspace.ITU601)


def curve_of(frame: VideoFrame) -> Curve | None:
    """The curve of a high dynamic range picture; None for an ordinary one."""
    return _CURVES.get(int(frame.color_trc))
