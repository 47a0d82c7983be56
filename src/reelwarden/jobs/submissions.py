"""Submissions as the tables have them: accepted once, read, listed, stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from reelwarden import telemetry
from reelwarden.jobs import leases
from reelwarden.jobs.engine import LOOK, WATCH, Job, JobEngine
from reelwarden.jobs.options import Options, options_of
from reelwarden.store import numbering
from reelwarden.store.database import new_id
from reelwarden.store.tables.submissions import events, evidence, results, submissions

ACCEPTED, RUNNING, FINISHED, STOPPED, FAILED = "accepted", "running", "finished", "stopped", "failed"
OPEN = (ACCEPTED, RUNNING)
ENDED = (FINISHED, STOPPED, FAILED)
FOR_EVER = 30 * 86400.0
"""Seconds after which even a stream is over."""
UPLOAD, URL, STREAM = "upload", "url", "stream"


@dataclass(frozen=True, slots=True)
class New:
    """A submission that is to be accepted. `source` is upload, url or stream; `address` the blob's key, or the URL.

    `asked` are labels or families. `vendor` is what only its dialect understands; it comes back unchanged.
    """

    account: str
    key: str
    dialect: str
    source: str
    address: str
    name: str
    asked: tuple[str, ...]
    options: Options = field(default_factory=Options)
    vendor: Mapping[str, Any] = field(default_factory=dict)
    external_id: str | None = None
    priority: int = 5
    id: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as it is now. Times are seconds since 1970, `position` seconds of media looked at."""

    id: str
    account: str
    key: str
    dialect: str
    external_id: str | None
    source: str
    address: str
    name: str
    asked: tuple[str, ...]
    options: Options
    vendor: Mapping[str, Any]
    state: str
    stop_wanted: bool
    priority: int
    attempts: int
    spans: int
    media: Mapping[str, Any] | None
    position: float
    error: Mapping[str, Any] | None
    outcome: str | None
    operations: int
    created: float
    started: float | None
    ended: float | None
    deadline: float
    expires: float

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def duration(self) -> float | None:
        return (self.media or {}).get("duration")

    @property
    def progress(self) -> float:
        """0..1; a stream has none until it ends."""
        if self.state == FINISHED:
            return 1.0
        return min(0.99, self.position / self.duration) if self.duration else 0.0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a server grants every submission: seconds until it has failed, seconds until it is deleted."""

    timeout: float
    retention: float


def accept(connection: sa.Connection, engine: JobEngine, new: New, terms: Terms, now: float) -> str:
    """Keeps the submission and hands in its first job, in the caller's transaction. Gives its id.

    Raises IntegrityError where the account has used the external id with this dialect before.
    """
    id = new.id or new_id("sub")
    connection.execute(submissions.insert(), _row(id, new, terms, now))
    queue = WATCH if new.source == STREAM else LOOK
    job = Job(f"{id}:0", queue, new.account, new.priority)
    leases.add(connection, engine, job, id, 0, now)
    tell(connection, new.account, id, "submission.accepted", {"name": new.name}, now)
    telemetry.note(submission=id)
    return id


def _row(id: str, new: New, terms: Terms, now: float) -> dict[str, Any]:
    options = new.options
    longest = FOR_EVER if new.source == STREAM else terms.timeout
    return {
        "id": id,
        "account": new.account,
        "key": new.key,
        "dialect": new.dialect,
        "external_id": new.external_id,
        "source": new.source,
        "address": new.address,
        "name": new.name[:300],
        "asked": list(new.asked),
        "options": options.document() | {"trace": telemetry.carried()},
        "vendor": dict(new.vendor),
        "state": ACCEPTED,
        "stop_wanted": False,
        "priority": new.priority,
        "attempts": 0,
        "spans": 1,
        "position": 0.0,
        "operations": 0,
        "created": now,
        "deadline": now + min(options.timeout or longest, longest),
        "expires": now + (options.retention if options.retention is not None else terms.retention),
    }


def find(connection: sa.Connection, account: str, dialect: str, external_id: str) -> str | None:
    """The id of the account's submission with that id of its own."""
    table = submissions.c
    mine = sa.and_(table.account == account, table.dialect == dialect, table.external_id == external_id)
    return connection.execute(sa.select(table.id).where(mine)).scalar_one_or_none()


def read(connection: sa.Connection, id: str, account: str | None = None) -> Submission | None:
    """The submission, where it is the account's. `account` None: whosesoever it is; only for our own work."""
    wanted = sa.select(submissions).where(submissions.c.id == id)
    if account is not None:
        wanted = wanted.where(submissions.c.account == account)
    row = connection.execute(wanted).mappings().one_or_none()
    return of_row(row) if row else None


def of_row(row: sa.RowMapping) -> Submission:
    values = dict(row)
    values["asked"] = tuple(values["asked"])
    values["options"] = options_of(values["options"])
    return Submission(**values)


def listing(
    connection: sa.Connection,
    account: str,
    *,
    states: tuple[str, ...] = (),
    dialect: str | None = None,
    before: str | None = None,
    most: int = 50,
) -> list[Submission]:
    """The account's submissions, the newest first; `before` is the last id of the page before."""
    wanted = sa.select(submissions).where(submissions.c.account == account)
    if states:
        wanted = wanted.where(submissions.c.state.in_(states))
    if dialect:
        wanted = wanted.where(submissions.c.dialect == dialect)
    if before:
        wanted = wanted.where(submissions.c.id < before)
    rows = connection.execute(wanted.order_by(submissions.c.id.desc()).limit(most)).mappings()
    return [of_row(row) for row in rows]


def want_stop(connection: sa.Connection, id: str, account: str) -> bool:
    """Asks for an open submission to be stopped: whoever works on it ends at once. False where none is open."""
    open_ = sa.and_(submissions.c.id == id, submissions.c.account == account, submissions.c.state.in_(OPEN))
    return bool(connection.execute(submissions.update().where(open_).values(stop_wanted=True)).rowcount)


def release(connection: sa.Connection, id: str, account: str) -> None:
    """Takes the caller's own id off a submission that has ended, so that a new one may have it."""
    ended = sa.and_(submissions.c.id == id, submissions.c.account == account, submissions.c.state.in_(ENDED))
    connection.execute(submissions.update().where(ended).values(external_id=None))


def tell(
    connection: sa.Connection, account: str, submission: str | None, kind: str, data: Mapping[str, Any], now: float
) -> None:
    """An event, for those who listen."""
    row = {"account": account, "submission": submission, "kind": kind, "data": dict(data), "at": now}
    numbering.say(connection, events)
    connection.execute(events.insert(), row)


def result_of(connection: sa.Connection, id: str) -> bytes | None:
    """The packed result (jobs/findings.py), where there is one."""
    return connection.execute(sa.select(results.c.document).where(results.c.submission == id)).scalar_one_or_none()


def pictures_of(connection: sa.Connection, id: str) -> dict[float, str]:
    """Time → the blob's key of each picture that is kept as evidence."""
    rows = connection.execute(
        sa.select(evidence.c.time, evidence.c.blob).where(evidence.c.submission == id).order_by(evidence.c.time)
    )
    return {row.time: row.blob for row in rows}
