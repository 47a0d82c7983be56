"""A month's operations are never more than the plan has, and what was not used comes back."""

from __future__ import annotations

import calendar
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelwarden.accounts.caller import Caller
from reelwarden.accounts.quota import month_end, month_of, quota, reserve, settle
from reelwarden.store.database import Database

NOW = 1_800_000_000.0  # 2027-01-15


def utc(*parts: int) -> float:
    return float(calendar.timegm((*parts, 0, 0, 0)))


@pytest.mark.parametrize(
    ("now", "month", "end"),
    [
        (utc(2026, 11, 23), "2026-11", utc(2026, 12, 1)),
        (utc(2026, 12, 1) - 1e-3, "2026-11", utc(2026, 12, 1)),
        (utc(2026, 12, 31), "2026-12", utc(2027, 1, 1)),
        (utc(2028, 2, 29), "2028-02", utc(2028, 3, 1)),
    ],
)
def test_months_are_those_of_utc(now: float, month: str, end: float) -> None:
    assert (month_of(now), month_end(now)) == (month, end)


def test_never_over_and_each_month_anew(planned: Database, make_caller: Callable[..., Caller]) -> None:
    account = make_caller("ten", monthly_operations=10).account
    with planned.begin() as connection:
        answers = [reserve(connection, account, n, NOW) for n in (11, 6, 5, 4, 1, 0)]
        assert answers == [False, True, False, True, False, True]
        assert reserve(connection, account, 10, NOW + 31 * 86400)
        assert not reserve(connection, account, 11, NOW + 62 * 86400)
        state = quota(connection, account, NOW)
    assert (state.month, state.used, state.limit, state.remaining) == ("2027-01", 10, 10, 0)
    assert state.until == utc(2027, 2, 1)


def test_without_a_limit_it_only_counts(planned: Database, make_caller: Callable[..., Caller]) -> None:
    account = make_caller("endless").account
    with planned.begin() as connection:
        assert reserve(connection, account, 10**12, NOW)
        assert reserve(connection, account, 1, NOW)
        settle(connection, account, 1, 5, NOW)
        state = quota(connection, account, NOW)
    assert (state.used, state.limit, state.remaining) == (10**12 + 5, None, None)


def test_what_was_not_used_goes_back_into_the_month_it_came_from(
    planned: Database, make_caller: Callable[..., Caller]
) -> None:
    account = make_caller("hundred", monthly_operations=100).account
    with planned.begin() as connection:
        reserve(connection, account, 60, NOW)
        reserve(connection, account, 60, NOW + 31 * 86400)
        settle(connection, account, 60, 10, NOW)
        assert [quota(connection, account, at).used for at in (NOW, NOW + 31 * 86400)] == [10, 60]
        settle(connection, account, 60, 0, NOW)
        assert quota(connection, account, NOW).used == 0


def test_use_beyond_the_reservation_fills_up_to_the_limit(
    planned: Database, make_caller: Callable[..., Caller]
) -> None:
    account = make_caller("hundred", monthly_operations=100).account
    with planned.begin() as connection:
        reserve(connection, account, 60, NOW)
        settle(connection, account, 60, 90, NOW)
        assert quota(connection, account, NOW).used == 90
        settle(connection, account, 0, 90, NOW)
        assert quota(connection, account, NOW).used == 100
        assert not reserve(connection, account, 1, NOW)


def test_what_nobody_reserved_is_counted_too(planned: Database, make_caller: Callable[..., Caller]) -> None:
    account = make_caller("hundred", monthly_operations=100).account
    with planned.begin() as connection:
        settle(connection, account, 0, 30, NOW)
        settle(connection, account, 0, 300, NOW + 31 * 86400)
        settle(connection, "acc_none", 0, 1, NOW)
        assert [quota(connection, account, at).used for at in (NOW, NOW + 31 * 86400)] == [30, 100]


def test_a_smaller_plan_takes_nothing_back(planned: Database, make_caller: Callable[..., Caller]) -> None:
    from reelwarden.accounts import accounts

    account = make_caller("hundred", monthly_operations=5000).account
    with planned.begin() as connection:
        reserve(connection, account, 4000, NOW)
        accounts.change_plan(connection, account, "free")
        assert not reserve(connection, account, 1, NOW)
        settle(connection, account, 0, 7, NOW)
        state = quota(connection, account, NOW)
    assert (state.used, state.remaining) == (4000, 0)


def test_nobody_reserves_less_than_nothing(planned: Database, make_caller: Callable[..., Caller]) -> None:
    account = make_caller("any").account
    with planned.begin() as connection, pytest.raises(ValueError, match="given back"):
        reserve(connection, account, -1, NOW)


names = iter(range(10**9))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    limit=st.integers(0, 30),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 12), st.integers(0, 12)), max_size=15),
)
def test_whatever_happens_the_month_is_not_over(
    planned: Database,
    make_caller: Callable[..., Caller],
    limit: int,
    steps: list[tuple[bool, int, int]],
) -> None:
    account = make_caller(f"n{next(names)}", monthly_operations=limit).account
    with planned.begin() as connection:
        for reserves, n, used in steps:
            before = quota(connection, account, NOW).used
            if reserves:
                assert reserve(connection, account, n, NOW) is (before + n <= limit)
            else:
                settle(connection, account, n, used, NOW)
            assert 0 <= quota(connection, account, NOW).used <= limit
