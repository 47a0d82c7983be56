"""Projects: what an account keeps apart. Each begins with a channel, a queue and the built-in actions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from reelwarden.accounts.statements import upsert
from reelwarden.accounts.wording import is_keepable
from reelwarden.deliver.signing import new_secret
from reelwarden.review import actions, channels, queues
from reelwarden.review.missing import Needed, NotThere, TakenAlready
from reelwarden.review.page import Page, Turn
from reelwarden.store.database import new_id
from reelwarden.store.tables.review import channels as channel_rows
from reelwarden.store.tables.review import project_keys
from reelwarden.store.tables.review import projects as rows


@dataclass(frozen=True, slots=True)
class Project:
    """`settings` is the dialect's business; `secret` signs what its subscriptions get."""

    id: str
    account: str
    name: str
    usual: bool
    settings: Mapping[str, Any]
    secret: str
    created: float
    changed: float


def usual(connection: sa.Connection, account: str, name: str) -> Project:
    """The project that is meant where nobody names one. It is made when it is first needed, with this name."""
    mine = sa.select(rows).where(rows.c.account == account, rows.c.usual)
    found = connection.execute(mine).mappings().first()
    if found is None:
        row = _row(account, name, {}, True)
        connection.execute(upsert(connection, rows).values(row).on_conflict_do_nothing())
        found = connection.execute(mine).mappings().one()
        if found["id"] == row["id"]:
            furnish(connection, Project(**row))
    return Project(**found)


def create(connection: sa.Connection, account: str, name: str, settings: Mapping[str, Any]) -> Project:
    """Raises TakenAlready."""
    row = _row(account, name, settings, False)
    _insert(connection, row)
    project = Project(**row)
    furnish(connection, project)
    return project


def furnish(connection: sa.Connection, project: Project) -> None:
    channels.create(connection, project.account, project.id, "Default", "default", {}, usual=True)
    queues.create(connection, project.account, project.id, "Review", "Everything that was flagged", usual=True)
    actions.furnish(connection, project.account, project.id)


def get(connection: sa.Connection, account: str, named: str) -> Project:
    """By id, or else by name. Raises NotThere."""
    meant = sa.or_(rows.c.id == named, rows.c.name == named)
    query = sa.select(rows).where(rows.c.account == account, meant).order_by(sa.desc(rows.c.id == named))
    found = connection.execute(query).mappings().first() if is_keepable(named) else None
    if found is None:
        raise NotThere("project", named)
    return Project(**found)


def of_key(connection: sa.Connection, key: str) -> str | None:
    """The id of the project that the key is bound to; None: it opens all of the account's."""
    return connection.execute(sa.select(project_keys.c.project).where(project_keys.c.key == key)).scalar_one_or_none()


def bind(connection: sa.Connection, key: str, project: str) -> None:
    connection.execute(project_keys.insert().values(key=key, project=project))


def listing(connection: sa.Connection, account: str, turn: Turn, only: str | None = None) -> Page:
    query = sa.select(rows).where(rows.c.account == account).order_by(rows.c.created, rows.c.id)
    return turn.of(connection, query if only is None else query.where(rows.c.id == only))


def change(
    connection: sa.Connection, project: Project, name: str | None = None, settings: Mapping[str, Any] | None = None
) -> Project:
    """What is not given stays; settings are merged. Raises TakenAlready."""
    said = {"name": name or project.name, "settings": {**project.settings, **(settings or {})}, "changed": time.time()}
    try:
        with connection.begin_nested():
            connection.execute(sa.update(rows).where(rows.c.id == project.id).values(said))
    except IntegrityError as error:
        raise TakenAlready(f"there is a project of the name {name} already") from error
    return get(connection, project.account, project.id)


def delete(connection: sa.Connection, project: Project) -> None:
    """With all that is in it. Raises Needed for the usual one."""
    if project.usual:
        raise Needed("the usual project cannot be deleted")
    connection.execute(sa.delete(rows).where(rows.c.id == project.id))


def duplicate(connection: sa.Connection, project: Project, name: str | None = None) -> Project:
    """A project with the same settings and channels, and nothing of what was judged. Raises TakenAlready."""
    names = set(connection.execute(sa.select(rows.c.name).where(rows.c.account == project.account)).scalars())
    copies = (f"{project.name[:180]} (copy{f' {n}' if n > 1 else ''})" for n in range(1, len(names) + 2))
    called = name or next(name for name in copies if name not in names)
    row = _row(project.account, called, project.settings, False)
    _insert(connection, row)
    made = Project(**row)
    furnish(connection, made)
    own = sa.select(channel_rows).where(channel_rows.c.project == project.id)
    for channel in connection.execute(own).mappings().all():
        if channel["usual"]:
            update = sa.update(channel_rows).where(channel_rows.c.project == made.id, channel_rows.c.usual)
            connection.execute(update.values(settings=channel["settings"], name=channel["name"], key=channel["key"]))
        else:
            said = (channel["name"], channel["key"], channel["settings"])
            channels.create(connection, made.account, made.id, *said)
    return made


def _row(account: str, name: str, settings: Mapping[str, Any], usual: bool) -> dict[str, Any]:
    now = time.time()
    return {
        "id": new_id("prj"),
        "account": account,
        "name": name[:200],
        "usual": usual,
        "settings": dict(settings),
        "secret": new_secret(),
        "created": now,
        "changed": now,
    }


def _insert(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    try:
        with connection.begin_nested():
            connection.execute(rows.insert().values(row))
    except IntegrityError as error:
        raise TakenAlready(f"there is a project of the name {row['name']} already") from error
