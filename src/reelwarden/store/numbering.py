"""Numbers in the order in which they come to light, for readers who go on behind the last one that they saw.

The database gives out the number of a row before its transaction ends, so on PostgreSQL a lower number may become
visible after a higher one. A writer says first behind which number its own will lie, by a lock that nobody waits for
and that ends with its transaction. A reader takes nothing from behind the lowest of those.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

BASE = 0x52454C << 40
"""Above it lie the keys of our locks, one a number."""
MOST = 1 << 40
PATIENCE = 30.0
"""Seconds after which a transaction is not waited for any more: its process was frozen, or cut off."""

_LAST = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {table}_id_seq"
_SAY = "SELECT pg_advisory_xact_lock_shared(:base + ({last}))"
_LOWEST = """
    SELECT min(((l.classid::bigint << 32) | l.objid::bigint) - :base)
    FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND ((l.classid::bigint << 32) | l.objid::bigint) BETWEEN :base AND :base + :most
      AND coalesce(a.xact_start > clock_timestamp() - make_interval(secs => :patience), true)
"""


def say(connection: sa.Connection, table: sa.Table) -> None:
    """Before a row of the table is inserted in this transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(_SAY.format(last=_last(table))), {"base": BASE})


def settled(connection: sa.Connection, table: sa.Table) -> int | None:
    """The number up to which all rows are there that will ever be; ask before reading them. None: all that are seen."""
    if connection.dialect.name != "postgresql":
        return None  # SQLite has one writer at a time
    # Two statements: whoever took a number before the first holds its lock in the second, or has ended.
    last: int = connection.execute(sa.text(_last(table))).scalar_one()
    said: dict[str, Any] = {"base": BASE, "most": MOST, "patience": PATIENCE}
    lowest: int | None = connection.execute(sa.text(_LOWEST), said).scalar_one()
    return last if lowest is None else min(last, lowest)


def _last(table: sa.Table) -> str:
    return _LAST.format(table=table.name)
