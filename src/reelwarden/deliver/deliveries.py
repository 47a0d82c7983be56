"""Callbacks as rows: owed, looked at, owed again, forgotten. claims.py is what happens to them in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from reelwarden import telemetry
from reelwarden.deliver import endpoints
from reelwarden.deliver.schedules import schedule_of
from reelwarden.store.database import new_id
from reelwarden.store.tables.deliveries import BARE, attempts, deliveries
from reelwarden.store.tables.submissions import submissions

OWED, DELIVERED, GIVEN_UP = "owed", "delivered", "given_up"
FORGOTTEN_AT_ONCE = 1000
SHOWN = [c for c in deliveries.c if c.name not in ("body", "secret", "host", "place", "earlier", "held_by", "about")]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST: when it began, how long it took, and what was said. `status` is None when no whole answer came."""

    number: int
    at: float
    seconds: float
    status: int | None
    answer: bytes
    error: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One owed callback as its owner may see it. `in_flight`: an attempt is being made."""

    id: str
    account: str
    submission: str | None
    dialect: str
    event: str
    url: str
    headers: Mapping[str, str]
    sequence: str | None
    keep: bool
    state: str
    attempts: int
    next_at: float | None
    in_flight: bool
    created: float
    ended: float | None


def owe(
    connection: sa.Connection,
    *,
    account: str,
    submission: str | None,
    dialect: str,
    event: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    now: float,
    secret: str | None = None,
    sequence: str | None = None,
    about: str | None = None,
    keep: bool = True,
    trace: str = "",
) -> str:
    """Owes a callback, due at once; gives its id, which is also its webhook-id over all attempts.

    It is part of the caller's transaction: it is owed if, and only if, what caused it has happened. `dialect` names
    the schedule. `body` is UTF-8. Those of one `sequence` go in the order in which they were owed, each after the one
    before it has ended. `about` is the author that it tells of (`forget_about`). `keep` false empties body, headers,
    secret and answers as soon as it has ended.
    `trace` is what it belongs to where no step is told of just now (`telemetry`).
    To an address that is closed (endpoints.py) it is owed and given up at once.
    Raises UsageError for a dialect without a schedule, ValueError for a body that is not UTF-8.
    """
    heeds = schedule_of(dialect).heeds
    body.decode()
    gone = heeds and endpoints.is_closed(connection, account, url)
    identity = new_id("dlv")
    row = {
        "id": identity,
        "account": account,
        "submission": submission,
        "dialect": dialect,
        "event": event,
        "url": url,
        "host": endpoint_of(url),
        "headers": {"Content-Type": "application/json"} | telemetry.headers(trace) | dict(headers),
        "body": body,
        "secret": secret or None,
        "sequence": sequence,
        "place": _next_place(sequence) if sequence else 0,
        "about": about,
        "keep": keep,
        "state": GIVEN_UP if gone else OWED,
        "next_at": now,
        "created": now,
        "ended": now if gone else None,
    } | (BARE if gone and not keep else {})
    connection.execute(sa.insert(deliveries).values(**row))
    return identity


def endpoint_of(url: str) -> str:
    """Host and port, lower case: what is down when one of its callbacks cannot be delivered."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()[:260]
    except ValueError:
        return ""


def redeliver(connection: sa.Connection, *, account: str, now: float, identity: str) -> bool:
    """Owes it anew, at once and with a whole schedule before it; its attempts are numbered on.

    One that is still owed goes at once. False where there is none, an attempt is being made just now, or it was not
    kept.
    """
    return _owe_anew(connection, [deliveries.c.id == identity, deliveries.c.account == account], now) == 1


def redeliver_all(
    connection: sa.Connection,
    *,
    account: str,
    now: float,
    submission: str | None = None,
    states: Sequence[str] = (GIVEN_UP,),
    created_from: float = 0.0,
    created_to: float | None = None,
) -> int:
    """The same for all of an account's that are meant; how many there were. Times are seconds since 1970."""
    meant = [
        deliveries.c.account == account,
        deliveries.c.state.in_(list(states)),
        deliveries.c.created >= created_from,
        deliveries.c.created <= (now if created_to is None else created_to),
    ]
    if submission is not None:
        meant.append(deliveries.c.submission == submission)
    return _owe_anew(connection, meant, now)


def read(
    connection: sa.Connection, *, account: str, identity: str, now: float
) -> tuple[Delivery, list[Attempt]] | None:
    """One delivery of the account with all its attempts, in order."""
    wanted = sa.select(*SHOWN).where(deliveries.c.id == identity, deliveries.c.account == account)
    row = connection.execute(wanted).mappings().first()
    if row is None:
        return None
    made = sa.select(attempts).where(attempts.c.delivery == identity).order_by(attempts.c.number)
    return _delivery(row, now), [_attempt(one) for one in connection.execute(made).mappings()]


