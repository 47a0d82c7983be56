"""The one database: SQLite in WAL mode for one machine, PostgreSQL for many. Same tables, same statements."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError

from reelwarden.errors import SettingsError
from reelwarden.store.tables import metadata

T = TypeVar("T")
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
BUSY_SECONDS = 30
HANDFUL = 500
"""Ids that one statement names; SQLite takes no more than some thousands."""
READING = "reelwarden_reading"
UNREACHABLE = (OperationalError, TimeoutError)


def new_id(prefix: str) -> str:
    """`sub_01h…`: the time in milliseconds, then 80 random bits; later ids sort after earlier ones."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    digits = [ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(digits)}"


def handfuls(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The ids, as many at a time as one statement takes."""
    for start in range(0, len(ids), HANDFUL):
        yield ids[start : start + HANDFUL]


def time_of(id: str) -> float | None:
    """When `new_id` gave it out, in seconds since 1970; None for what it never gave out."""
    digits = id.rpartition("_")[2]
    if len(digits) != 26 or any(digit not in ALPHABET for digit in digits):
        return None
    number = 0
    for digit in digits:
        number = number << 5 | ALPHABET.index(digit)
    return (number >> 80) / 1000


class Database:
    """An engine and what differs between the two kinds of it. Safe to share between threads, not between processes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """One transaction: all of it is kept, or nothing."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One view of the data, without a turn at writing."""
        with self.engine.execution_options(**{READING: True}).begin() as connection:
            yield connection

    def insert(self, table: sa.Table) -> Any:
        """An insert that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def create(self) -> None:
        """Makes what is missing of the tables."""
        metadata.create_all(self.engine)

    def purge(self) -> None:
        """What was deleted goes out of SQLite's log, too, unless somebody is reading it just now."""
        if not self.is_sqlite:
            return
        with self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA busy_timeout=200")
            try:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    def close(self) -> None:
        self.engine.dispose()


def patiently(act: Callable[[], T], seconds: float = 60.0, first: float = 0.2) -> T:
    """Does it again, ever later, while the database cannot be reached or is full.

    `act` is one transaction, or may be done twice. Raises the last error when the time is up.
    """
    end, wait = time.monotonic() + seconds, first
    while True:
        try:
            return act()
        except DBAPIError as error:
            if not is_passing(error) or time.monotonic() + wait > end:
                raise
        except TimeoutError:
            if time.monotonic() + wait > end:
                raise
        time.sleep(wait)
        wait = min(wait * 2, 5.0)


def is_passing(error: Exception) -> bool:
    """Whether the database may be well again soon: down, restarting, busy, full."""
    if isinstance(error, UNREACHABLE):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _engine(url: str) -> sa.Engine:
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.partition("://")[2]
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise SettingsError("database_url is not a database's address", "sqlite:///file or postgresql://…") from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(
            parsed,
            pool_size=10,
            max_overflow=20,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "application_name": "reelwarden"},
        )
    raise SettingsError(f"database_url: {parsed.get_backend_name()} is not supported", "use sqlite or postgresql")


def _sqlite(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, pool_size=10, max_overflow=20, connect_args={"timeout": BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # FULL: what was said to be kept survives a power cut, not only a killed process. What was deleted is
        # overwritten: nobody reads it out of the file.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        _log_ahead(connection)
        for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A transaction that reads first and writes later could not wait for its turn: it takes the turn at once.
        reading = connection.get_execution_options().get(READING)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _log_ahead(connection: Any) -> None:
    """Takes the database into WAL mode. SQLite does not wait for its turn at this step, so we do."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)
