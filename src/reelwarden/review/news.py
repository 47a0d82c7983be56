"""News of the review desk for those who subscribed: owed in the transaction that makes it true.

Bodies are a dialect's own: whoever acts hands in a table {dialect: renderer}.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from reelwarden.accounts.wording import is_keepable
from reelwarden.deliver import deliveries
from reelwarden.review.actions import Action
from reelwarden.review.authors import Author
from reelwarden.review.items import Item
from reelwarden.review.missing import NotThere
from reelwarden.review.page import Page, Turn
from reelwarden.store.database import new_id
from reelwarden.store.tables.review import projects
from reelwarden.store.tables.review import subscriptions as rows

ITEM_NEW, ITEM_RESOLVED, ITEM_ACTED = "item.new", "item.resolved", "item.acted"
ITEM_REJECTED, ITEM_ALLOWED = "item.rejected", "item.allowed"
AUTHOR_BLOCKED, AUTHOR_UNBLOCKED, AUTHOR_SUSPENDED = "author.blocked", "author.unblocked", "author.suspended"
AUTHOR_CHANGED, AUTHOR_TRUST, AUTHOR_ACTED = "author.changed", "author.trust", "author.acted"
KINDS = (
    ITEM_NEW,
    ITEM_RESOLVED,
    ITEM_ACTED,
    ITEM_REJECTED,
    ITEM_ALLOWED,
    AUTHOR_BLOCKED,
    AUTHOR_UNBLOCKED,
    AUTHOR_SUSPENDED,
    AUTHOR_CHANGED,
    AUTHOR_TRUST,
    AUTHOR_ACTED,
)


@dataclass(frozen=True, slots=True)
class News:
    """What happened, to what. `value` came with the action."""

    kind: str
    id: str = field(default_factory=lambda: new_id("evt"))
    at: float = field(default_factory=time.time)
    item: Item | None = None
    author: Author | None = None
    action: Action | None = None
    value: str | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    event: str
    body: bytes
    headers: Mapping[str, str]


Renderers = Mapping[str, Callable[[News], Letter]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants to hear of what; `kinds` of KINDS."""

    id: str
    account: str
    project: str
    name: str
    description: str | None
    url: str
    kinds: Sequence[str]
    dialect: str
    created: float


def tell(
    connection: sa.Connection,
    renderers: Renderers,
    account: str,
    project: str,
    several: Sequence[News],
    keep: bool = True,
) -> None:
    """Owes each subscriber what they want to hear. `keep` false: nothing of it stays once it has arrived."""
    if not several:
        return
    query = sa.select(rows, projects.c.secret).join(projects, rows.c.project == projects.c.id)
    subscribed = connection.execute(query.where(rows.c.project == project)).mappings().all()
    for news in several:
        for row in subscribed:
            renderer = renderers.get(row["dialect"])
            if news.kind in row["kinds"] and renderer:
                letter = renderer(news)
                deliveries.owe(
                    connection,
                    account=account,
                    submission=None,
                    dialect=row["dialect"],
                    event=letter.event,
                    url=row["url"],
                    body=letter.body,
                    headers=letter.headers,
                    secret=row["secret"],
                    now=news.at,
                    about=news.author.id if news.author else None,
                    keep=keep,
                )


def subscribe(connection: sa.Connection, account: str, project: str, **said: Any) -> Subscription:
    """name, description, url, kinds, dialect."""
    row = {"id": new_id("sbs"), "account": account, "project": project, "created": time.time(), **said}
    connection.execute(rows.insert().values(row))
    return Subscription(**row)


def get(connection: sa.Connection, project: str, id: str) -> Subscription:
    """Raises NotThere."""
    query = sa.select(rows).where(rows.c.project == project, rows.c.id == id)
    found = connection.execute(query).mappings().one_or_none() if is_keepable(id) else None
    if found is None:
        raise NotThere("subscription", id)
    return Subscription(**found)


def listing(connection: sa.Connection, project: str, turn: Turn) -> Page:
    query = sa.select(rows).where(rows.c.project == project)
    return turn.of(connection, query.order_by(rows.c.created, rows.c.id))


def change(connection: sa.Connection, subscription: Subscription, **said: Any) -> Subscription:
    if said:
        connection.execute(sa.update(rows).where(rows.c.id == subscription.id).values(said))
    return get(connection, subscription.project, subscription.id)


def unsubscribe(connection: sa.Connection, subscription: Subscription) -> None:
    connection.execute(sa.delete(rows).where(rows.c.id == subscription.id))
