"""Actions: what a moderator may do with an item or an author, by one key."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from reelwarden.accounts.wording import is_keepable
from reelwarden.review.missing import NotThere, TakenAlready
from reelwarden.review.page import Page, Turn
from reelwarden.store.database import new_id
from reelwarden.store.tables.review import actions as rows

ALLOW, REJECT, ITEM = "item.allow", "item.reject", "item"
BLOCK, SUSPEND, UNBLOCK, DELETE = "author.block", "author.suspend", "author.unblock", "author.delete"
REPORT, WARN, AUTHOR = "author.report", "author.warn", "author"
DOES = ("", ALLOW, REJECT, ITEM, BLOCK, SUSPEND, UNBLOCK, DELETE, REPORT, WARN, AUTHOR)
"""What an action does beside being noted; empty: nothing, or what its `moves` says."""
REMOVE, ADD, STAY = "remove", "add", "stay"
BUILT_IN = (
    ("allow", "Allow", ALLOW, REMOVE),
    ("reject", "Reject", REJECT, REMOVE),
    ("block", "Block author", BLOCK, STAY),
    ("suspend", "Suspend author", SUSPEND, STAY),
    ("unblock", "Unblock author", UNBLOCK, STAY),
)


@dataclass(frozen=True, slots=True)
class Action:
    """`moves` says what becomes of the item in its queue; `shown` whether all, some (`queues`) or no queues offer it;
    `choices` are values to choose from.
    """

    id: str
    account: str
    project: str
    key: str
    name: str
    description: str | None
    does: str
    built_in: bool
    moves: str
    shown: str
    queues: Sequence[str]
    choices: Sequence[str]
    needs_value: bool
    free_text: bool
    created: float


def furnish(connection: sa.Connection, account: str, project: str) -> None:
    """The actions that every project has from its beginning."""
    for key, name, does, moves in BUILT_IN:
        create(connection, account, project, key=key, name=name, does=does, moves=moves, built_in=True)


def create(connection: sa.Connection, account: str, project: str, **said: Any) -> Action:
    """Columns as the table has them; `key` and `name` at least. Raises TakenAlready."""
    row = {
        "id": new_id("act"),
        "account": account,
        "project": project,
        "description": None,
        "does": "",
        "built_in": False,
        "moves": STAY,
        "shown": "all",
        "queues": [],
        "choices": [],
        "needs_value": False,
        "free_text": False,
        "created": time.time(),
        **said,
    }
    try:
        with connection.begin_nested():
            connection.execute(rows.insert().values(row))
    except IntegrityError as error:
        raise TakenAlready(f"the project has an action of the key {row['key']} already", "action") from error
    return Action(**row)


def get(connection: sa.Connection, project: str, named: str) -> Action:
    """By id or key. Raises NotThere."""
    meant = sa.or_(rows.c.id == named, rows.c.key == named)
    query = sa.select(rows).where(rows.c.project == project, meant).order_by(sa.desc(rows.c.id == named))
    found = connection.execute(query).mappings().first() if is_keepable(named) else None
    if found is None:
        raise NotThere("action", named)
    return Action(**found)


def listing(connection: sa.Connection, project: str, turn: Turn, queue: str | None = None) -> Page:
    """All, or those that a queue offers."""
    query = sa.select(rows).where(rows.c.project == project)
    if queue is not None:
        some = sa.and_(rows.c.shown == "some", sa.cast(rows.c.queues, sa.Text).contains(f'"{queue}"', autoescape=True))
        query = query.where(sa.or_(rows.c.shown == "all", some))
    return turn.of(connection, query.order_by(rows.c.created, rows.c.id))


def change(connection: sa.Connection, action: Action, **said: Any) -> Action:
    """What is not given stays. Raises TakenAlready."""
    if said:
        try:
            with connection.begin_nested():
                connection.execute(sa.update(rows).where(rows.c.id == action.id).values(said))
        except IntegrityError as error:
            raise TakenAlready(f"the project has an action of the key {said.get('key')} already", "action") from error
    return get(connection, action.project, action.id)


def delete(connection: sa.Connection, action: Action) -> None:
    """What was decided by it stays written."""
    connection.execute(sa.delete(rows).where(rows.c.id == action.id))
