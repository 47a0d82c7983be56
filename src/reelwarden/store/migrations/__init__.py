"""Brings the tables of a database to what this version of the program knows, step by step (`versions/`).

`python tests/write_migration.py "What changes"` writes the next step from the tables of `store/tables/`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from reelwarden.errors import SettingsError
from reelwarden.store.database import Database
from reelwarden.store.tables import metadata

FOLDER = Path(__file__).parent
TURN = 0x5245454C
"""The advisory lock of PostgreSQL under which one process migrates and the others wait."""

_one_at_a_time = threading.Lock()
"""Alembic keeps what it is doing in globals of its modules."""


def migrate(database: Database) -> None:
    """Takes all steps that are missing, or none if one fails. Safe in several processes at once.

    Raises SettingsError where the database is of a newer program, or has tables that are not ours.
    """
    if _revision(database) == head():
        return
    with _one_at_a_time, turn(database) as connection:
        logging.getLogger("alembic").setLevel(logging.WARNING)
        config = config_of(connection)
        try:
            if _is_unversioned(connection):
                _check_same(connection)
                command.stamp(config, "head")
            else:
                command.upgrade(config, "head")
        except CommandError as error:
            raise SettingsError(
                "the database was made by a newer program than this one", "install that version, or a later one"
            ) from error


@contextmanager
def turn(database: Database) -> Iterator[sa.Connection]:
    """A transaction in which tables may be made anew, while other processes that want the same wait."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if not database.is_sqlite:
            with connection.begin():
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
                yield connection
            return
        # Else a table that is dropped to be made anew would take all rows along that belong to its rows.
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise RuntimeError(f"the migration leaves {len(lost)} rows that belong to none")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def head() -> str:
    """The newest step that this program knows."""
    return str(ScriptDirectory(str(FOLDER)).get_current_head())


def differences(connection: sa.Connection) -> list[object]:
    """How our tables in the database differ from those of the program."""
    options = {"include_object": is_ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def config_of(connection: sa.Connection) -> Config:
    """What Alembic's commands need to work in this connection's transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def is_ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """The job engine keeps tables of its own in the same database."""
    return kind != "table" or name in metadata.tables


def _revision(database: Database) -> str | None:
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _is_unversioned(connection: sa.Connection) -> bool:
    """Whether there are tables but no version: they were made at once, by `Database.create`."""
    versioned = MigrationContext.configure(connection).get_current_revision() is not None
    return not versioned and sa.inspect(connection).has_table("plans")


def _check_same(connection: sa.Connection) -> None:
    if differences(connection):
        raise SettingsError("the database has tables that this program did not make", "give it an empty one")
