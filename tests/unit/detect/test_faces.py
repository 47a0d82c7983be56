"""YuNet's numbers become faces, and faces become upright chips."""

from __future__ import annotations

import numpy as np
import pytest

from reelwarden.detect.boxes import Floats
from reelwarden.detect.image.chips import FRAMED, chip, similarity
from reelwarden.detect.image.faces import age, decode

PICTURE = np.zeros((128, 192, 3), np.uint8)


def outputs(stride: int, row: int, column: int, score: float) -> dict[str, Floats]:
    made: dict[str, Floats] = {}
    for each in (8, 16, 32):
        cells = (128 // each) * (192 // each)
        for name, size in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            made[f"{name}_{each}"] = np.zeros((1, cells, size), np.float32)
    cell = row * (192 // stride) + column
    made[f"cls_{stride}"][0, cell], made[f"obj_{stride}"][0, cell] = score, score
    made[f"bbox_{stride}"][0, cell] = (0.5, 0.25, np.log(2), np.log(4))
    made[f"kps_{stride}"][0, cell] = np.arange(10) / 10
    return made


def test_a_cell_becomes_a_face() -> None:
    (face,) = decode(outputs(16, 3, 5, 0.9), PICTURE)
    assert face.score == pytest.approx(0.9)
    # centre (5.5, 3.25) x 16 = (88, 52), 2 x 4 strides large
    assert face.box.tolist() == pytest.approx([72, 20, 104, 84])
    assert face.points[1].tolist() == pytest.approx([(5 + 0.2) * 16, (3 + 0.3) * 16])


def test_unsure_cells_are_no_faces() -> None:
    assert decode(outputs(16, 3, 5, 0.69), PICTURE) == []


@pytest.mark.parametrize(("degrees", "scale", "shift"), [(0, 1.0, (0, 0)), (35, 2.5, (40, -7)), (-120, 0.3, (9, 9))])
def test_similarity_finds_the_turn(degrees: float, scale: float, shift: tuple[float, float]) -> None:
    angle = np.deg2rad(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = FRAMED @ turn.T + shift
    matrix = similarity(FRAMED.astype(np.float32), target)
    assert np.allclose(matrix, np.column_stack([turn, shift]), atol=1e-5)


def test_a_chip_is_upright_whatever_the_face_was() -> None:
    """A picture with coloured points, turned and enlarged, gives the same chip."""
    import cv2

    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)]
    for degrees, size in ((0, 60), (40, 150), (180, 400)):
        angle = np.deg2rad(degrees)
        turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        points = ((FRAMED - 0.5) @ turn.T + 300).astype(np.float32)
        pixels = np.zeros((600, 600, 3), np.uint8)
        for (x, y), colour in zip(points, colours, strict=True):
            cv2.circle(pixels, (round(float(x)), round(float(y))), max(3, size // 14), colour, -1)
        upright = chip(pixels, points, 100)
        for (x, y), colour in zip(FRAMED * 100, colours, strict=True):
            assert np.abs(upright[round(y), round(x)].astype(int) - colour).max() < 60


def test_age_is_told_with_at_least_twenty_years_of_doubt() -> None:
    years = np.zeros(81, np.float32)
    years[30] = 1.0
    score, facts = age(years)
    assert (score, facts) == (1.0, {"years": 30, "from_years": 20, "to_years": 40})
    spread = np.full(81, 1 / 81, np.float32)
    score, facts = age(spread)
    assert score == pytest.approx(21 / 81)
    assert (facts["from_years"], facts["to_years"]) == (8, 72)
