"""Decisions: what a human concludes of an item or an author. Each is written down before it takes effect."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from reelwarden.errors import UsageError
from reelwarden.review import actions, authors, erasure, items, news, queues
from reelwarden.review.actions import Action
from reelwarden.review.authors import Author
from reelwarden.review.items import Item
from reelwarden.review.missing import NotThere
from reelwarden.review.news import News, Renderers
from reelwarden.store.database import new_id
from reelwarden.store.tables.review import decisions as rows

RESOLVE, UNRESOLVE = "resolve", "unresolve"
SUSPENDED_FOR = 86400.0


@dataclass(frozen=True, slots=True)
class Chair:
    """Who decides, where: `by` is a key or a person."""

    account: str
    project: str
    by: str
    renderers: Renderers


@dataclass(frozen=True, slots=True)
class Deed:
    """An action with what was said to it. `seconds` of a suspension."""

    action: Action
    value: str | None = None
    queue: str | None = None
    seconds: float | None = None


def resolve(connection: sa.Connection, chair: Chair, item: Item, reason: str | None = None) -> Item:
    """Nothing more is to be done with it."""
    _write(connection, chair, RESOLVE, item=item, reason=reason)
    done = items.change(connection, item, state=queues.RESOLVED, resolved=time.time())
    told = News(news.ITEM_RESOLVED, item=done, author=_author_of(connection, done), queue=done.queue)
    news.tell(connection, chair.renderers, chair.account, chair.project, [told])
    return done


def unresolve(connection: sa.Connection, chair: Chair, item: Item, reason: str | None = None) -> Item:
    """It is to be looked at again."""
    _write(connection, chair, UNRESOLVE, item=item, reason=reason)
    return items.change(connection, item, state=queues.PENDING, resolved=None)


def on_items(connection: sa.Connection, chair: Chair, deed: Deed, named: Sequence[str]) -> list[str]:
    """The action for each of the items, and for their authors where it is about authors.

    Gives the ids of the contents that there are; raises NotThere where there is none of them, UsageError for a
    missing value.
    """
    _check(deed)
    found = [item for item in (_item(connection, chair, name) for name in dict.fromkeys(named)) if item]
    if named and not found:
        raise NotThere("item", named[0])
    for item in found:
        _on_item(connection, chair, deed, item)
    return [item.external_id for item in found]


def on_authors(connection: sa.Connection, chair: Chair, deed: Deed, named: Sequence[str]) -> None:
    """The action for each of the authors. Raises NotThere, UsageError."""
    _check(deed)
    for name in dict.fromkeys(named):
        _on_author(connection, chair, deed, authors.find(connection, chair.project, name))


def _check(deed: Deed) -> None:
    action = deed.action
    if action.needs_value and not deed.value:
        raise UsageError(f"the action {action.key} needs a value")
    if deed.value and action.choices and not action.free_text and deed.value not in action.choices:
        raise UsageError(f"the action {action.key} takes one of: {', '.join(action.choices)[:300]}")


def _on_item(connection: sa.Connection, chair: Chair, deed: Deed, item: Item) -> None:
    action = deed.action
    _write(connection, chair, action.does or "action", item=item, deed=deed)
    if action.does in (actions.ALLOW, actions.REJECT):
        item = items.change(connection, item, decision=action.does.removeprefix("item."))
    item = _moved(connection, chair, deed, item)
    author = _author_of(connection, item)
    if action.does.startswith("author") and author:
        _on_author(connection, chair, deed, author, item)
        return
    kinds = {actions.ALLOW: news.ITEM_ALLOWED, actions.REJECT: news.ITEM_REJECTED}
    told = [news.ITEM_ACTED, *([kinds[action.does]] if action.does in kinds else [])]
    if action.moves == actions.REMOVE:
        told.append(news.ITEM_RESOLVED)
    about = [
        News(kind, item=item, author=author, action=action, value=deed.value, queue=deed.queue or item.queue)
        for kind in told
    ]
    news.tell(connection, chair.renderers, chair.account, chair.project, about)


def _moved(connection: sa.Connection, chair: Chair, deed: Deed, item: Item) -> Item:
    if deed.action.moves == actions.REMOVE:
        return items.change(connection, item, state=queues.RESOLVED, resolved=time.time())
    if deed.action.moves == actions.ADD:
        queue = deed.queue or item.queue or queues.usual(connection, chair.project)
        return items.change(connection, item, state=queues.PENDING, resolved=None, queue=queue)
    return item


def _on_author(connection: sa.Connection, chair: Chair, deed: Deed, author: Author, item: Item | None = None) -> None:
    does = deed.action.does
    _write(connection, chair, does or "action", author=author, deed=deed)
    kinds = [news.AUTHOR_ACTED]
    if does == actions.BLOCK and deed.seconds is None:
        author = authors.block(connection, author, None, deed.value)
        kinds.append(news.AUTHOR_BLOCKED)
    elif does in (actions.BLOCK, actions.SUSPEND):
        until = time.time() + (deed.seconds or SUSPENDED_FOR)
        author = authors.block(connection, author, until, deed.value)
        kinds.append(news.AUTHOR_SUSPENDED)
    elif does == actions.UNBLOCK:
        author = authors.unblock(connection, author)
        kinds.append(news.AUTHOR_UNBLOCKED)
    elif does == actions.DELETE:
        erasure.erase(connection, author)
    about = [
        News(kind, item=item, author=author, action=deed.action, value=deed.value, queue=deed.queue) for kind in kinds
    ]
    news.tell(connection, chair.renderers, chair.account, chair.project, about, keep=does != actions.DELETE)


def _item(connection: sa.Connection, chair: Chair, named: str) -> Item | None:
    try:
        return items.find(connection, chair.project, named)
    except NotThere:
        return None


def _author_of(connection: sa.Connection, item: Item) -> Author | None:
    return authors.find(connection, item.project, item.author) if item.author else None


def _write(
    connection: sa.Connection,
    chair: Chair,
    kind: str,
    *,
    item: Item | None = None,
    author: Author | None = None,
    deed: Deed | None = None,
    reason: str | None = None,
) -> None:
    row = {
        "id": new_id("dec"),
        "account": chair.account,
        "project": chair.project,
        "kind": kind,
        "item": item.id if item else None,
        "author": author.id if author else None,
        "action": deed.action.key if deed else None,
        "value": deed.value if deed else None,
        "reason": reason,
        "queue": (deed.queue if deed else None) or (item.queue if item else None),
        "by": chair.by,
        "at": time.time(),
    }
    connection.execute(rows.insert().values(row))


def of_items(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[sa.RowMapping]]:
    """Item → what was decided of it by actions, the oldest first."""
    query = sa.select(rows).where(rows.c.item.in_(ids), rows.c.action.is_not(None)).order_by(rows.c.at, rows.c.id)
    found: dict[str, list[sa.RowMapping]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["item"], []).append(row)
    return found
