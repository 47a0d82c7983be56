"""Operations of a month: reserved before the work, given back where it took fewer, and never more than the plan has."""

from __future__ import annotations

import calendar
import time
from dataclasses import dataclass

import sqlalchemy as sa

from reelwarden.accounts.statements import upsert
from reelwarden.store import tables

_accounts, _plans, _quotas = tables.accounts.accounts, tables.accounts.plans, tables.accounts.quotas


@dataclass(frozen=True, slots=True)
class OverQuota:
    """The month has no room for so many operations more; it ends at `until`, in seconds since 1970."""

    limit: int
    used: int
    until: float


@dataclass(frozen=True, slots=True)
class Quota:
    """Operations of one month, `2026-11`; `limit` None is no limit. It ends at `until`."""

    month: str
    used: int
    limit: int | None
    until: float

    @property
    def remaining(self) -> int | None:
        return None if self.limit is None else max(self.limit - self.used, 0)


def reserve(connection: sa.Connection, account: str, operations: int, now: float) -> bool:
    """Takes so many operations out of the account's month, or none where there are not enough."""
    if operations < 0:
        raise ValueError("operations are not given back by reserving")
    limit = _limit(account)
    first = sa.select(*_key(account, now), sa.literal(operations, sa.BigInteger)).where(_room(limit, operations))
    insert = upsert(connection, _quotas).from_select(["account", "month", "used"], first)
    more = _quotas.c.used + operations
    statement = insert.on_conflict_do_update(
        index_elements=["account", "month"], set_={"used": more}, where=_room(limit, more)
    )
    return connection.execute(statement.returning(_quotas.c.used)).scalar_one_or_none() is not None


def settle(connection: sa.Connection, account: str, reserved: int, used: int, since: float) -> None:
    """What was reserved at `since` and not used goes back into that month.

    Use beyond what was reserved fills the month up to its limit: the next reservation feels it.
    """
    if used > reserved:
        _fill(connection, account, used - reserved, since)
        return
    left = _quotas.c.used - (reserved - used)
    mine = sa.and_(_quotas.c.account == account, _quotas.c.month == month_of(since))
    connection.execute(sa.update(_quotas).where(mine).values(used=sa.case((left < 0, 0), else_=left)))


def _fill(connection: sa.Connection, account: str, operations: int, since: float) -> None:
    limit, more = _limit(account), _quotas.c.used + operations
    # A plan that shrank below what was used takes nothing back.
    full = sa.case((limit > _quotas.c.used, limit), else_=_quotas.c.used)
    asked = sa.literal(operations, sa.BigInteger)
    first = sa.select(*_key(account, since), sa.case((_room(limit, asked), asked), else_=limit)).where(
        sa.exists().where(_accounts.c.id == account)
    )
    insert = upsert(connection, _quotas).from_select(["account", "month", "used"], first)
    after = sa.case((_room(limit, more), more), else_=full)
    connection.execute(insert.on_conflict_do_update(index_elements=["account", "month"], set_={"used": after}))


def _key(account: str, now: float) -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    return sa.literal(account), sa.literal(month_of(now))


def _limit(account: str) -> sa.ScalarSelect[int | None]:
    return sa.select(_plans.c.monthly_operations).join(_accounts).where(_accounts.c.id == account).scalar_subquery()


def _room(limit: sa.ScalarSelect[int | None], used: int | sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(limit >= used, sa.true())


def quota(connection: sa.Connection, account: str, now: float) -> Quota:
    """The month's state. Zeroes for an account that there is not."""
    month = month_of(now)
    used = sa.select(_quotas.c.used).where(_quotas.c.account == account, _quotas.c.month == month).scalar_subquery()
    query = sa.select(_plans.c.monthly_operations, used).select_from(_accounts.join(_plans))
    row = connection.execute(query.where(_accounts.c.id == account)).one_or_none()
    limit, so_far = row if row else (0, 0)
    return Quota(month, so_far or 0, limit, month_end(now))


def month_of(now: float) -> str:
    """`2026-11`, in UTC."""
    return time.strftime("%Y-%m", time.gmtime(now))


def month_end(now: float) -> float:
    """When the next month begins, in UTC."""
    at = time.gmtime(now)
    year, month = (at.tm_year + 1, 1) if at.tm_mon == 12 else (at.tm_year, at.tm_mon + 1)
    return float(calendar.timegm((year, month, 1, 0, 0, 0)))
