from __future__ import annotations

import numpy as np
import pytest

from reelwarden.detect.view import FrameView
from reelwarden.domain import Frame


def view(height: int, width: int) -> FrameView:
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    return FrameView(Frame(0.0, 0.0, pixels, width, height))


@pytest.mark.parametrize(
    ("size", "side", "fitted"),
    [
        ((720, 1280), 640, (360, 640)),
        ((1280, 720), 640, (640, 360)),
        ((100, 200), 640, (100, 200)),  # never enlarged
        ((1, 5000), 640, (1, 640)),  # a side never becomes 0
        ((1, 1), 224, (1, 1)),
    ],
)
def test_fit_keeps_the_shape(size: tuple[int, int], side: int, fitted: tuple[int, int]) -> None:
    assert view(*size).fit(side).shape[:2] == fitted


def test_square_stretches() -> None:
    assert view(30, 50).square(224).shape == (224, 224, 3)


def test_sizes_are_made_once_and_cannot_be_written_to() -> None:
    seen = view(720, 1280)
    small = seen.square(224)
    assert seen.square(224) is small
    with pytest.raises(ValueError, match="read-only"):
        small[0, 0] = 0


def test_sizes_do_not_depend_on_what_was_asked_before() -> None:
    """Otherwise a score would depend on which other labels were asked."""
    one, other = view(720, 1280), view(720, 1280)
    other.fit(640)
    other.fit(416)
    assert np.array_equal(one.square(224), other.square(224))


def test_once_runs_once_a_frame() -> None:
    seen, calls = view(4, 4), []
    for _ in range(3):
        assert seen.once("model", lambda: calls.append(1) or len(calls)) == 1
    assert calls == [1]
