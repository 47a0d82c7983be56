"""What was used: operations and submissions a day, by label and key."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from reelwarden.accounts.statements import upsert
from reelwarden.errors import UsageError
from reelwarden.store import tables
from reelwarden.store.database import Database

SPLITS = ("day", "label", "key")
SUM = ""
"""The label of the row that counts a submission once, however many labels it asked for."""
MOST_DAYS = 800

_usage = tables.accounts.usage


@dataclass(frozen=True, slots=True)
class Used:
    """One row of a report. What it is not split by is None.

    `submissions` of a label are those that asked for it; elsewhere each counts once.
    """

    day: str | None
    label: str | None
    key: str | None
    operations: int
    submissions: int


def count(
    connection: sa.Connection, account: str, key: str, day: date | str, counts: Mapping[str, int], submissions: int = 1
) -> None:
    """Adds to the day what one submission (or so many) used: operations by label (family, or model name).

    Part of the transaction that ends the submission, so that nothing is counted twice.
    """
    rows: list[dict[str, Any]] = [
        {
            "account": account,
            "day": str(day),
            "key": key,
            "label": label,
            "operations": counts.get(label, 0),
            "submissions": submissions,
        }
        # In one order, lest two transactions wait for each other's rows.
        for label in sorted({SUM, *counts})
    ]
    insert = upsert(connection, _usage).values(rows)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["account", "day", "key", "label"],
            set_={name: _usage.c[name] + insert.excluded[name] for name in ("operations", "submissions")},
        )
    )


def report(database: Database, account: str, start: str, end: str, by: Collection[str] = ("day",)) -> list[Used]:
    """What the account used from one day to another, both included, split by day, label, key or several of them.

    Raises UsageError for days that are none.
    """
    _check(start, end, by)
    columns = [_usage.c[name] for name in SPLITS if name in by]
    counted = _usage.c.submissions if "label" in by else sa.case((_usage.c.label == SUM, _usage.c.submissions), else_=0)
    query = (
        sa.select(*columns, sa.func.sum(_usage.c.operations), sa.func.sum(counted))
        .where(_usage.c.account == account, _usage.c.day >= start, _usage.c.day <= end)
        .group_by(*columns)
        .order_by(*columns)
    )
    if "label" in by:
        query = query.where(_usage.c.label != SUM)
    with database.read() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    names = [column.name for column in columns]
    return [_used(dict(zip(names, row, strict=False)), *row[-2:]) for row in rows if row[-1] is not None]


def day_of(now: float) -> str:
    """`2026-11-23`, in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(now))


def last_days(now: float, days: int) -> tuple[str, str]:
    """The first and the last of so many days, today included."""
    today = date.fromisoformat(day_of(now))
    return (today - timedelta(days=days - 1)).isoformat(), today.isoformat()


def _check(start: str, end: str, by: Collection[str]) -> None:
    if wrong := sorted(set(by) - set(SPLITS)):
        raise UsageError(f"usage cannot be split by {', '.join(wrong)}", "there are day, label and key")
    try:
        days = (date.fromisoformat(end) - date.fromisoformat(start)).days
    except ValueError as error:
        raise UsageError("a day is written 2026-11-23") from error
    if start != date.fromisoformat(start).isoformat() or end != date.fromisoformat(end).isoformat():
        raise UsageError("a day is written 2026-11-23")
    if not 0 <= days < MOST_DAYS:
        raise UsageError(f"a report covers 1 to {MOST_DAYS} days, not {days + 1}")


def _used(split: Mapping[str, str], operations: int, submissions: int) -> Used:
    return Used(split.get("day"), split.get("label"), split.get("key"), int(operations), int(submissions))
