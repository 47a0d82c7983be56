"""Every display matrix and Exif tag turns a picture of four corners as it should."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from reelwarden.media.orientation import from_clockwise, from_exif, from_matrix

CORNERS = np.array([[1, 2], [3, 4]], np.uint8)[:, :, None]


def turned(orientation) -> list[list[int]]:  # type: ignore[no-untyped-def]
    return orientation.apply(CORNERS)[:, :, 0].tolist()


@pytest.mark.parametrize(
    ("a", "b", "c", "d", "corners", "degrees"),
    [
        (1, 0, 0, 1, [[1, 2], [3, 4]], 0),
        (0, 1, -1, 0, [[3, 1], [4, 2]], 90),
        (-1, 0, 0, -1, [[4, 3], [2, 1]], 180),
        (0, -1, 1, 0, [[2, 4], [1, 3]], 270),
        (-1, 0, 0, 1, [[2, 1], [4, 3]], 0),  # mirrored
        (1, 0, 0, -1, [[3, 4], [1, 2]], 180),
        (0, 1, 1, 0, [[1, 3], [2, 4]], 270),
        (0, -1, -1, 0, [[4, 2], [3, 1]], 90),
    ],
)
def test_display_matrices(a: int, b: int, c: int, d: int, corners: list[list[int]], degrees: int) -> None:
    one = 1 << 16
    orientation = from_matrix(struct.pack("<9i", a * one, b * one, 0, c * one, d * one, 0, 7, 7, 1 << 30))
    assert turned(orientation) == corners
    assert orientation.degrees == degrees
    assert orientation.size(20, 10) == ((10, 20) if orientation.transpose else (20, 10))


@pytest.mark.parametrize(
    ("tag", "corners"),
    [
        (1, [[1, 2], [3, 4]]),
        (2, [[2, 1], [4, 3]]),
        (3, [[4, 3], [2, 1]]),
        (4, [[3, 4], [1, 2]]),
        (5, [[1, 3], [2, 4]]),
        (6, [[3, 1], [4, 2]]),
        (7, [[4, 2], [3, 1]]),
        (8, [[2, 4], [1, 3]]),
        ("6", [[1, 2], [3, 4]]),
        (99, [[1, 2], [3, 4]]),
    ],
)
def test_exif(tag: object, corners: list[list[int]]) -> None:
    assert turned(from_exif(tag)) == corners


@pytest.mark.parametrize("matrix", [None, b"", bytes(36), b"\xff" * 36])
def test_what_is_no_matrix_keeps_the_picture_whole(matrix: bytes | None) -> None:
    assert sorted(corner for row in turned(from_matrix(matrix)) for corner in row) == [1, 2, 3, 4]


def test_angles() -> None:
    assert [from_clockwise(angle).degrees for angle in (0, 88, 180, -90, 360)] == [0, 90, 180, 270, 0]
