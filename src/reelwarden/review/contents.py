"""Contents: each thing that was handed in to be judged, from its coming to its judgement.

A content whose media takes long is found again by its fingerprint, so that a caller who asks again waits for the same.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reelwarden.store.database import handfuls, new_id
from reelwarden.store.tables.review import contents as rows
from reelwarden.store.tables.submissions import submissions

OPEN, JUDGED, FAILED = "open", "judged", "failed"
REMEMBERED = 600.0
"""Seconds for which a judged content is known again: a retry gets the answer that its first call would have got."""


@dataclass(frozen=True, slots=True)
class Content:
    """`request` is what the door needs to go on with it; `submissions` part → id."""

    id: str
    account: str
    project: str
    key: str
    fingerprint: str
    channel: str | None
    author: str | None
    request: Mapping[str, Any]
    submissions: Mapping[str, str]
    state: str
    flagged: bool
    outcome: str | None
    reasons: Sequence[str]
    labels: Sequence[str]
    created: float
    judged: float | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """`labels` are those that flagged it, `reasons` why the outcome is what it is."""

    flagged: bool
    outcome: str
    reasons: Sequence[str] = ()
    labels: Sequence[str] = ()


def open_(connection: sa.Connection, **said: Any) -> Content:
    """A new content: id (else a new one), account, project, key, fingerprint, channel, author, request, submissions."""
    row = {
        "id": new_id("cnt"),
        "state": OPEN,
        "flagged": False,
        "outcome": None,
        "reasons": [],
        "labels": [],
        "created": time.time(),
        "judged": None,
        **said,
    }
    connection.execute(rows.insert().values(row))
    return Content(**row)


def again(connection: sa.Connection, account: str, fingerprint: str, since: float) -> Content | None:
    """The newest content with this fingerprint whose media are still looked at, or that was judged since then."""
    # One whose media are only being handed in is somebody else's: nobody could wait for them yet.
    waiting = sa.and_(rows.c.state == OPEN, sa.cast(rows.c.submissions, sa.Text) != "{}")
    fresh = sa.or_(waiting, sa.and_(rows.c.state == JUDGED, rows.c.judged >= since))
    query = sa.select(rows).where(rows.c.account == account, rows.c.fingerprint == fingerprint, fresh)
    found = connection.execute(query.order_by(rows.c.created.desc()).limit(1)).mappings().one_or_none()
    return Content(**found) if found else None


def read(connection: sa.Connection, id: str) -> Content | None:
    found = connection.execute(sa.select(rows).where(rows.c.id == id)).mappings().one_or_none()
    return Content(**found) if found else None


def close(connection: sa.Connection, content: Content, judgement: Judgement | None, **said: Any) -> bool:
    """It was judged, or failed (None). False where somebody else was first. `said` are further columns."""
    values: dict[str, Any] = {"state": FAILED if judgement is None else JUDGED, "judged": time.time(), **said}
    if judgement:
        values |= {
            "flagged": judgement.flagged,
            "outcome": judgement.outcome,
            "reasons": list(judgement.reasons),
            "labels": list(judgement.labels),
        }
    still_open = sa.and_(rows.c.id == content.id, rows.c.state == OPEN)
    return bool(connection.execute(sa.update(rows).where(still_open).values(values)).rowcount)


def attach(connection: sa.Connection, content: Content, submissions: Mapping[str, str]) -> None:
    """Its media were handed in."""
    connection.execute(sa.update(rows).where(rows.c.id == content.id).values(submissions=dict(submissions)))


def ripe(connection: sa.Connection, ended: Sequence[str], before: float) -> list[Content]:
    """Open contents whose submissions all ended before then, or are gone: their caller went away before they were
    judged. `ended` are the states of a submission that has.
    """
    waiting = sa.select(rows).where(rows.c.state == OPEN, sa.cast(rows.c.submissions, sa.Text) != "{}")
    found = [Content(**row) for row in connection.execute(waiting.order_by(rows.c.created)).mappings()]
    wanted = [id for content in found for id in content.submissions.values()]
    going_on: set[str] = set()
    for some in handfuls(wanted):
        these = submissions.c.id.in_(some)
        over = sa.and_(submissions.c.state.in_(ended), submissions.c.ended < before)
        going_on |= set(connection.execute(sa.select(submissions.c.id).where(these, ~over)).scalars())
    return [content for content in found if going_on.isdisjoint(content.submissions.values())]
