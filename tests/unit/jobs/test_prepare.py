"""The job engine's tables are made once, whoever starts at the same moment."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from reelwarden.jobs.engine import TURN, prepare
from reelwarden.store.database import Database

pytestmark = pytest.mark.slow
OPEN = """
import sys
from pathlib import Path
from reelwarden.app import opened
from reelwarden.settings import Settings
opened(Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2])).close()
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a table."""
    return f"sqlite:///{tmp_path / 'new.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def tables(database: Database) -> set[str]:
    with database.read() as connection:
        found = sa.inspect(connection)
        return set(found.get_table_names(schema=None if database.is_sqlite else "dbos"))


def test_processes_that_start_at_once(url: str, tmp_path: Path) -> None:
    starting = [subprocess.Popen([sys.executable, "-c", OPEN, str(tmp_path), url]) for _ in range(3)]
    assert [process.wait(timeout=240) for process in starting] == [0, 0, 0]
    database = Database(url)
    assert {"workflow_status", "dbos_migrations"} <= tables(database)
    prepare(database)
    database.close()


def test_nothing_is_made_out_of_turn(postgres_url: str) -> None:
    database = Database(postgres_url)
    preparing = threading.Thread(target=prepare, args=(database,))
    with database.engine.connect() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(TURN)))
        connection.commit()
        preparing.start()
        preparing.join(1.0)
        assert preparing.is_alive()
        assert tables(database) == set()
        connection.execute(sa.select(sa.func.pg_advisory_unlock(TURN)))
        connection.commit()
        preparing.join(120)
    assert "dbos_migrations" in tables(database)
    prepare(database)
    database.close()
