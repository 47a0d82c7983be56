"""What a plan keeps an account from: too many requests a second, too many submissions at a time.

Refusals are values. Every check is one statement, or made under a lock that lasts as long as the transaction, so that
it holds between any number of processes.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reelwarden.accounts.bucket import Bucket, Granted, Rate, TooFast, decide, granted
from reelwarden.accounts.caller import Caller
from reelwarden.accounts.quota import OverQuota, quota, reserve
from reelwarden.store import tables
from reelwarden.store.database import Database

__all__ = ["Granted", "OverQuota", "Rate", "Started", "TooFast", "TooMany", "rate_of", "start_submission", "take"]

STREAM = "stream"
UNENDED = ("accepted", "running")

_accounts, _buckets = tables.accounts.accounts, tables.accounts.buckets
_submissions = tables.submissions.submissions


@dataclass(frozen=True, slots=True)
class Started:
    """The submission may be inserted, in this same transaction."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """`running` submissions (or streams) have not ended, and `limit` is all that the plan allows."""

    limit: int
    running: int
    streams: bool


def take(
    database: Database,
    caller: Caller,
    now: float | None = None,
    *,
    cost: float = 1.0,
    rate: Rate | None = None,
    bucket: str = "requests",
) -> Granted | TooFast:
    """One request of the account's rate; all its keys share it.

    A dialect with a rule of its own gives its rate and a bucket name beside the plan's.
    """
    rate = rate or rate_of(caller)
    if rate is None:
        return Granted()
    now = time.time() if now is None else now
    name = f"{caller.account}:{bucket}"
    if cost <= rate.burst:
        with database.begin() as connection:
            left = connection.execute(_taking(database, name, rate, now, cost)).scalar_one_or_none()
        if left is not None:
            return granted(left, rate)
    return _refusal(database, name, rate, now, cost)


def rate_of(caller: Caller) -> Rate | None:
    plan = caller.plan
    if plan.requests_per_second is None:
        return None
    return Rate(plan.requests_per_second, max(plan.burst, 1))


def start_submission(
    connection: sa.Connection, caller: Caller, source: str, operations: int = 0, now: float | None = None
) -> Started | TooMany | OverQuota:
    """Whether the plan has room for one submission more (`source` is upload, url or stream), and for its operations,
    which are reserved: 0 where nobody knows yet, and then the month must only not be used up.

    The transaction must go on to insert the row: only then does the next one see it.
    """
    now = time.time() if now is None else now
    streams = source == STREAM
    limit = caller.plan.concurrent_streams if streams else caller.plan.concurrent_submissions
    if limit is not None:
        # On PostgreSQL two transactions would each count without the other's row; SQLite has one writer anyway.
        own = sa.select(_accounts.c.id).where(_accounts.c.id == caller.account)
        connection.execute(own.with_for_update(key_share=True))
        running = _running(connection, caller.account, streams)
        if running >= limit:
            return TooMany(limit, running, streams)
    return _reserved(connection, caller, operations, now)


def _reserved(connection: sa.Connection, caller: Caller, operations: int, now: float) -> Started | OverQuota:
    if caller.plan.monthly_operations is None and not operations:
        return Started()
    if operations and reserve(connection, caller.account, operations, now):
        return Started()
    said = quota(connection, caller.account, now)
    if not operations and (said.remaining is None or said.remaining > 0):
        return Started()
    return OverQuota(said.limit or 0, said.used, said.until)


def _running(connection: sa.Connection, account: str, streams: bool) -> int:
    kind = _submissions.c.source == STREAM if streams else _submissions.c.source != STREAM
    unended = sa.and_(_submissions.c.account == account, _submissions.c.state.in_(UNENDED), kind)
    return connection.execute(sa.select(sa.func.count()).select_from(_submissions).where(unended)).scalar_one()


def _taking(database: Database, name: str, rate: Rate, now: float, cost: float) -> Any:
    """`bucket.decide` as one statement; no row comes back from a bucket that has not enough."""
    least, greatest = (sa.func.min, sa.func.max) if database.is_sqlite else (sa.func.least, sa.func.greatest)
    passed = greatest(now - _buckets.c.filled, 0.0)
    there = least(rate.burst, _buckets.c.tokens + passed * rate.per_second)
    insert = database.insert(_buckets).values(name=name, tokens=rate.burst - cost, filled=now)
    return insert.on_conflict_do_update(
        index_elements=["name"],
        set_={"tokens": there - cost, "filled": greatest(now, _buckets.c.filled)},
        where=there >= cost,
    ).returning(_buckets.c.tokens)


def _refusal(database: Database, name: str, rate: Rate, now: float, cost: float) -> TooFast:
    if cost > rate.burst:
        return TooFast(math.inf, int(rate.burst), 0.0)
    with database.read() as connection:
        row = connection.execute(sa.select(_buckets.c.tokens, _buckets.c.filled).where(_buckets.c.name == name)).one()
    _, answer = decide(Bucket(*row), rate, now, cost)
    # Time may have filled it between the two statements; refused is refused.
    return answer if isinstance(answer, TooFast) else TooFast(0.0, int(rate.burst), answer.reset)
