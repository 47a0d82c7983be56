"""What was used is counted once, and split as it is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from reelwarden.accounts import metering
from reelwarden.accounts.accounts import Account
from reelwarden.accounts.metering import Used, count, report
from reelwarden.errors import UsageError
from reelwarden.store.database import Database

DAYS = ("2026-11-22", "2026-11-23")


@pytest.fixture
def used(planned: Database, account: Account) -> Database:
    with planned.begin() as connection:
        count(connection, account.id, "key_a", DAYS[0], {"nudity": 30, "weapon": 30})
        count(connection, account.id, "key_a", date(2026, 11, 23), {"nudity": 10})
        count(connection, account.id, "key_b", DAYS[1], {"weapon": 5, "text": 2})
        count(connection, account.id, "key_b", DAYS[1], {"weapon": 1}, submissions=3)
    return planned


def test_a_report_is_split_as_asked(used: Database, account: Account) -> None:
    labels = [("nudity", 40, 2), ("text", 2, 1), ("weapon", 36, 5)]
    reports: dict[tuple[str, ...], list[Used]] = {
        ("day",): [Used(DAYS[0], None, None, 60, 1), Used(DAYS[1], None, None, 18, 5)],
        ("key",): [Used(None, None, "key_a", 70, 2), Used(None, None, "key_b", 8, 4)],
        ("label",): [Used(None, label, None, operations, times) for label, operations, times in labels],
        (): [Used(None, None, None, 78, 6)],
        ("key", "day"): [
            Used(DAYS[0], None, "key_a", 60, 1),
            Used(DAYS[1], None, "key_a", 10, 1),
            Used(DAYS[1], None, "key_b", 8, 4),
        ],
    }
    assert {by: report(used, account.id, *DAYS, by=by) for by in reports} == reports


def test_all_three_ways_at_once(used: Database, account: Account) -> None:
    rows = report(used, account.id, *DAYS, by=metering.SPLITS)
    assert (len(rows), sum(row.operations for row in rows)) == (5, 78)


def test_only_the_days_asked_for_and_only_the_own_account(used: Database, account: Account) -> None:
    assert report(used, account.id, DAYS[0], DAYS[0], by=()) == [Used(None, None, None, 60, 1)]
    assert report(used, account.id, "2026-11-24", "2026-12-24") == []
    assert report(used, account.id, "2026-11-24", "2026-12-24", by=()) == []
    assert report(used, "acc_other", *DAYS) == []


@pytest.mark.parametrize(
    ("start", "end", "by"),
    [
        ("2026-11-23", "2026-11-22", ()),
        ("2026-02-30", "2026-11-22", ()),
        ("20261101", "2026-11-22", ()),
        ("today", "2026-11-22", ()),
        ("2020-01-01", "2026-11-22", ()),
        ("2026-11-22", "2026-11-22", ("week",)),
    ],
)
def test_impossible_reports_are_refused(start: str, end: str, by: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        report(Database("sqlite:////nonexistent/never.db"), "acc", start, end, by=by)


def test_days_are_those_of_utc() -> None:
    assert metering.day_of(1795449600.0 - 0.001 + 86400 / 3) == "2026-11-23"
    assert metering.last_days(1795449600.0, 30) == ("2026-10-25", "2026-11-23")
    assert metering.last_days(1795449600.0, 1) == ("2026-11-23", "2026-11-23")
