"""Queues: ordered sets of review items."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from reelwarden.accounts.wording import is_keepable
from reelwarden.review.missing import NotThere, TakenAlready
from reelwarden.review.page import Page, Turn
from reelwarden.store.database import new_id
from reelwarden.store.tables.review import actions, decisions, review_items
from reelwarden.store.tables.review import queues as rows

PENDING, RESOLVED, EXPIRED = "pending", "resolved", "expired"
"""Expired: its time was over before anybody decided."""


@dataclass(frozen=True, slots=True)
class Queue:
    id: str
    account: str
    project: str
    name: str
    description: str
    usual: bool
    created: float


@dataclass(frozen=True, slots=True)
class Stats:
    """`days`: day → items decided; `reviewers`: who → how many; `by_action`: key → (name, how many).

    `seconds` from an item's coming to its being resolved, on average.
    """

    pending: int
    resolved: int
    seconds: float
    days: dict[str, int]
    reviewers: dict[str, int]
    by_action: dict[str, tuple[str, int]]


def create(
    connection: sa.Connection, account: str, project: str, name: str, description: str = "", usual: bool = False
) -> Queue:
    """Raises TakenAlready."""
    queue = Queue(new_id("que"), account, project, name, description, usual, time.time())
    try:
        with connection.begin_nested():
            connection.execute(rows.insert().values({field: getattr(queue, field) for field in queue.__slots__}))
    except IntegrityError as error:
        raise TakenAlready(f"the project has a queue of the name {name} already") from error
    return queue


def get(connection: sa.Connection, project: str, id: str) -> Queue:
    """Raises NotThere."""
    query = sa.select(rows).where(rows.c.project == project, rows.c.id == id)
    found = connection.execute(query).mappings().one_or_none() if is_keepable(id) else None
    if found is None:
        raise NotThere("queue", id)
    return Queue(**found)


def usual(connection: sa.Connection, project: str) -> str | None:
    """The id of the queue that gets what is flagged."""
    query = sa.select(rows.c.id).where(rows.c.project == project, rows.c.usual)
    return connection.execute(query).scalar_one_or_none()


def listing(connection: sa.Connection, project: str, turn: Turn) -> Page:
    query = sa.select(rows).where(rows.c.project == project)
    return turn.of(connection, query.order_by(sa.desc(rows.c.usual), rows.c.created, rows.c.id))


def counts(connection: sa.Connection, queue: str) -> tuple[int, int]:
    """(pending, resolved)."""
    query = sa.select(review_items.c.state, sa.func.count()).where(review_items.c.queue == queue)
    found: dict[str, Any] = {row[0]: row[1] for row in connection.execute(query.group_by(review_items.c.state))}
    return found.get(PENDING, 0), found.get(RESOLVED, 0)


def stats(connection: sa.Connection, queue: Queue, since: float) -> Stats:
    """What was decided in the queue since then."""
    pending, resolved = counts(connection, queue.id)
    wanted = sa.select(decisions).where(decisions.c.project == queue.project, decisions.c.at >= since)
    wanted = wanted.where(decisions.c.item.is_not(None), decisions.c.queue == queue.id)
    days: dict[str, int] = {}
    reviewers: dict[str, int] = {}
    used: dict[str, int] = {}
    for row in connection.execute(wanted.order_by(decisions.c.at)).mappings():
        day = time.strftime("%Y-%m-%d", time.gmtime(row["at"]))
        days[day] = days.get(day, 0) + 1
        reviewers[row["by"]] = reviewers.get(row["by"], 0) + 1
        if row["action"]:
            used[row["action"]] = used.get(row["action"], 0) + 1
    took = sa.select(sa.func.avg(review_items.c.resolved - review_items.c.created))
    mean = connection.execute(took.where(review_items.c.queue == queue.id)).scalar_one()
    return Stats(pending, resolved, max(mean or 0.0, 0.0), days, reviewers, _named(connection, queue.project, used))


def _named(connection: sa.Connection, project: str, used: dict[str, int]) -> dict[str, tuple[str, int]]:
    query = sa.select(actions.c.key, actions.c.name).where(actions.c.project == project)
    names = {row[0]: row[1] for row in connection.execute(query)}
    return {key: (names.get(key, key), count) for key, count in used.items()}
