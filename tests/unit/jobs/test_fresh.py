"""Overtaken pictures of a live stream are left out; what stays on the screen is looked at all the same."""

from __future__ import annotations

import numpy as np

from reelwarden.domain import AudioChunk, Frame
from reelwarden.jobs.fresh import Fresh

BYTES = 4 * 4 * 3


def picture(time: float, same_as: float | None = None) -> Frame:
    pixels = np.full((4, 4, 3) if same_as is None else (0, 0, 3), int(time), np.uint8)
    return Frame(time, time, pixels, 4, 4, same_as)


def sound(time: float, samples: int) -> AudioChunk:
    return AudioChunk(time, np.zeros(samples, np.float32))


def taken(pieces: list[Frame | AudioChunk], waiting: list[int]) -> tuple[list[Frame], int]:
    """The frames that are handed on when so many bytes wait behind each frame with pixels, and the count of others."""
    fresh = Fresh(pieces, lambda: waiting.pop(0))
    return [found for found in fresh if isinstance(found, Frame)], fresh.skipped


def test_nothing_is_left_out_while_the_pipe_is_empty() -> None:
    found, skipped = taken([picture(0.0), picture(1.0), picture(2.0)], [0, BYTES, 2 * BYTES - 1])
    assert [frame.time for frame in found] == [0.0, 1.0, 2.0]
    assert skipped == 0


def test_what_two_seconds_of_pictures_have_overtaken_is_left_out() -> None:
    found, skipped = taken([picture(0.0), picture(1.0), picture(2.0), picture(3.0)], [0, 2 * BYTES, BYTES, 0])
    assert [frame.time for frame in found] == [0.0, 2.0, 3.0]
    assert skipped == 1


def test_many_pictures_of_a_moment_ago_are_no_delay() -> None:
    found, skipped = taken([picture(0.0), picture(0.1), picture(0.2)], [0, 6 * BYTES, 6 * BYTES])
    assert len(found) == 3
    assert skipped == 0


def test_the_sound_between_pictures_is_none_of_them() -> None:
    pieces = [picture(0.0), sound(0.0, BYTES), picture(1.0)]
    assert taken(pieces, [0, 5 * BYTES])[1] == 0, "one picture and its sound"
    assert taken(pieces, [0, 10 * BYTES])[1] == 1


def test_what_stays_on_the_screen_is_looked_at_once() -> None:
    pieces = [picture(0.0), picture(1.0), picture(2.0, 1.0), picture(3.0, 1.0), picture(4.0)]
    found, skipped = taken([*pieces], [0, 3 * BYTES, 0, 0])
    assert [(frame.time, frame.same_as) for frame in found] == [(0.0, None), (2.0, None), (3.0, 2.0), (4.0, None)]
    assert found[1].pixels[0, 0, 0] == 1, "the pixels of the one that was left out"
    assert skipped == 1
