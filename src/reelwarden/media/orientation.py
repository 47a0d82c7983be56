"""How a stored picture is turned for display."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Orientation:
    """Exchange the axes first, then mirror."""

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    def apply(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """`pixels`: [height, width, channels]; gives a contiguous array of its own."""
        if self.transpose:
            pixels = pixels.transpose(1, 0, 2)
        turned = pixels[:: -1 if self.mirror_y else 1, :: -1 if self.mirror_x else 1]
        return np.ascontiguousarray(turned)

    def size(self, width: int, height: int) -> tuple[int, int]:
        return (height, width) if self.transpose else (width, height)

    @property
    def degrees(self) -> int:
        """The clockwise turn, 0, 90, 180 or 270; of a mirrored picture that which is left after unmirroring it."""
        if self.transpose:
            return 90 if self.mirror_x else 270
        return 180 if self.mirror_y else 0


UPRIGHT = Orientation()
CLOCKWISE_90 = Orientation(transpose=True, mirror_x=True)
CLOCKWISE_180 = Orientation(mirror_x=True, mirror_y=True)
CLOCKWISE_270 = Orientation(transpose=True, mirror_y=True)

_TURNS = (UPRIGHT, CLOCKWISE_90, CLOCKWISE_180, CLOCKWISE_270)
_EXIF = {
    2: Orientation(mirror_x=True),
    3: CLOCKWISE_180,
    4: Orientation(mirror_y=True),
    5: Orientation(transpose=True),
    6: CLOCKWISE_90,
    7: Orientation(transpose=True, mirror_x=True, mirror_y=True),
    8: CLOCKWISE_270,
}


def from_matrix(matrix: bytes | None) -> Orientation:
    """From a display matrix (nine 32-bit numbers; ISO 14496-12, 6.2.2). Odd angles go to the nearest right angle."""
    if matrix is None or len(matrix) < 36:
        return UPRIGHT
    a, b, _, c, d = struct.unpack("<5i", matrix[:20])
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Orientation(transpose=True, mirror_x=c < 0, mirror_y=b < 0)
    return Orientation(mirror_x=a < 0, mirror_y=d < 0)


def from_exif(tag: object) -> Orientation:
    """From the Exif tag 0x0112."""
    return _EXIF.get(tag, UPRIGHT) if isinstance(tag, int) else UPRIGHT


def from_clockwise(degrees: float) -> Orientation:
    return _TURNS[round(degrees / 90) % 4]
