"""The schedules, as the vendors publish them, and what a receiver may say about them."""

from __future__ import annotations

import pytest

from reelwarden.deliver.schedules import SCHEDULES, asked_wait, has_arrived, next_wait, schedule_of
from reelwarden.errors import UsageError

NATIVE, DEEPCLEER = SCHEDULES["native"], SCHEDULES["deepcleer"]


@pytest.mark.parametrize(
    ("dialect", "attempts", "seconds", "limit"),
    [
        ("native", 10, 5 + 300 + 1800 + 3600 * (2 + 5 + 10 + 14 + 20 + 24), 15),
        ("sightengine", 10, 5 + 300 + 1800 + 3600 * (2 + 5 + 10 + 14 + 20 + 24), 15),
        ("deepengin", 10, 5 + 300 + 1800 + 3600 * (2 + 5 + 10 + 14 + 20 + 24), 15),
        ("deepcleer", 20, 1505, 5),
        ("deepcleer.stream", 13, 390, 5),
        ("moderationapi", 5, 5 + 30 + 180 + 1080, 5),
    ],
)
def test_how_often_how_long_and_how_patiently(dialect: str, attempts: int, seconds: float, limit: float) -> None:
    schedule = schedule_of(dialect)
    assert (schedule.attempts, sum(schedule.waits), schedule.limit) == (attempts, seconds, limit)


def test_deepcleer_s_list_is_exact() -> None:
    waits = [next_wait(DEEPCLEER, attempt, 500, 9999.0, chance=0.99) for attempt in range(1, 21)]
    assert waits == [5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, *[120] * 7, None]


@pytest.mark.parametrize(
    ("dialect", "arrived", "not_arrived"),
    [
        ("native", [200, 201, 204, 299], [100, 199, 300, 302, 304, 400, 410, 429, 500]),
        ("sightengine", [200, 204], [301, 304, 404, 503]),
        ("deepengin", [200, 202], [302, 500]),
        ("deepcleer", [200], [201, 202, 204, 302, 500]),
        ("deepcleer.stream", [200], [201]),
        ("moderationapi", [200, 204], [302, 410, 500]),
    ],
)
def test_what_counts_as_arrived(dialect: str, arrived: list[int], not_arrived: list[int]) -> None:
    schedule = schedule_of(dialect)
    assert [status for status in arrived if not has_arrived(schedule, status)] == []
    assert [status for status in (None, *not_arrived) if has_arrived(schedule, status)] == []


def test_a_wait_grows_by_its_jitter_and_never_shrinks() -> None:
    assert next_wait(NATIVE, 1, 500, chance=0.0) == 5
    assert next_wait(NATIVE, 1, 500, chance=0.5) == pytest.approx(5.25)
    assert next_wait(NATIVE, 9, None, chance=0.999) == pytest.approx(24 * 3600 * 1.0999)
    assert next_wait(NATIVE, 10, 500) is None


def test_only_the_native_schedule_heeds_the_receiver() -> None:
    assert next_wait(NATIVE, 1, 410) is None
    assert next_wait(NATIVE, 1, 503, 60.0) == 60
    assert next_wait(NATIVE, 2, 503, 60.0) == 300, "a shorter wait than the schedule's is not for them to ask"
    assert next_wait(NATIVE, 1, 429, 1e9) == 24 * 3600, "nor one without end"
    for dialect in ("sightengine", "deepengin", "moderationapi"):
        assert next_wait(schedule_of(dialect), 1, 410, 60.0) == 5


def test_the_pace_is_a_factor_on_every_wait() -> None:
    assert next_wait(DEEPCLEER, 19, 500, pace=0.01) == pytest.approx(1.2)
    assert next_wait(NATIVE, 1, 503, 60.0, pace=0.5) == 30


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 86399),
        ("Fri, 31 Dec 1999 00:00:00 -0000", 0),
        ("Thu, 30 Dec 1999 00:00:00 GMT", 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("٣", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
    ],
)
def test_what_retry_after_asks_for(header: str | None, seconds: float | None) -> None:
    assert asked_wait(header, now=946598400.0) == seconds


def test_a_dialect_without_a_schedule_is_named() -> None:
    with pytest.raises(UsageError, match="'other'"):
        schedule_of("other")
