"""Between owed and ended: which deliveries are due, who holds them, and what came of the attempt.

A delivery is held for as long as one attempt may take. Whoever holds it writes down the attempt and lets it go in one
transaction; if they die, it is due again when the hold has run out, with the same number and the same webhook-id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reelwarden.deliver import endpoints
from reelwarden.deliver.deliveries import DELIVERED, GIVEN_UP, OWED
from reelwarden.deliver.due import oldest
from reelwarden.deliver.fairness import AT_ONCE, Endpoint, Space, turns
from reelwarden.deliver.schedules import GONE, SCHEDULES, has_arrived, next_wait, schedule_of
from reelwarden.store.database import Database
from reelwarden.store.tables.deliveries import BARE, attempts, deliveries

GRACE = 5.0
"""Seconds beyond an attempt's limit for which it stays held: for a slow machine, and for clocks that differ."""
CHANGED = ("state", "next_at", "ended")
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
    database: Database,
    holder: str,
    space: Space,
    *,
    now: float,
    slow: Collection[Endpoint] = (),
) -> list[Held]:
    """What is due and whose turn it is (fairness.py), held by `holder` until its attempt's limit and GRACE are over.

    `holder` is one notifier's alone. What another has taken meanwhile is left out. In PostgreSQL, where many
    notifiers are at home, one chooses after the other; in SQLite choosing holds up nobody who writes.
    """
    if database.is_sqlite:
        with database.read() as connection:
            chosen = _chosen(connection, True, space, now, slow)
        if not chosen:
            return []
        with database.begin() as connection:
            return _hold(connection, chosen, holder, now)
    with database.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        chosen = _chosen(connection, False, space, now, slow)
        return _hold(connection, chosen, holder, now) if chosen else []


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
    changes = {held.id: _change(held, outcome, pace, chance()) for held, outcome in made}
    with database.begin() as connection:
        kept = dict(_change_all(connection, made, changes))
        _write_down(connection, [(held, outcome) for held, outcome in made if held.id in kept])
        _close(connection, [(held, outcome) for held, outcome in made if held.id in kept])
        _empty(connection, [one for one, keep in kept.items() if not keep and changes[one]["state"] != OWED])
    return [held for held, _ in made if held.id not in kept]


def _chosen(
    connection: sa.Connection, is_sqlite: bool, space: Space, now: float, slow: Collection[Endpoint]
) -> list[str]:
    waiting = oldest(connection, is_sqlite, now, AT_ONCE)
    chosen = turns(waiting, _in_flight(connection, now), space, slow) if waiting else []
    return [one.id for one in chosen]


def _in_flight(connection: sa.Connection, now: float) -> dict[Endpoint, int]:
    c = deliveries.c
    held = sa.select(c.account, c.host, sa.func.count()).where(c.held_until > now, c.state == OWED)
    return {(account, host): count for account, host, count in connection.execute(held.group_by(c.account, c.host))}


def _hold(connection: sa.Connection, chosen: list[str], holder: str, now: float) -> list[Held]:
    """Those that a redelivery or a record has its hands on just now are left for the next time."""
    c = deliveries.c
    free = sa.select(c.id).where(c.id.in_(chosen), c.state == OWED, c.held_until <= now)
    until = sa.case({name: now + one.limit + GRACE for name, one in SCHEDULES.items()}, value=c.dialect, else_=now)
    mine = sa.update(deliveries).where(c.id.in_(free.with_for_update(skip_locked=True)))
    rows = connection.execute(mine.values(held_by=holder, held_until=until).returning(*deliveries.c)).all()
    order = {identity: place for place, identity in enumerate(chosen)}
    return [_held(row, holder) for row in sorted(rows, key=lambda row: order[row.id])]


def _held(row: Any, holder: str) -> Held:
    same = ("id", "account", "host", "dialect", "event", "url", "headers", "body", "secret")
    number = row.attempts + 1
    facts = {name: getattr(row, name) for name in same}
    return Held(**facts, holder=holder, number=number, round=number - row.earlier)


def _change(held: Held, outcome: Outcome, pace: float, chance: float) -> dict[str, Any]:
    """What an attempt makes of its delivery: delivered, given up, or owed until the next one."""
    schedule, end = schedule_of(held.dialect), outcome.at + outcome.seconds
    if has_arrived(schedule, outcome.status):
        return {"state": DELIVERED, "next_at": end, "ended": end}
    wait = next_wait(schedule, held.round, outcome.status, outcome.retry_after, chance=chance, pace=pace)
    if wait is None:
        return {"state": GIVEN_UP, "next_at": end, "ended": end}
    return {"state": OWED, "next_at": end + wait, "ended": None}


def _change_all(
    connection: sa.Connection, made: Sequence[tuple[Held, Outcome]], changes: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, bool]]:
    """Changes those that are still held for this very attempt; (id, keep) of each of them.

    One statement for all: while it writes, nobody else can in SQLite.
    """
    c = deliveries.c

    def each(column: sa.Column[Any], values: Mapping[str, Any]) -> Any:
        return sa.case({one: sa.cast(value, column.type) for one, value in values.items()}, value=c.id)

    mine = [
        c.id.in_(changes),
        c.state == OWED,
        c.held_by == each(c.held_by, {held.id: held.holder for held, _ in made}),
        c.attempts == each(c.attempts, {held.id: held.number - 1 for held, _ in made}),
    ]
    new = {name: each(c[name], {one: change[name] for one, change in changes.items()}) for name in CHANGED}
    let_go = {"attempts": c.attempts + 1, "held_by": None, "held_until": 0.0}
    done = connection.execute(sa.update(deliveries).where(*mine).values(**new, **let_go).returning(c.id, c.keep))
    return [(row.id, row.keep) for row in done]


def _write_down(connection: sa.Connection, made: Sequence[tuple[Held, Outcome]]) -> None:
    names = ("at", "seconds", "status", "answer", "error")
    rows = [
        {"delivery": held.id, "number": held.number} | {name: getattr(outcome, name) for name in names}
        for held, outcome in made
    ]
    if rows:
        connection.execute(sa.insert(attempts).values(rows))


def _close(connection: sa.Connection, made: Sequence[tuple[Held, Outcome]]) -> None:
    """A receiver that is gone is not asked again, by this delivery or any other."""
    gone = {
        (held.account, held.url): (held.id, outcome.at + outcome.seconds)
        for held, outcome in made
        if outcome.status == GONE and held.dialect in endpoints.HEEDING
    }
    for (account, url), (delivery, at) in gone.items():
        endpoints.close(connection, account, url, delivery, at)


def _empty(connection: sa.Connection, identities: list[str]) -> None:
    """Nothing of its content is left of a delivery that has ended and must not be kept."""
    if identities:
        connection.execute(sa.update(deliveries).where(deliveries.c.id.in_(identities)).values(**BARE))
        connection.execute(sa.update(attempts).where(attempts.c.delivery.in_(identities)).values(answer=b""))
