"""An author's data goes on request: who they are, what they sent, and what was said of both. Numbers stay."""

from __future__ import annotations

import time
from collections.abc import Sequence

import sqlalchemy as sa

from reelwarden.deliver import deliveries
from reelwarden.review import emptying
from reelwarden.review.authors import Author
from reelwarden.store.database import handfuls
from reelwarden.store.tables.review import authors, contents, decisions, review_items
from reelwarden.store.tables.submissions import submissions

AT_ONCE = 0.0
"""The time of expiry of a submission that a worker is to delete with its next sweep, whatever its state."""


def erase(connection: sa.Connection, author: Author, now: float | None = None) -> None:
    """All of it in the caller's transaction. Media and results of their submissions are deleted by the next sweep of
    a worker, which also stops what is still looked at; webhooks about them that have not arrived are sent and emptied.
    """
    now = time.time() if now is None else now
    _expire(connection, _submissions_of(connection, author))
    while emptying.items(connection, review_items.c.author == author.id, now):
        continue
    theirs = contents.c.author == author.id
    connection.execute(sa.delete(contents).where(theirs, contents.c.state == "open"))
    bare: dict[str, object] = {"request": {}, "fingerprint": "", "submissions": {}, "author": None}
    connection.execute(sa.update(contents).where(theirs).values(bare))
    emptying.decided(connection, decisions.c.author == author.id)
    connection.execute(sa.update(decisions).where(decisions.c.author == author.id).values(author=None))
    deliveries.forget_about(connection, author.id)
    connection.execute(sa.delete(authors).where(authors.c.id == author.id))


def _submissions_of(connection: sa.Connection, author: Author) -> list[str]:
    found: set[str] = set()
    for table in (contents, review_items):
        query = sa.select(table.c.submissions).where(table.c.author == author.id)
        found |= {id for made in connection.execute(query).scalars() for id in made.values()}
    return sorted(found)


def _expire(connection: sa.Connection, ids: Sequence[str]) -> None:
    for some in handfuls(ids):
        mine = submissions.c.id.in_(some)
        connection.execute(sa.update(submissions).where(mine).values(expires=AT_ONCE, stop_wanted=True))
