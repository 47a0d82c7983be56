"""The first start: tables, plans, and one key to begin with."""

from __future__ import annotations

import time
from pathlib import Path

import sqlalchemy as sa

from reelwarden.accounts import keys, plans
from reelwarden.accounts.caller import ADMIN, OWN_SCOPES
from reelwarden.accounts.statements import upsert
from reelwarden.errors import SettingsError
from reelwarden.store import tables
from reelwarden.store.database import Database, new_id
from reelwarden.store.migrations import migrate

NAME = "admin"


def open_database(url: str) -> Database:
    """The database that a server of this version can work with: its tables made or brought up to date, plans seeded.

    Raises SettingsError. Safe in several processes at once.
    """
    database = Database(url)
    _make_folder(database.engine.url)
    try:
        migrate(database)
        if _lacks_plans(database):
            with database.begin() as connection:
                plans.seed(connection)
    except BaseException:
        database.close()
        raise
    return database


def first_admin(database: Database) -> str | None:
    """Makes the account `admin` and returns its one key, where there is none yet; else None.

    Of several processes that start at once, one gets the key.
    """
    accounts = tables.accounts.accounts
    if _there(database, accounts.c.name == NAME):
        return None
    with database.begin() as connection:
        plans.seed(connection)
        row = {
            "id": new_id("acc"),
            "name": NAME,
            "plan": plans.UNLIMITED,
            "settings": {},
            "created": time.time(),
        }
        insert = upsert(connection, accounts).values(row).on_conflict_do_nothing(index_elements=["name"])
        made = connection.execute(insert.returning(accounts.c.id)).scalar_one_or_none()
        if made is None:
            return None
        return keys.create(connection, made, "first key", OWN_SCOPES | {ADMIN})[1]


def _make_folder(url: sa.URL) -> None:
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"database_url: {folder} cannot be made: {error.strerror}") from error


def _there(database: Database, wanted: sa.ColumnElement[bool]) -> bool:
    with database.read() as connection:
        return connection.execute(sa.select(sa.exists().where(wanted))).scalar_one()


def _lacks_plans(database: Database) -> bool:
    return not all(_there(database, tables.accounts.plans.c.name == plan.name) for plan in plans.BUILT_IN)
