"""Review items: what a moderator is shown. One a content of the caller's; the same content again updates its item.

One that was emptied (emptying.py) is found by nobody: it only counts in reports."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from reelwarden.accounts.statements import upsert
from reelwarden.accounts.wording import is_keepable
from reelwarden.review.missing import NotThere
from reelwarden.review.page import Page, Turn
from reelwarden.review.queues import PENDING, RESOLVED
from reelwarden.store.database import new_id
from reelwarden.store.tables.review import authors, decisions
from reelwarden.store.tables.review import review_items as rows

OLDEST, NEWEST, RANDOM, GRAVEST = "oldest", "newest", "random", "gravest"


@dataclass(frozen=True, slots=True)
class Item:
    """`content` is what is shown; `labels` [{label, score, flagged}]; `severity` 0..1; times since 1970."""

    id: str
    account: str
    project: str
    external_id: str
    content: Mapping[str, Any]
    submissions: Mapping[str, str]
    author: str | None
    channel: str | None
    queue: str | None
    labels: Sequence[Mapping[str, Any]]
    flagged: bool
    severity: float
    outcome: str
    state: str
    decision: str | None
    language: str | None
    conversation: str | None
    kind: str | None
    facts: Mapping[str, Any]
    created: float
    changed: float
    resolved: float | None
    emptied: float | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items of a queue, in which order. `acted` are keys of actions of which one was taken."""

    order: str = OLDEST
    resolved: bool = False
    conversations: Collection[str] = ()
    labels: Collection[str] = ()
    author: str = ""
    acted: Collection[str] = ()
    after: float | None = None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class New:
    """An item to be kept, as `Item` has it."""

    account: str
    project: str
    external_id: str
    content: Mapping[str, Any]
    outcome: str
    flagged: bool
    severity: float
    labels: Sequence[Mapping[str, Any]]
    queue: str | None = None
    author: str | None = None
    channel: str | None = None
    submissions: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    conversation: str | None = None
    kind: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    created: float = 0.0


def keep(connection: sa.Connection, new: New) -> tuple[Item, bool]:
    """The item, and whether it entered a queue by this. A content that is judged anew stays in the queue it was in;
    where it is flagged and was resolved, it is to be looked at again.
    """
    now = time.time()
    values = {name: getattr(new, name) for name in new.__slots__} | {"created": new.created or now, "changed": now}
    before = _known(connection, new.project, new.external_id)
    if before is None:
        row = {**values, "id": new_id("itm"), "state": PENDING if new.queue else RESOLVED, "resolved": None}
        connection.execute(upsert(connection, rows).values(row).on_conflict_do_nothing())
        item = find(connection, new.project, new.external_id)
        return item, item.id == row["id"] and item.queue is not None
    del values["created"]
    asked = new.queue is not None
    values |= {"queue": new.queue or before.queue} | ({"state": PENDING, "resolved": None} if asked else {})
    connection.execute(sa.update(rows).where(rows.c.id == before.id).values(values))
    return find(connection, new.project, new.external_id), asked and (before.queue is None or before.state == RESOLVED)


def find(connection: sa.Connection, project: str, named: str) -> Item:
    """By our id or the content's. Raises NotThere."""
    found = _known(connection, project, named)
    if found is None:
        raise NotThere("item", named)
    return found


def in_queue(connection: sa.Connection, queue: str, named: str) -> Item:
    """Raises NotThere."""
    meant = sa.or_(rows.c.id == named, rows.c.external_id == named)
    query = sa.select(rows).where(rows.c.queue == queue, rows.c.emptied.is_(None), meant)
    query = query.order_by(sa.desc(rows.c.id == named))
    found = connection.execute(query).mappings().first() if is_keepable(named) else None
    if found is None:
        raise NotThere("item", named)
    return Item(**found)


def listing(connection: sa.Connection, queue: str, wanted: Wanted, turn: Turn) -> Page:
    orders = {
        OLDEST: (rows.c.created.asc(), rows.c.id),
        NEWEST: (rows.c.created.desc(), rows.c.id.desc()),
        GRAVEST: (rows.c.severity.desc(), rows.c.created, rows.c.id),
        RANDOM: (sa.func.random(),),
    }
    query = sa.select(rows).where(rows.c.queue == queue, *_where(wanted))
    return turn.of(connection, query.order_by(*orders[wanted.order]))


def _where(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    said: list[sa.ColumnElement[bool]] = [rows.c.emptied.is_(None)]
    if not wanted.resolved:
        said.append(rows.c.state == PENDING)
    if wanted.conversations:
        said.append(rows.c.conversation.in_(wanted.conversations))
    if wanted.labels:
        # The labels are a JSON text in both databases; their names have no letter that JSON writes otherwise.
        text = sa.cast(rows.c.labels, sa.Text)
        said.append(sa.or_(*(text.contains(f'"{label}"', autoescape=True) for label in wanted.labels)))
    if wanted.author:
        meant = sa.or_(authors.c.id == wanted.author, authors.c.external_id == wanted.author)
        said.append(rows.c.author.in_(sa.select(authors.c.id).where(meant)))
    if wanted.acted:
        acted = sa.select(decisions.c.item).where(decisions.c.action.in_(wanted.acted), decisions.c.item.is_not(None))
        said.append(rows.c.id.in_(acted))
    if wanted.after is not None:
        said.append(rows.c.created >= wanted.after)
    if wanted.before is not None:
        said.append(rows.c.created <= wanted.before)
    return said


def change(connection: sa.Connection, item: Item, **values: Any) -> Item:
    """Columns as the table has them."""
    connection.execute(sa.update(rows).where(rows.c.id == item.id).values({**values, "changed": time.time()}))
    return find(connection, item.project, item.id)


def _known(connection: sa.Connection, project: str, named: str) -> Item | None:
    meant = sa.or_(rows.c.id == named, rows.c.external_id == named)
    query = sa.select(rows).where(rows.c.project == project, rows.c.emptied.is_(None), meant)
    query = query.order_by(sa.desc(rows.c.external_id == named))
    found = connection.execute(query).mappings().first() if is_keepable(named) else None
    return Item(**found) if found else None
