from __future__ import annotations

import numpy as np
import pytest

from reelwarden.detect.boxes import letterbox, ratio_box, suppress
from reelwarden.detect.view import FrameView
from reelwarden.domain import Box, Frame


def white(height: int, width: int) -> FrameView:
    return FrameView(Frame(0.0, 0.0, np.full((height, width, 3), 255, np.uint8), width, height))


def test_boxes_are_cut_to_the_picture_and_put_in_order() -> None:
    assert ratio_box(np.array([-5, 20, 110, 70], np.float32), 100, 80) == Box(0.0, 0.25, 1.0, 0.875)
    assert ratio_box(np.array([50, 80, 25, 40], np.float32), 100, 80) == Box(0.25, 0.5, 0.5, 1.0)


def test_suppress_keeps_the_best_of_each_class() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 1, 10, 10], [0, 0, 10, 10], [50, 50, 60, 60]], np.float32)
    scores = np.array([0.6, 0.9, 0.7, 0.8], np.float32)
    classes = np.array([1, 1, 2, 1])
    assert suppress(boxes, scores, classes, 0.5).tolist() == [1, 3, 2]


def test_suppress_of_nothing() -> None:
    empty = np.empty((0, 4), np.float32)
    assert suppress(empty, np.empty(0, np.float32), np.empty(0, np.int64), 0.5).tolist() == []


@pytest.mark.parametrize(
    ("shape", "size"),
    [((1, 3, 416, 416), (416, 416)), ((1, 3, "height", "width"), (256, 416)), ((1, 3, None, None), (256, 416))],
)
def test_letterbox_pads_to_the_models_size_or_to_its_stride(
    shape: tuple[int | str | None, ...], size: tuple[int, int]
) -> None:
    padded, scale = letterbox(white(720, 1280), 416, shape)
    assert padded.shape[:2] == size
    assert scale == pytest.approx(416 / 1280)
    assert padded[:234].min() == 255
    assert padded[234:].max() == 0
