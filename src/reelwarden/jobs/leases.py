"""Who works on what. A job has a row here from its acceptance to its end; a worker that falls silent loses its jobs.

`take` gives a job to one worker, `beat` keeps it, `release` gives it back, `end` closes it. `reap` hands in again what
a dead worker left. All of it holds with many workers, and with one that was frozen and comes back: it finds that the
lease is another's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa

from reelwarden.jobs.engine import Job, JobEngine
from reelwarden.store.database import Database
from reelwarden.store.tables.submissions import leases, submissions


@dataclass(frozen=True, slots=True)
class Lease:
    """A job that this worker holds. `tries` counts its starts since it last got anywhere, this one included."""

    job: str
    submission: str
    span: int
    queue: str
    tries: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the database says of the jobs that a worker holds: those to stop, and those that it lost."""

    stop: frozenset[str]
    lost: frozenset[str]


def add(connection: sa.Connection, engine: JobEngine, job: Job, submission: str, span: int, now: float) -> None:
    """A new job, handed in to the engine in the same transaction."""
    row = {
        "job": job.name,
        "submission": submission,
        "span": span,
        "queue": job.queue,
        "partition": job.partition,
        "priority": job.priority,
        "run": job.run,
        "tries": 0,
        "worker": "",
        "beat": now,
    }
    connection.execute(leases.insert(), row)
    engine.hand_in(connection, job)


def take(connection: sa.Connection, job: str, worker: str, now: float, silence: float) -> Lease | None:
    """The job, now this worker's; None where it has ended, or another that still lives holds it."""
    free = sa.or_(leases.c.worker.in_(("", worker)), leases.c.beat < now - silence)
    statement = (
        leases.update()
        .where(leases.c.job == job, free)
        .values(worker=worker, beat=now, tries=leases.c.tries + 1)
        .returning(leases.c.job, leases.c.submission, leases.c.span, leases.c.queue, leases.c.tries)
    )
    row = connection.execute(statement).one_or_none()
    return Lease(*row) if row else None


def holds(connection: sa.Connection, job: str, worker: str, now: float, progress: bool = False) -> bool:
    """Whether the job is still this worker's; to be asked in the transaction that writes what the job found.

    With `progress` its tries begin anew: what it brings to an end it does not bring down a worker with.
    """
    values = {"beat": now, "tries": 0} if progress else {"beat": now}
    mine = leases.update().where(leases.c.job == job, leases.c.worker == worker).values(values)
    return bool(connection.execute(mine).rowcount)


def beat(database: Database, worker: str, jobs: Collection[str], now: float) -> Wishes:
    """Says that the worker lives, and hears what is wished of its jobs."""
    if not jobs:
        return Wishes(frozenset(), frozenset())
    with database.begin() as connection:
        mine = sa.and_(leases.c.job.in_(jobs), leases.c.worker == worker)
        kept = connection.execute(leases.update().where(mine).values(beat=now).returning(leases.c.job)).scalars().all()
        wanted = (
            sa.select(leases.c.job)
            .join(submissions, submissions.c.id == leases.c.submission)
            .where(leases.c.job.in_(kept), submissions.c.stop_wanted)
        )
        stop = connection.execute(wanted).scalars().all()
    return Wishes(frozenset(stop), frozenset(jobs) - frozenset(kept))


def release(connection: sa.Connection, job: str, worker: str, counts: bool) -> None:
    """The job is free at once. `counts` False: the worker gave it up for no fault of the media."""
    mine = sa.and_(leases.c.job == job, leases.c.worker == worker)
    values: dict[str, object] = {"worker": "gone", "beat": 0.0}
    if not counts:
        values["tries"] = sa.case((leases.c.tries > 0, leases.c.tries - 1), else_=0)
    connection.execute(leases.update().where(mine).values(values))


def pass_on(connection: sa.Connection, job: str) -> None:
    """A worker has taken the job's run from the engine, but will not take its lease: it is free for others at once."""
    unheld = sa.and_(leases.c.job == job, leases.c.worker == "")
    connection.execute(leases.update().where(unheld).values(worker="gone", beat=0.0))


def end(connection: sa.Connection, job: str, worker: str) -> bool:
    """The job is done. False where it is another's."""
    mine = leases.delete().where(leases.c.job == job, leases.c.worker == worker)
    return bool(connection.execute(mine).rowcount)


def end_all(connection: sa.Connection, submission: str, worker: str = "") -> list[str]:
    """No job of the submission is wanted any more. Gives the runs to take back from the engine: not `worker`'s own."""
    returned = (leases.c.job, leases.c.run, leases.c.worker)
    gone = connection.execute(leases.delete().where(leases.c.submission == submission).returning(*returned)).all()
    return [f"{row.job}.{row.run}" for row in gone if row.worker != worker or not worker]


def reap(database: Database, engine: JobEngine, now: float, silence: float) -> int:
    """Hands in again every job whose worker has been silent for so long. Says how many.

    Looks at the state, not at events, so that whatever went wrong before is mended the next time. Of several reapers
    one wins each job. A worker may also have died between taking a run from the engine and taking its lease.
    """
    stale = sa.and_(leases.c.worker != "", leases.c.beat < now - silence)
    begun = engine.begun(now - silence)
    unheld = sa.and_(leases.c.worker == "", leases.c.job.in_([name.rpartition(".")[0] for name in begun]))
    with database.read() as connection:
        found = connection.execute(sa.select(leases).where(sa.or_(stale, unheld)).limit(500)).mappings().all()
    lost = (row for row in found if row["worker"] or _job(row).run_name in begun)
    return sum(_hand_in_again(database, engine, row, now) for row in lost)


def _job(row: sa.RowMapping) -> Job:
    return Job(row["job"], row["queue"], row["partition"], row["priority"], row["run"])


def _hand_in_again(database: Database, engine: JobEngine, row: sa.RowMapping, now: float) -> bool:
    job = _job(row)
    unchanged = sa.and_(leases.c.job == job.name, leases.c.run == job.run, leases.c.beat == row["beat"])
    with database.begin() as connection:
        won = connection.execute(leases.update().where(unchanged).values(worker="", beat=now, run=job.run + 1)).rowcount
        if won:
            engine.hand_in(connection, replace(job, run=job.run + 1))
    if won:
        engine.take_back([job.run_name])
    return bool(won)
