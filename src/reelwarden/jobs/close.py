"""The end of a submission: one transaction makes the result, the events and the owed callbacks true together."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from reelwarden.deliver import deliveries
from reelwarden.domain import Moment
from reelwarden.errors import ReelwardenError
from reelwarden.jobs import announce, findings, leases
from reelwarden.jobs.announce import Callback, News
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.submissions import FAILED, FINISHED, OPEN, STOPPED, Submission, tell
from reelwarden.jobs.usage import charge, settle
from reelwarden.jobs.workbench import Workbench
from reelwarden.review.erasure import AT_ONCE
from reelwarden.store.database import patiently
from reelwarden.store.tables.submissions import evidence, results, submissions


def finish(bench: Workbench, submission: Submission, found: Findings) -> bool:
    """The submission was looked at to its end. False where another worker was first."""
    return _end(bench, submission, FINISHED, found, None)


def stop(bench: Workbench, submission: Submission, found: Findings | None) -> bool:
    """The caller stopped it; what was found until then is kept."""
    return _end(bench, submission, STOPPED, found, None)


def fail(bench: Workbench, submission: Submission, error: ReelwardenError, found: Findings | None = None) -> bool:
    """It has no result, and says why."""
    said = {"code": error.code, "message": str(error), "hint": error.hint}
    return _end(bench, submission, FAILED, found, said)


def _end(
    bench: Workbench, submission: Submission, state: str, found: Findings | None, error: Mapping[str, Any] | None
) -> bool:
    now = time.time()
    outcome = found.result.verdict.outcome.value if found and state != FAILED else None
    ended = replace(submission, state=state, ended=now, error=error, outcome=outcome)
    owed = announce.callbacks(bench.announcers, News(state, ended, found))
    document = findings.pack(found) if found else None

    def act() -> list[str] | None:
        with bench.database.begin() as connection:
            if not _first_to_end(connection, ended):
                return None
            if document:
                connection.execute(results.insert().values(submission=ended.id, document=document))
            if found:
                charge(connection, bench.database, ended, found, now)
            else:
                settle(connection, ended, 0)
            tell(connection, ended.account, ended.id, f"submission.{state}", _said(ended), now)
            owe(connection, ended, owed, now)
            return leases.end_all(connection, ended.id, bench.worker)

    runs = patiently(act)
    if runs is None:
        return False
    bench.engine.take_back(runs)
    _tidy(bench, ended, found)
    return True


def _first_to_end(connection: sa.Connection, ended: Submission) -> bool:
    still_open = sa.and_(submissions.c.id == ended.id, submissions.c.state.in_(OPEN))
    now = ended.ended or ended.created
    values = {
        "state": ended.state,
        "ended": now,
        "error": ended.error,
        "outcome": ended.outcome,
        "expires": sa.case((submissions.c.expires == AT_ONCE, AT_ONCE), else_=now + ended.expires - ended.created),
    }
    if ended.state == FINISHED and ended.duration:
        values["position"] = ended.duration
    return bool(connection.execute(submissions.update().where(still_open).values(values)).rowcount)


def _said(ended: Submission) -> dict[str, Any]:
    return {"state": ended.state, "outcome": ended.outcome, "error": ended.error}


def owe(connection: sa.Connection, submission: Submission, owed: Sequence[Callback], now: float) -> None:
    """Makes the callbacks owed, in the caller's transaction."""
    for callback in owed:
        deliveries.owe(
            connection,
            account=submission.account,
            submission=submission.id,
            dialect=submission.dialect,
            event=callback.event,
            url=callback.url,
            body=callback.body,
            headers=callback.headers,
            secret=callback.secret or None,
            sequence=callback.sequence,
            now=now,
            keep=submission.options.keep,
            trace=submission.options.trace,
        )


def _tidy(bench: Workbench, ended: Submission, found: Findings | None) -> None:
    """What is no longer needed goes: the pieces, pictures that back no moment, and all bytes of what is not kept."""
    if not ended.options.keep:
        bench.blobs.delete_all(f"media/{ended.id}")
    kept = _told_times(found.result.moments) if found and ended.options.keep else set()
    with bench.database.begin() as connection:
        rows = connection.execute(sa.select(evidence).where(evidence.c.submission == ended.id)).all()
        unused = [row for row in rows if row.time not in kept]
        for row in unused:
            connection.execute(evidence.delete().where(evidence.c.submission == ended.id, evidence.c.time == row.time))
    bench.blobs.delete(row.blob for row in unused)


def _told_times(moments: Sequence[Moment]) -> set[float]:
    return {piece.time for moment in moments for piece in moment.evidence if piece.time is not None}
