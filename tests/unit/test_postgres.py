"""The PostgreSQL of the tests: commits outlive a crash of it, and every test has a database of its own."""

from __future__ import annotations

import signal

import psycopg
import pytest
import sqlalchemy as sa
from postgres import Postgres

from reelwarden.store.database import Database
from reelwarden.store.tables.accounts import plans


def test_a_database_has_all_tables_and_no_rows(database: Database) -> None:
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(plans)).scalar() == 0


@pytest.mark.slow
def test_what_was_committed_is_there_after_a_crash(postgres: Postgres, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    postgres.stop(signal.SIGQUIT)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres_url, connect_timeout=5)
    postgres.start()
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(7,)]
