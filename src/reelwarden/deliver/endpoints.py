"""Addresses that have said they are gone (410): nothing more is posted there until their account opens them again.

Only a schedule that heeds the receiver's words closes an address; vendors' callers expect their own schedule.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from reelwarden.deliver.schedules import SCHEDULES
from reelwarden.store.database import new_id
from reelwarden.store.tables.deliveries import BARE, deliveries
from reelwarden.store.tables.deliveries import closed_endpoints as rows

HEEDING = frozenset(name for name, schedule in SCHEDULES.items() if schedule.heeds)
WHY = "answered 410 Gone"


@dataclass(frozen=True, slots=True)
class Closed:
    """An address that wants no more callbacks; `delivery` is the one that it said so to."""

    id: str
    account: str
    url: str
    why: str
    delivery: str
    closed: float


def close(connection: sa.Connection, account: str, url: str, delivery: str, now: float) -> None:
    """What else is owed there is given up, and what comes is never tried; an attempt under way has its own answer."""
    row: dict[str, Any] = {"id": new_id("cep"), "account": account, "url": url, "digest": _digest(url)}
    row |= {"why": WHY, "delivery": delivery, "closed": now}
    insert: Any = sqlite.insert(rows) if connection.dialect.name == "sqlite" else postgresql.insert(rows)
    connection.execute(insert.values(row).on_conflict_do_nothing(index_elements=["account", "digest"]))
    c = deliveries.c
    waiting = [c.account == account, c.url == url, c.dialect.in_(HEEDING), c.state == "owed", c.held_until <= now]
    connection.execute(sa.update(deliveries).where(*waiting, ~c.keep).values(**BARE))
    connection.execute(sa.update(deliveries).where(*waiting).values(state="given_up", next_at=now, ended=now))


def is_closed(connection: sa.Connection, account: str, url: str) -> bool:
    mine = sa.exists().where(rows.c.account == account, rows.c.digest == _digest(url))
    return bool(connection.execute(sa.select(mine)).scalar_one())


def listing(connection: sa.Connection, account: str) -> list[Closed]:
    """The account's, the newest first."""
    columns = [rows.c[name] for name in Closed.__slots__]
    query = sa.select(*columns).where(rows.c.account == account).order_by(rows.c.closed.desc(), rows.c.id)
    return [Closed(*row) for row in connection.execute(query)]


def count(connection: sa.Connection) -> int:
    """How many are closed, of all accounts."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one())


def open_again(connection: sa.Connection, account: str, id: str) -> str | None:
    """The address gets callbacks again from now on, and is given back; None where there is no such closed one.

    What was given up meanwhile is owed again by `deliveries.redeliver_all`.
    """
    mine = sa.delete(rows).where(rows.c.account == account, rows.c.id == id)
    return connection.execute(mine.returning(rows.c.url)).scalar_one_or_none()


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
