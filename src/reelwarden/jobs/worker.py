"""A worker: takes jobs from the engine, keeps its leases, and heals what dead workers left."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence

import structlog

from reelwarden.jobs import close, leases
from reelwarden.jobs.chores import Chore, Chores, quietly
from reelwarden.jobs.engine import LOOK, WATCH, WorkerEngine
from reelwarden.jobs.hold import Hold, Lost
from reelwarden.jobs.leases import Lease
from reelwarden.jobs.look import look
from reelwarden.jobs.retention import Retention
from reelwarden.jobs.submissions import read
from reelwarden.jobs.unexpected import Unexpected
from reelwarden.jobs.watch import watch
from reelwarden.jobs.workbench import Workbench
from reelwarden.media.decoder_process import warm
from reelwarden.store.database import is_passing, new_id, patiently
from reelwarden.store.tables.submissions import workers as worker_rows

log = structlog.get_logger()
BEAT = 0.5
REAP_EVERY = 2.0
PAUSE = 2.0
"""Seconds before a job is given back that failed for want of disk or database."""

Task = Callable[[Workbench, Lease, Hold], None]


def worker_name() -> str:
    """Never used twice: a worker that comes back is another."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{new_id('w')[-10:]}"


class Worker:
    """Runs jobs until it is told to stop. `tasks` says what is done for the jobs of each queue, `chores` what besides
    them, all the time.
    """

    def __init__(self, bench: Workbench, tasks: dict[str, Task] | None = None, chores: Sequence[Chore] = ()) -> None:
        self.bench = bench
        self._tasks = tasks or {LOOK: look, WATCH: watch}
        self._held: dict[str, Hold] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._chores = (Retention(bench).sweep, *chores)

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set; then gives back what it holds, so that others go on at once."""
        with warm(), Chores(self._chores):
            self._run(stop)

    def _run(self, stop: threading.Event) -> None:
        room = {LOOK: 1, WATCH: self.bench.settings.streams_per_worker}
        room = {queue: most for queue, most in room.items() if queue in self._tasks}
        patiently(self._sign_on)
        engine = WorkerEngine(self.bench.database, self.bench.worker, self._handle, room)
        log.info("worker.ready", worker=self.bench.worker)
        reaped = 0.0
        while not stop.wait(BEAT):
            quietly(self._beat)
            if time.monotonic() - reaped >= REAP_EVERY:
                reaped = time.monotonic()
                quietly(self._show_up)
                quietly(self._reap)
        self._stopping.set()
        self._go_in_good_order()
        engine.close()

    def _sign_on(self) -> None:
        now = time.time()
        row = {"id": self.bench.worker, "role": "worker", "host": socket.gethostname(), "started": now, "beat": now}
        with self.bench.database.begin() as connection:
            connection.execute(worker_rows.insert().values(row | {"facts": {"pid": os.getpid()}}))

    def _beat(self) -> None:
        bench = self.bench
        with self._lock:
            held = dict(self._held)
        wished = leases.beat(bench.database, bench.worker, list(held), time.time())
        for job in wished.stop:
            held[job].tell(stop=True)
        for job in wished.lost:
            held[job].tell(lost=True)

    def _show_up(self) -> None:
        """For those who ask how many workers there are; that the jobs are kept is told by each beat."""
        with self.bench.database.begin() as connection:
            mine = worker_rows.c.id == self.bench.worker
            connection.execute(worker_rows.update().where(mine).values(beat=time.time()))

    def _reap(self) -> None:
        found = leases.reap(self.bench.database, self.bench.engine, time.time(), self.bench.settings.lease)
        if found:
            log.warning("worker.took_over", jobs=found)

    def _handle(self, job: str) -> None:
        """One job, from the engine. Nothing that goes wrong with it gets out of here."""
        bench = self.bench
        lease = self._taken(job)
        if lease is None:
            return
        hold = Hold()
        with self._lock:
            self._held[job] = hold
        try:
            self._tasks[lease.queue](bench, lease, hold)
        except Lost:
            log.info("worker.job_lost", job=job)
        except Exception as error:
            self._failed(lease, error)
        finally:
            with self._lock:
                self._held.pop(job, None)

    def _taken(self, job: str) -> Lease | None:
        """Tries until it knows: a run that ended while its lease is nobody's would never come to anybody again."""
        while not self._stopping.is_set():
            try:
                return patiently(lambda: self._take(job))
            except Exception as error:
                log.error("worker.take_failed", job=job, error=type(error).__name__)
                self._stopping.wait(PAUSE)
        quietly(lambda: self._pass_on(job))
        return None

    def _pass_on(self, job: str) -> None:
        with self.bench.database.begin() as connection:
            leases.pass_on(connection, job)

    def _take(self, job: str) -> Lease | None:
        bench = self.bench
        with bench.database.begin() as connection:
            return leases.take(connection, job, bench.worker, time.time(), bench.settings.lease)

    def _failed(self, lease: Lease, error: Exception) -> None:
        """What passes (no disk, no database) is tried again for ever; a mistake of ours, a few times."""
        passing = is_passing(error) or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT))
        log.error("worker.job_failed", job=lease.job, error=type(error).__name__, passing=passing, exc_info=not passing)
        if not passing and lease.tries >= self.bench.settings.piece_attempts:
            self._give_up(lease)
            return
        time.sleep(PAUSE)
        patiently(lambda: self._give_back(lease, counts=not passing))

    def _give_up(self, lease: Lease) -> None:
        with self.bench.database.read() as connection:
            submission = read(connection, lease.submission)
        if submission:
            close.fail(self.bench, submission, Unexpected("something in the server went wrong; it was logged"))

    def _give_back(self, lease: Lease, counts: bool) -> None:
        with self.bench.database.begin() as connection:
            leases.release(connection, lease.job, self.bench.worker, counts)

    def _go_in_good_order(self) -> None:
        with self._lock:
            held = dict(self._held)
        for job, hold in held.items():
            hold.tell(lost=True)
            quietly(lambda job=job: self._release(job))  # type: ignore[misc]
        quietly(self._sign_off)

    def _release(self, job: str) -> None:
        with self.bench.database.begin() as connection:
            leases.release(connection, job, self.bench.worker, counts=False)

    def _sign_off(self) -> None:
        with self.bench.database.begin() as connection:
            connection.execute(worker_rows.delete().where(worker_rows.c.id == self.bench.worker))
