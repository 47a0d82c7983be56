"""One rising clock over time stamps that jump."""

from __future__ import annotations

from reelwarden.media.clock import Clock


def run(spliced: bool, packets: list[tuple[int, float]]) -> list[float]:
    clock = Clock(spliced)
    return [seconds + clock.shift(stream, seconds) for stream, seconds in packets]


def test_ordinary_time_stamps_are_left_alone() -> None:
    packets = [(0, 0.0), (1, 0.02), (0, 0.04), (1, 0.5), (0, 0.08), (0, 400.0)]
    assert run(False, packets) == [seconds for _, seconds in packets]


def test_a_loop_goes_on_instead_of_back() -> None:
    times = [n * 0.5 for n in range(20)]
    out = run(True, [(0, t) for t in times * 3])
    assert out == sorted(out)
    assert out[-1] > 25


def test_all_streams_follow_a_splice() -> None:
    before = [(stream, n * 0.5) for n in range(10) for stream in (0, 1)]
    after = [(stream, 5000 + n * 0.5) for n in range(10) for stream in (0, 1)]
    out = run(True, before + after)
    assert max(out) < 11
    assert abs(out[-1] - out[-2]) < 1


def test_a_long_still_is_believed_where_formats_have_no_splices() -> None:
    assert run(False, [(0, 0.0), (0, 120.0)]) == [0.0, 120.0]
    assert run(True, [(0, 0.0), (0, 120.0)]) == [0.0, 0.0]
