"""Channels: kinds of places where contents come from, each looked at in its own way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from reelwarden.accounts.wording import is_keepable
from reelwarden.review.missing import Needed, NotThere, TakenAlready
from reelwarden.review.page import Page, Turn
from reelwarden.store.database import new_id
from reelwarden.store.tables.review import channels as rows


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    account: str
    project: str
    key: str
    name: str
    usual: bool
    settings: Mapping[str, Any]
    created: float
    changed: float


def create(
    connection: sa.Connection,
    account: str,
    project: str,
    name: str,
    key: str,
    settings: Mapping[str, Any],
    usual: bool = False,
) -> Channel:
    """Raises TakenAlready."""
    now = time.time()
    channel = Channel(new_id("chn"), account, project, key, name, usual, dict(settings), now, now)
    try:
        with connection.begin_nested():
            connection.execute(rows.insert().values({field: getattr(channel, field) for field in channel.__slots__}))
    except IntegrityError as error:
        raise TakenAlready(f"the project has a channel of the key {key} already") from error
    return channel


def usual(connection: sa.Connection, project: str) -> Channel:
    """Where contents belong that name none. Raises NotThere."""
    query = sa.select(rows).where(rows.c.project == project).order_by(sa.desc(rows.c.usual), rows.c.created)
    found = connection.execute(query).mappings().first()
    if found is None:
        raise NotThere("channel")
    return Channel(**found)


def named(connection: sa.Connection, project: str, key: str) -> Channel:
    """The project's channel of this key or id. Raises NotThere."""
    meant = sa.or_(rows.c.key == key, rows.c.id == key)
    query = sa.select(rows).where(rows.c.project == project, meant)
    found = connection.execute(query).mappings().first() if is_keepable(key) else None
    if found is None:
        raise NotThere("channel", key)
    return Channel(**found)


def get(connection: sa.Connection, account: str, id: str) -> Channel:
    """The account's channel of this id. Raises NotThere."""
    query = sa.select(rows).where(rows.c.account == account, rows.c.id == id)
    found = connection.execute(query).mappings().one_or_none() if is_keepable(id) else None
    if found is None:
        raise NotThere("channel", id)
    return Channel(**found)


def listing(connection: sa.Connection, project: str, turn: Turn) -> Page:
    query = sa.select(rows).where(rows.c.project == project)
    return turn.of(connection, query.order_by(rows.c.created, rows.c.id))


def change(
    connection: sa.Connection,
    channel: Channel,
    name: str | None = None,
    key: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Channel:
    """What is not given stays; settings are merged. Raises TakenAlready."""
    said = {
        "name": name or channel.name,
        "key": key or channel.key,
        "settings": {**channel.settings, **(settings or {})},
        "changed": time.time(),
    }
    try:
        with connection.begin_nested():
            connection.execute(sa.update(rows).where(rows.c.id == channel.id).values(said))
    except IntegrityError as error:
        raise TakenAlready(f"the project has a channel of the key {key} already") from error
    return get(connection, channel.account, channel.id)


def delete(connection: sa.Connection, channel: Channel) -> None:
    """Raises Needed for the usual one."""
    if channel.usual:
        raise Needed("the usual channel cannot be deleted")
    connection.execute(sa.delete(rows).where(rows.c.id == channel.id))


def free_key(connection: sa.Connection, project: str, wanted: str) -> str:
    """`wanted`, or with a number behind it where the project has that already."""
    used = set(connection.execute(sa.select(rows.c.key).where(rows.c.project == project)).scalars())
    several = (wanted, *(f"{wanted[:90]}-{n}" for n in range(2, len(used) + 3)))
    return next(key for key in several if key not in used)
