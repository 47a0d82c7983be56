"""`reelwarden serve`: starts the server's processes, watches them, and starts again what dies. It keeps no state.

The children end with it, however it ends (Linux tells them). What they were doing is in the database.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()
PR_SET_PDEATHSIG = 1
LONGEST_WAIT = 30.0
STEADY = 20.0
"""Seconds after which a process counts as well, and its next restart is quick again."""
GRACE = 10.0


@dataclass
class Child:
    """One process of the server. `failures` in a row make its restart wait longer."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    next_start: float = 0.0


@dataclass
class Supervisor:
    """Runs the programs until told to stop."""

    programs: Mapping[str, Sequence[str]]
    children: list[Child] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        """Returns when `stop` is set and every child has ended."""
        self.children = [Child(name, command) for name, command in self.programs.items()]
        while not stop.is_set():
            for child in self.children:
                self._tend(child)
            stop.wait(0.2)
        self._end()

    def _tend(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None and child.process.poll() is not None:
            code, child.process = child.process.returncode, None
            child.failures = 0 if now - child.started > STEADY else child.failures + 1
            child.next_start = now + wait_before_restart(child.failures)
            log.warning("serve.process_ended", process=child.name, code=code, again_in=child.next_start - now)
        if child.process is None and now >= child.next_start:
            child.started = now
            child.process = subprocess.Popen(child.command, preexec_fn=_end_with_parent)  # noqa: S603
            log.info("serve.process_started", process=child.name, pid=child.process.pid)

    def _end(self) -> None:
        running = [child.process for child in self.children if child.process]
        for process in running:
            process.send_signal(signal.SIGTERM)
        end = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()


def wait_before_restart(failures: int) -> float:
    """Seconds: at once after one death, then ever longer."""
    return 0.0 if failures <= 1 else min(LONGEST_WAIT, 0.5 * 2.0 ** (failures - 1))


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def program(*words: str) -> list[str]:
    """Our own program with these words, in the same interpreter."""
    return [sys.executable, "-P", "-m", "reelwarden", *words]


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:
        os._exit(1)
