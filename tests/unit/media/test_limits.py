"""Each limit has an error that names it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reelwarden.errors import LimitExceeded
from reelwarden.media import limits
from reelwarden.media.limits import Limits

SMALL = Limits(max_bytes=10, max_pixels=100, max_duration=5, max_streams=2, max_packets_per_second=10, max_frames=3)


@pytest.mark.parametrize(
    ("name", "within", "beyond"),
    [
        ("bytes", lambda: limits.check_bytes(10, SMALL), lambda: limits.check_bytes(11, SMALL)),
        ("pixels", lambda: limits.check_pixels(10, 10, SMALL), lambda: limits.check_pixels(101, 1, SMALL)),
        ("duration", lambda: limits.check_duration(5, SMALL), lambda: limits.check_duration(5.1, SMALL)),
        ("streams", lambda: limits.check_streams(2, SMALL), lambda: limits.check_streams(3, SMALL)),
        ("packets", lambda: limits.check_packets(110, 1, SMALL), lambda: limits.check_packets(111, 1, SMALL)),
        ("frames", lambda: limits.check_frames(3, SMALL), lambda: limits.check_frames(4, SMALL)),
    ],
)
def test_over_a_limit(name: str, within: Callable[[], None], beyond: Callable[[], None]) -> None:
    within()
    with pytest.raises(LimitExceeded) as raised:
        beyond()
    assert raised.value.limit == name
    assert "\n" not in str(raised.value)


def test_time_grows_with_the_media() -> None:
    allowed = Limits(cpu_seconds=10, cpu_per_media_second=2, wall_seconds=5, wall_per_media_second=1)
    assert (allowed.cpu_allowed(0), allowed.cpu_allowed(60)) == (10, 130)
    assert (allowed.wall_allowed(0), allowed.wall_allowed(60)) == (5, 65)
