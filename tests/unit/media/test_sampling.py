"""Plans are values: a table of what each wants."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwarden.errors import UsageError
from reelwarden.media.sampling import (
    LAST,
    ByDuration,
    Count,
    Every,
    KeyFrames,
    Plan,
    choose,
    needs_duration,
    parse_seconds,
    slack,
)


def first(plan: Plan, duration: float | None, number: int = 5) -> list[float]:
    return list(islice(plan.instants(duration), number))


def test_every_is_a_product_not_a_sum() -> None:
    assert list(islice(Every(0.1).instants(None), 1000))[999] == pytest.approx(99.9, abs=1e-9)


@pytest.mark.parametrize(
    ("frames", "duration", "wanted"),
    [
        (1, 10.0, [0.0]),
        (2, 10.0, [0.0, LAST]),
        (5, 10.0, [0.0, 2.0, 4.0, 6.0, LAST]),  # spaced by 10 / 5
        (3, 10.0, [0.0, 3.333, LAST]),  # 3.3333… rounded to 3 decimals
        (4, 0.0, [0.0, 0.0, 0.0, LAST]),
        (3, None, [0.0, 5.0, 10.0]),  # unknown duration: the step that it falls back to
    ],
)
def test_count_has_the_first_and_the_last(frames: int, duration: float | None, wanted: list[float]) -> None:
    assert first(Count(frames), duration, 3 if duration is None else 99) == wanted


@given(st.integers(1, 500), st.floats(0.01, 1e5))
def test_count_gives_as_many_as_asked(frames: int, duration: float) -> None:
    wanted = list(Count(frames).instants(duration))
    assert len(wanted) == frames
    assert wanted == sorted(wanted)


@pytest.mark.parametrize(("duration", "step"), [(1, 1), (300, 1), (300.1, 5), (600, 5), (601, 10), (None, 7)])
def test_the_duration_table(duration: float | None, step: float) -> None:
    plan = ByDuration((300, 600), (1, 5, 10), otherwise=Every(7))
    assert first(plan, duration, 3) == [0, step, 2 * step]
    assert slack(plan, duration) == pytest.approx(step / 10)


@pytest.mark.parametrize(
    ("count", "table", "every", "plan"),
    [
        (10, ((300,), (1, 5)), 2.0, Count(10, Every(2.0))),
        (0, ((300,), (1, 5)), 2.0, ByDuration((300,), (1, 5), Every(2.0))),
        (None, ((300,), (1, 5)), None, ByDuration((300,), (1, 5), Every(5.0))),
        (None, None, 2.0, Every(2.0)),
        (-1, None, None, Every(5.0)),
    ],
)
def test_a_count_goes_before_a_table_before_a_step(count, table, every, plan) -> None:  # type: ignore[no-untyped-def]
    assert choose(count, table, every) == plan


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1),
        ("500ms", 0.5),
        ("0.5", 0.5),
        (".5", 0.5),
        ("2m", 120),
        ("1h", 3600),
        (" 3 S ", 3),
        ("2min", 120),
    ],
)
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert parse_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "s", "-1s", "0", "0ms", "1d", "1e3", "nan", "inf", "1 s s", "１s"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(UsageError):
        parse_seconds(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Every(0),
        lambda: Every(float("nan")),
        lambda: Count(0),
        lambda: ByDuration((1, 2), (1, 2)),
        lambda: ByDuration((2, 1), (1, 2, 3)),
        lambda: ByDuration((1,), (1, 0)),
    ],
)
def test_impossible_plans_are_refused(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError):
        make()


def test_only_two_plans_ask_for_the_duration() -> None:
    assert [needs_duration(p) for p in (Every(1), Count(2), ByDuration((), (1,)), KeyFrames())] == [
        False,
        True,
        True,
        False,
    ]
    assert slack(Count(3), 10) == slack(KeyFrames(), 10) == 0
