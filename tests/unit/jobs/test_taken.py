"""A worker takes a run from the engine, then its lease. Whatever happens in between, somebody does the job."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from reelwarden.jobs import leases, submissions
from reelwarden.jobs.engine import JobEngine, prepare
from reelwarden.jobs.submissions import New, Terms
from reelwarden.store.database import Database
from reelwarden.store.tables.accounts import accounts, plans
from reelwarden.store.tables.submissions import leases as lease_rows

pytestmark = pytest.mark.slow
KILLED = """
import os, signal, sys, time
from reelwarden.jobs.engine import LOOK, WorkerEngine
from reelwarden.store.database import Database
WorkerEngine(Database(sys.argv[1]), "w1", lambda job: os.kill(os.getpid(), signal.SIGKILL), {LOOK: 1})
time.sleep(600)
"""


TAKES = """
import sys
from reelwarden.jobs.engine import LOOK, WorkerEngine
from reelwarden.store.database import Database
engine = WorkerEngine(Database(sys.argv[1]), "w2", lambda job: print(job, flush=True), {LOOK: 1})
sys.stdin.read()
"""


def accepted(database: Database, engine: JobEngine) -> str:
    plan = {"name": "free", "burst": 1, "vendor": {}, "features": []}
    account = {"id": "acc_1", "number": "1", "name": "a", "plan": "free", "settings": {}, "created": 0.0}
    new = New("acc_1", "key", "native", "url", "http://a.test/a.mp4", "a.mp4", ())
    with database.begin() as connection:
        connection.execute(plans.insert().values(plan))
        connection.execute(accounts.insert().values(account))
        return submissions.accept(connection, engine, new, Terms(3600, 3600), time.time())


def lease(database: Database) -> tuple[str, int]:
    with database.read() as connection:
        row = connection.execute(sa.select(lease_rows)).mappings().one()
    return row["worker"], row["run"]


def test_a_worker_is_killed_before_it_has_the_lease(database_url: str) -> None:
    database = Database(database_url)
    prepare(database)
    engine = JobEngine(database)
    submission = accepted(database, engine)
    assert subprocess.run([sys.executable, "-c", KILLED, database_url], timeout=240).returncode == -9
    assert lease(database) == ("", 0), "it looks as if it waited for a worker"
    assert leases.reap(database, engine, time.time(), 60) == 0, "it may be about to take it"
    assert leases.reap(database, engine, time.time() + 60, 30) == 1
    assert leases.reap(database, engine, time.time() + 60, 30) == 0, "it waits for a worker"
    assert lease(database) == ("", 1)
    with subprocess.Popen(
        [sys.executable, "-c", TAKES, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout and other.stdout.readline() == f"{submission}:0\n"
        other.kill()
    engine.close()
    database.close()


def test_what_a_stopping_worker_does_not_take_is_free_at_once(database_url: str) -> None:
    database = Database(database_url)
    prepare(database)
    engine = JobEngine(database)
    submission = accepted(database, engine)
    with database.begin() as connection:
        leases.pass_on(connection, f"{submission}:0")
    assert leases.reap(database, engine, time.time(), 60) == 1
    with database.begin() as connection:
        assert leases.take(connection, f"{submission}:0", "w2", time.time(), 60)
        leases.pass_on(connection, f"{submission}:0")
    assert lease(database)[0] == "w2", "another has it"
    engine.close()
    database.close()
