"""Overtaken pictures of a live stream are left out; what stays on the screen is looked at all the same."""

from __future__ import annotations

import numpy as np

from reelwarden.domain import AudioChunk, Frame
from reelwarden.jobs.fresh import Fresh


def picture(time: float, same_as: float | None = None) -> Frame:
    pixels = np.full((4, 4, 3) if same_as is None else (0, 0, 3), int(time), np.uint8)
    return Frame(time, time, pixels, 4, 4, same_as)


def taken(pieces: list[Frame | AudioChunk], behind: dict[float, float]) -> tuple[list[Frame], int]:
    """The frames that are handed on when each is taken so many seconds after it was due, and the count of others."""
    fresh = Fresh(pieces, lambda instant: behind.get(instant, 0.0))
    return [found for found in fresh if isinstance(found, Frame)], fresh.skipped


def test_nothing_is_left_out_in_time() -> None:
    found, skipped = taken([picture(0.0), picture(1.0), picture(2.0)], {0.0: -6.0, 1.0: 0.1, 2.0: 1.9})
    assert [frame.time for frame in found] == [0.0, 1.0, 2.0]
    assert skipped == 0


def test_what_was_due_two_seconds_ago_is_left_out() -> None:
    found, skipped = taken([picture(0.0), picture(1.0), picture(2.0), picture(3.0)], {1.0: 2.1, 2.0: 1.1})
    assert [frame.time for frame in found] == [0.0, 2.0, 3.0]
    assert skipped == 1


def test_sound_is_never_left_out() -> None:
    sound = AudioChunk(1.0, np.zeros(160, np.float32))
    assert sound in list(Fresh([picture(0.0), sound], lambda instant: 60.0))


def test_what_stays_on_the_screen_is_looked_at_once() -> None:
    pieces = [picture(0.0), picture(1.0), picture(2.0, 1.0), picture(3.0, 1.0), picture(4.0)]
    found, skipped = taken([*pieces], {1.0: 3.0})
    assert [(frame.time, frame.same_as) for frame in found] == [(0.0, None), (2.0, None), (3.0, 2.0), (4.0, None)]
    assert found[1].pixels[0, 0, 0] == 1, "the pixels of the one that was left out"
    assert skipped == 1