def body_of(connection: sa.Connection, *, account: str, identity: str) -> bytes | None:
    """What is, or was, posted; empty where it was not kept."""
    wanted = sa.select(deliveries.c.body).where(deliveries.c.id == identity, deliveries.c.account == account)
    return connection.execute(wanted).scalar()


def listing(
    connection: sa.Connection,
    *,
    account: str,
    now: float,
    submission: str | None = None,
    state: str | None = None,
    older_than: str | None = None,
    limit: int = 50,
) -> list[Delivery]:
    """An account's deliveries, the newest first. The id of the last one, as `older_than`, gives the next page."""
    meant = sa.select(*SHOWN).where(deliveries.c.account == account)
    if submission is not None:
        meant = meant.where(deliveries.c.submission == submission)
    if state is not None:
        meant = meant.where(deliveries.c.state == state)
    if older_than is not None:
        meant = meant.where(deliveries.c.id < older_than)
    rows = connection.execute(meant.order_by(deliveries.c.id.desc()).limit(limit)).mappings()
    return [_delivery(row, now) for row in rows]


def backlog(connection: sa.Connection, now: float) -> tuple[int, float]:
    """How many are owed, and for how many seconds the most late of them has been due."""
    wanted = sa.select(sa.func.count(), sa.func.min(deliveries.c.next_at)).where(deliveries.c.state == OWED)
    owed, first = connection.execute(wanted).one()
    return int(owed), max(0.0, now - first) if first is not None else 0.0


def forget(connection: sa.Connection, before: float) -> int:
    """Deletes some of those that ended before then, with their attempts; how many. Call it again until it gives 0.

    What is still owed stays, however old it is.
    """
    old = sa.select(deliveries.c.id).where(deliveries.c.ended < before).limit(FORGOTTEN_AT_ONCE)
    return _count(connection.execute(sa.delete(deliveries).where(deliveries.c.id.in_(old))))


def forget_orphans(connection: sa.Connection, before: float, account: str | None = None) -> int:
    """Deletes some of those that have ended and whose submission is gone, or never was: what must not be kept at once,
    the rest if it ended before then. Of all accounts, or of one. How many; call it again until it gives 0."""
    gone = sa.or_(deliveries.c.submission.is_(None), deliveries.c.submission.not_in(sa.select(submissions.c.id)))
    due = sa.or_(deliveries.c.keep.is_(False), deliveries.c.ended < before)
    some = sa.select(deliveries.c.id).where(deliveries.c.state != OWED, gone, due).limit(FORGOTTEN_AT_ONCE)
    if account is not None:
        some = some.where(deliveries.c.account == account)
    return _count(connection.execute(sa.delete(deliveries).where(deliveries.c.id.in_(some))))


def forget_submission(connection: sa.Connection, submission: str) -> int:
    """Deletes those of a submission that have ended; what is owed is emptied when it has ended. How many went."""
    return _forget(connection, deliveries.c.submission == submission)


def forget_about(connection: sa.Connection, author: str) -> int:
    """The same for those that tell of an author."""
    return _forget(connection, deliveries.c.about == author)


def _forget(connection: sa.Connection, meant: sa.ColumnElement[bool]) -> int:
    connection.execute(sa.update(deliveries).where(meant, deliveries.c.state == OWED).values(keep=False))
    return _count(connection.execute(sa.delete(deliveries).where(meant, deliveries.c.state != OWED)))


def _next_place(sequence: str) -> Any:
    last = sa.select(sa.func.coalesce(sa.func.max(deliveries.c.place), 0) + 1)
    return last.where(deliveries.c.sequence == sequence).scalar_subquery()


def _owe_anew(connection: sa.Connection, meant: list[Any], now: float) -> int:
    idle = sa.or_(deliveries.c.state != OWED, deliveries.c.held_until <= now)
    kept = sa.or_(deliveries.c.state == OWED, deliveries.c.keep)
    anew = {"state": OWED, "next_at": now, "ended": None, "earlier": deliveries.c.attempts, "held_by": None}
    return _count(connection.execute(sa.update(deliveries).where(*meant, idle, kept).values(**anew, held_until=0.0)))


def _count(done: sa.CursorResult[Any]) -> int:
    return done.rowcount


def _delivery(row: Mapping[Any, Any], now: float) -> Delivery:
    facts = dict(row)
    held_until, next_at = facts.pop("held_until"), facts.pop("next_at")
    owed = facts["state"] == OWED
    return Delivery(**facts, next_at=next_at if owed else None, in_flight=owed and held_until > now)


def _attempt(row: Mapping[Any, Any]) -> Attempt:
    return Attempt(**{name: row[name] for name in ("number", "at", "seconds", "status", "answer", "error")})
