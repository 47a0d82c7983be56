"""What was promised to go, goes: expired submissions with all that belongs to them, what was not to be kept, and the
traces of dead workers. Every worker sweeps; each sweep looks at the state, so that one that was missed is made up.
"""

from __future__ import annotations

import time

import sqlalchemy as sa
import structlog

from reelwarden.deliver import deliveries
from reelwarden.errors import LimitExceeded
from reelwarden.jobs import close, erasure, strays, uploading
from reelwarden.jobs.submissions import ENDED, OPEN, of_row
from reelwarden.jobs.workbench import Workbench
from reelwarden.review import expiry
from reelwarden.review.erasure import AT_ONCE
from reelwarden.store.tables.accounts import accounts
from reelwarden.store.tables.deliveries import deliveries as owed
from reelwarden.store.tables.submissions import (
    events,
    leases,
    pieces,
    submissions,
    uploads,
    workers,
)

log = structlog.get_logger()
EVERY = 30.0
GRACE = 3600.0
"""Seconds for which the result of what is not kept waits to be fetched; once its callback has arrived it goes."""
KEPT_RUNS = 86400.0
BATCH = 200
STRAYS_EVERY = 3600.0
REVIEW_EVERY = 3600.0


class Retention:
    """Deletes what has had its time. One a worker."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self._next = 0.0
        self._strays = time.monotonic() + STRAYS_EVERY
        self._review = time.monotonic() + EVERY

    def sweep(self) -> None:
        """Sweeps when it is time again."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY
        gone = sweep(self.bench, time.time())
        if time.monotonic() >= self._review:
            self._review = time.monotonic() + REVIEW_EVERY
            gone += expiry.sweep(self.bench.database, self.bench.settings, time.time())
        if time.monotonic() >= self._strays:
            self._strays = time.monotonic() + STRAYS_EVERY
            strays.sweep(self.bench.database, self.bench.blobs, time.time())
        if gone:
            self.bench.database.purge()


def sweep(bench: Workbench, now: float) -> int:
    """One sweep, as of `now`. How many submissions went."""
    _overdue(bench, now)
    ended = submissions.c.state.in_(ENDED)
    over = sa.or_(submissions.c.expires == AT_ONCE, sa.and_(submissions.c.expires < now, ended))
    told = sa.or_(submissions.c.ended < now - GRACE, _delivered())
    gone = _ids(bench, over) + _ids(bench, sa.and_(ended, _not_kept(), told))
    for id in gone:
        erasure.delete(bench.database, bench.blobs, bench.engine, id)
    _pieces_of_ended(bench)
    _stale_uploads(bench, now)
    with bench.database.begin() as connection:
        _forget_orphans(connection, bench.settings.retention, now)
        connection.execute(workers.delete().where(workers.c.beat < now - 86400))
        connection.execute(events.delete().where(events.c.submission.is_(None), events.c.at < now - 7 * 86400))
    expiry.sweep_contents(bench.database, now)
    bench.engine.forget(now - KEPT_RUNS)
    return len(gone)


def _ids(bench: Workbench, where: sa.ColumnElement[bool]) -> list[str]:
    with bench.database.read() as connection:
        return list(connection.execute(sa.select(submissions.c.id).where(where).limit(BATCH)).scalars())


def _not_kept() -> sa.ColumnElement[bool]:
    kept: sa.ColumnElement[bool] = submissions.c.options["keep"].as_boolean()
    return kept.is_(False)


def _delivered() -> sa.ColumnElement[bool]:
    """Its end was told, and nothing more is owed to anybody."""
    its = sa.select(owed.c.id).where(owed.c.submission == submissions.c.id)
    return sa.and_(
        sa.exists(its.where(owed.c.state == deliveries.DELIVERED)),
        ~sa.exists(its.where(owed.c.state == deliveries.OWED)),
    )


def _overdue(bench: Workbench, now: float) -> None:
    """Submissions whose time is up and that nobody works on."""
    held = sa.select(leases.c.submission).where(leases.c.worker != "", leases.c.beat > now - bench.settings.lease)
    late = sa.and_(submissions.c.state.in_(OPEN), submissions.c.deadline < now, submissions.c.id.not_in(held))
    with bench.database.read() as connection:
        rows = connection.execute(sa.select(submissions).where(late).limit(BATCH)).mappings().all()
    for row in rows:
        close.fail(bench, of_row(row), LimitExceeded("time", "it was not done in time", "the server may be too busy"))


def _forget_orphans(connection: sa.Connection, usual: float, now: float) -> None:
    """Callbacks of no submission, such as news of the review desk; an account may keep them for a shorter time."""
    deliveries.forget_orphans(connection, now - usual)
    for id, settings in connection.execute(sa.select(accounts.c.id, accounts.c.settings)).all():
        if settings.get("retention") and settings["retention"] < usual:
            deliveries.forget_orphans(connection, now - settings["retention"], id)


def _pieces_of_ended(bench: Workbench) -> None:
    """The result has it all: checkpoints of ended submissions are of no more use."""
    ended = sa.select(submissions.c.id).where(submissions.c.state.in_(ENDED))
    with bench.database.begin() as connection:
        connection.execute(pieces.delete().where(pieces.c.submission.in_(ended)))


def _stale_uploads(bench: Workbench, now: float) -> None:
    with bench.database.begin() as connection:
        gone = (
            connection.execute(uploads.delete().where(uploads.c.expires < now).returning(uploads.c.id)).scalars().all()
        )
        media = {uploading.submission_of(id) for id in gone}
        taken = set(connection.execute(sa.select(submissions.c.id).where(submissions.c.id.in_(media))).scalars())
    for id in gone:
        bench.blobs.delete_all(f"uploads/{id}")
    for id in media - taken:
        bench.blobs.delete_all(f"media/{id}")
