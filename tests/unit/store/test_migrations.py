"""Migrated or made at once, the tables are the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from reelwarden.errors import SettingsError
from reelwarden.store.database import Database
from reelwarden.store.migrations import differences, head, migrate, turn
from reelwarden.store.tables import accounts, metadata

if TYPE_CHECKING:
    from postgres import Postgres

MIGRATE = """
import sys
from reelwarden.store.database import Database
from reelwarden.store.migrations import migrate
migrate(Database(sys.argv[1]))
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with nothing in it."""
    if kind == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    folder = tmp_path / "a % b"
    folder.mkdir()
    return f"sqlite:///{folder / 'empty.db'}"


@pytest.fixture
def made_at_once(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of the same kind as `empty`, with all tables."""
    if kind == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'made.db'}")
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        database = Database(postgres.new_database())
    database.create()
    yield database
    database.close()


def described(database: Database) -> dict[str, Any]:
    """Everything that the database says of our tables."""
    said: dict[str, Any] = {}
    with database.read() as connection:
        inspector = sa.inspect(connection)
        for table in inspector.get_table_names():
            if table == "alembic_version":
                continue
            said[table] = {
                "columns": {c["name"]: {k: str(v) for k, v in c.items()} for c in inspector.get_columns(table)},
                "key": inspector.get_pk_constraint(table),
                "foreign": _sorted(inspector.get_foreign_keys(table)),
                "unique": _sorted(inspector.get_unique_constraints(table)),
                "indexes": _sorted([_in_words(index) for index in inspector.get_indexes(table)]),
            }
    return said


def _in_words(index: Any) -> Any:
    """An index with the rows that it is about as text: two clauses of one text are not equal."""
    return {**index, "dialect_options": {name: str(said) for name, said in index["dialect_options"].items()}}


def _sorted(things: Any) -> list[Any]:
    return sorted(things, key=str)


def test_migrated_and_made_at_once_are_the_same(empty: str, made_at_once: Database) -> None:
    migrated = Database(empty)
    migrate(migrated)
    with migrated.read() as connection:
        missing = differences(connection)
    assert not missing, f'python tests/write_migration.py "What changes" writes the step for {missing}'
    assert described(migrated) == described(made_at_once)
    assert set(described(migrated)) == set(metadata.tables)
    migrated.close()


def test_a_second_time_does_nothing(empty: str) -> None:
    database = Database(empty)
    migrate(database)
    before = described(database)
    migrate(database)
    assert described(database) == before
    database.close()


def test_many_may_start_at_once(empty: str) -> None:
    databases = [Database(empty) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, databases))
    with databases[0].read() as connection:
        assert connection.execute(sa.text("select version_num from alembic_version")).all() == [(head(),)]
    for database in databases:
        database.close()


@pytest.mark.slow
def test_many_processes_may_start_at_once(empty: str) -> None:
    starting = [subprocess.Popen([sys.executable, "-c", MIGRATE, empty]) for _ in range(3)]
    assert [process.wait(timeout=120) for process in starting] == [0, 0, 0]
    database = Database(empty)
    with database.read() as connection:
        assert connection.execute(sa.text("select version_num from alembic_version")).all() == [(head(),)]
        assert differences(connection) == []
    database.close()


def test_a_table_made_anew_keeps_what_belongs_to_its_rows(empty: str) -> None:
    database = Database(empty)
    migrate(database)
    with database.begin() as connection:
        connection.execute(sa.insert(accounts.plans).values(name="p"))
        row = {"id": "acc_1", "name": "a", "plan": "p", "settings": {}, "created": 0.0}
        connection.execute(sa.insert(accounts.accounts).values(row))
        connection.execute(sa.insert(accounts.quotas).values(account="acc_1", month="2026-11", used=7))
    with turn(database) as connection:
        step = Operations(MigrationContext.configure(connection))
        with step.batch_alter_table("accounts") as batch:
            batch.alter_column("name", existing_type=sa.String(200), type_=sa.String(300))
    with database.begin() as connection:
        assert connection.execute(sa.select(accounts.quotas.c.used)).all() == [(7,)]
        connection.execute(sa.delete(accounts.accounts))
        assert connection.execute(sa.select(accounts.quotas.c.used)).all() == []
    database.close()


def test_tables_that_were_made_at_once_are_taken_over(made_at_once: Database) -> None:
    migrate(made_at_once)
    with made_at_once.read() as connection:
        assert connection.execute(sa.text("select version_num from alembic_version")).all() == [(head(),)]


def test_tables_of_somebody_else_are_left_alone(empty: str) -> None:
    database = Database(empty)
    with database.begin() as connection:
        connection.execute(sa.text("create table plans (name text)"))
    with pytest.raises(SettingsError, match="this program did not make"):
        migrate(database)
    assert set(described(database)) == {"plans"}
    database.close()


def test_a_newer_database_is_left_alone(empty: str) -> None:
    database = Database(empty)
    migrate(database)
    with database.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = 'r9999'"))
    with pytest.raises(SettingsError, match="newer program"):
        migrate(database)
    database.close()
