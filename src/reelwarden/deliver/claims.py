"""Between owed and ended: which deliveries are due, who holds them, and what came of the attempt.

A delivery is held for as long as one attempt may take. Whoever holds it writes down the attempt and lets it go in one
transaction; if they die, it is due again when the hold has run out, with the same number and the same webhook-id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reelwarden.deliver.deliveries import DELIVERED, GIVEN_UP, OWED
from reelwarden.deliver.due import oldest
from reelwarden.deliver.fairness import AT_ONCE, Due, Endpoint, turns
from reelwarden.deliver.schedules import has_arrived, next_wait, schedule_of
from reelwarden.store.database import Database
from reelwarden.store.tables.deliveries import attempts, deliveries

GRACE = 5.0
"""Seconds beyond an attempt's limit for which it stays held: for a slow machine, and for clocks that differ."""
LOCK = 0x7265656C
"""Claims take turns under this number in PostgreSQL, so that two notifiers together keep to AT_ONCE."""


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery that is to be attempted now; `number` is the attempt's, `round` the one since it was owed anew."""

    id: str
    holder: str
    account: str
    host: str
    dialect: str
    event: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    secret: str | None
    number: int
    round: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. `status` is None when no whole answer came; `error` is empty when it has arrived."""

    at: float
    seconds: float
    status: int | None
    answer: bytes
    error: str
    retry_after: float | None = None


def claim(
    database: Database, holder: str, limit: int, *, now: float, room: int = 1 << 26, wait: float = GRACE
) -> list[Held]:
    """At most `limit` deliveries that are due, held by `holder` until their attempt's limit and `wait` are over.

    `room` bounds their bodies together, in bytes. One notifier per `holder`. Nothing is written when nothing is due.
    """
    with database.read() as connection:
        if not _chosen(database, connection, limit, room, now):
            return []
    with database.begin() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        chosen = [one.id for one in _chosen(database, connection, limit, room, now)]
        return _hold(connection, chosen, holder, now, wait)


def record(
    database: Database,
    made: Sequence[tuple[Held, Outcome]],
    *,
    pace: float = 1.0,
    chance: Callable[[], float] = lambda: 0.0,
) -> list[Held]:
    """Writes down attempts, each with what follows from it, in one transaction; may be done twice.

    Gives those that nobody waits for any more: somebody else has attempted them since the hold ran out, or they are
    gone.
    """
    with database.begin() as connection:
        late = [held for held, outcome in made if not _record(connection, held, outcome, pace, chance())]
        _empty(connection, [held.id for held, _ in made])
        return late


def _chosen(database: Database, connection: sa.Connection, limit: int, room: int, now: float) -> list[Due]:
    waiting = oldest(connection, database.is_sqlite, now, AT_ONCE)
    return turns(waiting, _in_flight(connection, now), limit, room) if waiting else []


def _in_flight(connection: sa.Connection, now: float) -> dict[Endpoint, int]:
    c = deliveries.c
    held = sa.select(c.account, c.host, sa.func.count()).where(c.held_until > now, c.state == OWED)
    return {(account, host): count for account, host, count in connection.execute(held.group_by(c.account, c.host))}


def _hold(connection: sa.Connection, chosen: list[str], holder: str, now: float, wait: float) -> list[Held]:
    """Those that a redelivery or a record has its hands on just now are left for the next time."""
    free = sa.select(deliveries).where(
        deliveries.c.id.in_(chosen), deliveries.c.state == OWED, deliveries.c.held_until <= now
    )
    rows = connection.execute(free.with_for_update(skip_locked=True)).all()
    for row in rows:
        until = now + schedule_of(row.dialect).limit + wait
        mine = sa.update(deliveries).where(deliveries.c.id == row.id)
        connection.execute(mine.values(held_by=holder, held_until=until))
    order = {identity: place for place, identity in enumerate(chosen)}
    return [_held(row, holder) for row in sorted(rows, key=lambda row: order[row.id])]


def _held(row: Any, holder: str) -> Held:
    same = ("id", "account", "host", "dialect", "event", "url", "headers", "body", "secret")
    number = row.attempts + 1
    facts = {name: getattr(row, name) for name in same}
    return Held(**facts, holder=holder, number=number, round=number - row.earlier)


def _record(connection: sa.Connection, held: Held, outcome: Outcome, pace: float, chance: float) -> bool:
    c = deliveries.c
    mine = [c.id == held.id, c.state == OWED, c.held_by == held.holder, c.attempts == held.number - 1]
    change = sa.update(deliveries).where(*mine).values(**_change(held, outcome, pace, chance))
    if connection.execute(change).rowcount == 0:
        return False
    facts = {name: getattr(outcome, name) for name in ("at", "seconds", "status", "answer", "error")}
    connection.execute(sa.insert(attempts).values(delivery=held.id, number=held.number, **facts))
    return True


def _change(held: Held, outcome: Outcome, pace: float, chance: float) -> dict[str, Any]:
    """What an attempt makes of its delivery: delivered, given up, or owed until the next one."""
    schedule, end = schedule_of(held.dialect), outcome.at + outcome.seconds
    let_go = {"attempts": held.number, "held_by": None, "held_until": 0.0}
    if has_arrived(schedule, outcome.status):
        return let_go | {"state": DELIVERED, "ended": end}
    wait = next_wait(schedule, held.round, outcome.status, outcome.retry_after, chance=chance, pace=pace)
    if wait is None:
        return let_go | {"state": GIVEN_UP, "ended": end}
    return let_go | {"next_at": end + wait}


def _empty(connection: sa.Connection, identities: list[str]) -> None:
    """Nothing of its content is left of a delivery that has ended and must not be kept."""
    ended = sa.select(deliveries.c.id).where(
        deliveries.c.id.in_(identities), deliveries.c.state != OWED, deliveries.c.keep.is_(False)
    )
    gone = list(connection.execute(ended).scalars())
    if gone:
        bare: dict[str, Any] = {"body": b"", "headers": {}, "secret": None}
        connection.execute(sa.update(deliveries).where(deliveries.c.id.in_(gone)).values(**bare))
        connection.execute(sa.update(attempts).where(attempts.c.delivery.in_(gone)).values(answer=b""))
