"""What a worker does beside its jobs, each in a thread of its own: a slow one keeps neither the worker from its beats
nor the others from their turn.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()
Chore = Callable[[], object]
EVERY = 1.0
LAST = 5.0
"""Seconds for which a worker that stops waits for the chore that is being done. Each is such that it may break off."""


class Chores:
    """Does each of them again and again, as long as the block."""

    def __init__(self, chores: Sequence[Chore], every: float = EVERY) -> None:
        self._every = every
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(chore,), daemon=True) for chore in chores]

    def __enter__(self) -> Chores:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(LAST)

    def _run(self, chore: Chore) -> None:
        while not self._over.wait(self._every):
            quietly(chore)


def quietly(chore: Chore) -> None:
    """The database may be away for a while; the next turn tries again."""
    try:
        chore()
    except DBAPIError as error:
        log.warning("worker.database_away", error=type(error).__name__)
    except Exception:
        log.exception("worker.chore_failed")
