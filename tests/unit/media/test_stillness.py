"""When a picture counts as the one before."""

from __future__ import annotations

import numpy as np

from reelwarden.media.stillness import SIDE, Stillness, StillnessFilter, Thumbnail


def picture(level: int = 100) -> Thumbnail:
    return np.full((SIDE, SIDE), level, np.uint8)


def test_the_same_picture_is_told_by_the_time_of_the_analysed_one() -> None:
    still = StillnessFilter(Stillness())
    assert [still.same_as(t, picture()) for t in (0.0, 1.0, 2.0)] == [None, 0.0, 0.0]


def test_it_is_looked_at_again_after_a_while() -> None:
    still = StillnessFilter(Stillness(recheck=10))
    told = [still.same_as(float(t), picture()) for t in range(0, 25, 5)]
    assert told == [None, 0.0, None, 10.0, None]


def test_a_change_over_the_whole_picture() -> None:
    still = StillnessFilter(Stillness(mean=1.5))
    assert still.same_as(0, picture(100)) is None
    assert still.same_as(1, picture(101)) == 0
    assert still.same_as(2, picture(102)) is None


def test_slow_change_adds_up_against_the_analysed_picture() -> None:
    still = StillnessFilter(Stillness())
    told = [still.same_as(t / 10, picture(100 + t)) for t in range(5)]
    assert told == [None, 0.0, None, 0.2, None]


def test_a_small_caption_counts() -> None:
    small = picture()
    small[4:8, 8:12] = 160
    assert abs(small.astype(int) - 100).mean() < 1.5
    still = StillnessFilter(Stillness())
    assert [still.same_as(0, picture()), still.same_as(1, small)] == [None, None]


def test_without_a_rule_every_picture_is_looked_at() -> None:
    still = StillnessFilter(None)
    assert [still.same_as(t, picture()) for t in (0, 1)] == [None, None]
