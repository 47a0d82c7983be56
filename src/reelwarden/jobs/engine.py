"""The job engine (DBOS): which worker takes what next, each account in its turn. Nothing else knows it.

A job is a row in `leases`, written in the transaction that accepts its submission; handing it to the engine is part
of the same transaction. The engine's own notion of who died is not used: `leases.py` decides that, and a job that
lost its worker is handed in again under a new name (`<job>.<run>`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from reelwarden import __version__
from reelwarden.store.database import Database

LOOK, WATCH = "look", "watch"
QUEUES = (LOOK, WATCH)
NAME = "reelwarden"
WORKFLOW = "reelwarden.job"
POLL_SECONDS = {LOOK: 0.2, WATCH: 0.5}
"""How long a job lies before an idle worker takes it. A poll costs a worker about a millisecond."""
MOST_OF_ONE_ACCOUNT = 10_000
"""Running jobs of one account: what it may have is decided when a submission comes in, not here."""
TURN = 0x5245454D
"""The advisory lock of PostgreSQL under which one process makes the engine's tables and the others wait."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the engine must know it; `run` counts how often it was handed in."""

    name: str
    queue: str
    partition: str
    priority: int
    run: int = 0

    @property
    def run_name(self) -> str:
        return f"{self.name}.{self.run}"


class JobEngine:
    """Hands jobs in, and takes them back. For every process; workers also `work`."""

    def __init__(self, database: Database) -> None:
        from dbos import DBOSClient

        _quiet()
        self._database = database
        self._client = DBOSClient(
            system_database_engine=database.engine,
            application_name=NAME,
            serializer=_plain(),
            retry_connection_errors=False,
        )

    def hand_in(self, connection: sa.Connection, job: Job) -> None:
        """In the caller's transaction. Handing in the same run twice does nothing."""
        self._client.enqueue_in_transaction(connection, _enqueueing(job), job.name)

    def take_back(self, run_names: Iterable[str]) -> None:
        """These runs are not started any more, and no longer count as running."""
        names = list(run_names)
        if names:
            self._client.cancel_workflows(names)

    def begun(self, before: float) -> frozenset[str]:
        """The runs that workers, dead ones perhaps, have taken before that time and not ended."""
        found = self._client.list_workflows(
            status="PENDING", name=WORKFLOW, dequeued_before=_iso(before), load_input=False, load_output=False
        )
        return frozenset(run.workflow_id for run in found)

    def forget(self, before: float, most: int = 1000) -> int:
        """Deletes what the engine remembers of runs that ended before that time. Says how many."""
        ended = self._client.list_workflows(
            completed_before=_iso(before), limit=most, load_input=False, load_output=False
        )
        if ended:
            self._client.delete_workflows([run.workflow_id for run in ended])
        return len(ended)

    def close(self) -> None:
        self._client.destroy()


def prepare(database: Database) -> None:
    """Makes the engine's own tables, where they are not there yet. Safe in several processes at once."""
    from dbos import DBOS

    _quiet()
    with _turn(database):
        DBOS.migrate(database.url)


@contextmanager
def _turn(database: Database) -> Iterator[None]:
    """One process of all is in here. SQLite needs nothing of it: there the engine does all in one writing transaction.

    The engine has a lock of its own, but goes on without it after 30 s, and then two make the same tables.
    """
    if database.is_sqlite:
        yield
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Asked for again and again: a statement that waits for a lock keeps a view of the data open, and an index
        # that is made meanwhile would wait for that to end.
        while not connection.execute(sa.select(sa.func.pg_try_advisory_lock(TURN))).scalar_one():
            time.sleep(0.2)
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(TURN)))


class WorkerEngine:
    """Takes jobs and runs `handle(job name)` for each, in threads. One a process."""

    def __init__(self, database: Database, worker: str, handle: Callable[[str], None], room: Mapping[str, int]) -> None:
        from dbos import DBOS, DBOSConfig

        _quiet()
        config = DBOSConfig(
            name=NAME,
            system_database_engine=database.engine,
            executor_id=worker,
            application_version=__version__,
            serializer=_plain(),
            run_migrations=False,
            log_level="ERROR",
            max_executor_threads=sum(room.values()) + 4,
        )
        self._dbos = DBOS
        DBOS(config=config)

        def run_job(job: str) -> None:
            handle(job)

        DBOS.workflow(name=WORKFLOW)(run_job)
        DBOS.listen_queues(list(room))
        DBOS.launch()
        for queue, most in room.items():
            DBOS.register_queue(
                queue,
                worker_concurrency=most,
                partition_concurrency=MOST_OF_ONE_ACCOUNT,
                polling_interval_sec=POLL_SECONDS[queue],
                on_conflict="always_update",
            )

    def close(self) -> None:
        self._dbos.destroy(workflow_completion_timeout_sec=0)


def _enqueueing(job: Job) -> Any:
    return {
        "queue_name": job.queue,
        "workflow_name": WORKFLOW,
        "workflow_id": job.run_name,
        "queue_partition_key": job.partition,
        "priority": job.priority,
    }


def _iso(time: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(time, UTC).isoformat()


def _plain() -> Any:
    from dbos import DBOSPortableJSONSerializer

    return DBOSPortableJSONSerializer()


def _quiet() -> None:
    logging.getLogger("dbos").setLevel(logging.ERROR)
