"""NanoDet's numbers become boxes: with outputs that are made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from reelwarden.detect.boxes import Floats
from reelwarden.detect.image.objects import BLADE, LABELS, NAMES, Found, Objects, decode
from reelwarden.detect.view import FrameView
from reelwarden.domain import Frame
from reelwarden.models.store import ModelStore

HEIGHT, WIDTH = 256, 416


def outputs(*cells: tuple[int, int, int, str, float, tuple[int, int, int, int]]) -> list[Floats]:
    """Empty outputs, and in each given cell (stride, row, column) a class with a score and four distances in
    strides.
    """
    made = {}
    for stride in (8, 16, 32):
        count = (HEIGHT // stride) * (WIDTH // stride)
        made[stride] = np.zeros((1, count, 80), np.float32), np.zeros((1, count, 44), np.float32)
    for stride, row, column, name, score, reach in cells:
        cell = row * (WIDTH // stride) + column
        made[stride][0][0, cell, NAMES.index(name)] = score
        for side, bins in enumerate(reach):
            made[stride][1][0, cell, side * 11 + bins] = 50.0  # all the probability on one bin
    return [made[s][1] for s in (32, 8, 16)] + [made[s][0] for s in (16, 32, 8)]


def test_there_are_eighty_classes_each_with_a_label() -> None:
    assert len(NAMES) == 80
    assert (NAMES[0], NAMES[39], NAMES[43], NAMES[79]) == ("person", "bottle", "knife", "toothbrush")
    assert set(LABELS.values()) <= set(Objects.tells)


def test_a_cell_becomes_a_box() -> None:
    (found,) = decode(outputs((16, 5, 10, "dog", 0.8, (1, 2, 3, 4))), HEIGHT, WIDTH)
    assert (found.name, found.score) == ("dog", pytest.approx(0.8))
    # centre (10.5, 5.5) x 16 = (168, 88); 1, 2, 3, 4 strides of 16 to the left, top, right, bottom
    assert found.box.tolist() == pytest.approx([152, 56, 216, 152])


def test_weak_cells_are_left_out_and_doubles_suppressed() -> None:
    near = [(8, 10, 10, "car", 0.7, (4, 4, 4, 4)), (8, 10, 11, "car", 0.9, (4, 4, 4, 4))]
    found = decode(outputs(*near, (32, 1, 1, "bus", 0.49, (1, 1, 1, 1))), HEIGHT, WIDTH)
    assert [(f.name, round(f.score, 2)) for f in found] == [("car", 0.9)]


def test_nothing_found() -> None:
    assert decode(outputs(), HEIGHT, WIDTH) == []


@pytest.mark.parametrize(
    ("beside", "score", "said"), [((), 0.8, ""), (("fork",), 0.4, "fork"), (("pizza", "cup"), 0.4, "cup, pizza")]
)
def test_a_knife_at_a_table_counts_half(beside: tuple[str, ...], score: float, said: str) -> None:
    detector = Objects(ModelStore(Path("/nonexistent")), frozenset(Objects.tells))
    frame = FrameView(Frame(0.0, 0.0, np.zeros((100, 100, 3), np.uint8), 100, 100))
    knife = Found("knife", 0.8, np.array([10, 10, 30, 40], np.float32))
    signals = detector._signals(frame, knife, frozenset({"knife", *beside}))
    blade = next(signal for signal in signals if signal.label == BLADE)
    assert (blade.score, blade.evidence.facts["beside"]) == (score, said)
