"""What is left of what people worked on when its time is over: numbers, and who decided when.

An item, a content or a decision that was emptied still counts in every report; whose it was, what it said and what was
said of it cannot be told any more.
"""

from __future__ import annotations

import sqlalchemy as sa

from reelwarden.review.queues import EXPIRED, PENDING
from reelwarden.store.tables.review import contents, decisions, review_items

ABOUT = 200
"""Rows that one statement is about."""


def items(connection: sa.Connection, which: sa.ColumnElement[bool], now: float, most: int = ABOUT) -> int:
    """Empties some of the items that are meant, with what was said when they were decided on. How many."""
    full = sa.and_(review_items.c.emptied.is_(None), which)
    wanted = sa.select(review_items.c.id, review_items.c.labels).where(full).order_by(review_items.c.changed)
    found = connection.execute(wanted.limit(most)).all()
    ids = [row.id for row in found]
    if ids:
        connection.execute(sa.update(review_items).where(review_items.c.id.in_(ids)).values(_bare(now)))
        decided(connection, decisions.c.item.in_(ids))
    for row in found:
        if any("matches" in label for label in row.labels):
            bare = [{name: said for name, said in label.items() if name != "matches"} for label in row.labels]
            connection.execute(sa.update(review_items).where(review_items.c.id == row.id).values(labels=bare))
    return len(ids)


def decided(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """Decisions forget what was said with them; that they were taken, when, and by whom stays."""
    said = sa.or_(decisions.c.value.is_not(None), decisions.c.reason.is_not(None))
    connection.execute(sa.update(decisions).where(which, said).values(value=None, reason=None))


def requests(connection: sa.Connection, before: float) -> None:
    """Contents that were judged before then forget what was asked."""
    old = sa.and_(contents.c.fingerprint != "", contents.c.judged < before)
    connection.execute(sa.update(contents).where(old).values(request={}, fingerprint=""))


def authorship(connection: sa.Connection, accounts: sa.ColumnElement[bool], before: float) -> None:
    """Contents from before then are nobody's."""
    whose = sa.and_(accounts, contents.c.author.is_not(None), contents.c.created < before, contents.c.state != "open")
    connection.execute(sa.update(contents).where(whose).values(author=None, submissions={}))


def _bare(now: float) -> dict[str, object]:
    c = review_items.c
    return {
        "external_id": c.id,
        "content": {},
        "submissions": {},
        "author": None,
        "conversation": None,
        "facts": {},
        "state": sa.case((c.state == PENDING, EXPIRED), else_=c.state),
        "emptied": now,
    }
