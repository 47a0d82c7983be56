"""Events as they happen: none is lost, whatever the order in which transactions end."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from serving import until

from reelwarden.jobs import submissions
from reelwarden.store import numbering
from reelwarden.store.tables.submissions import events

pytestmark = pytest.mark.slow
Native = Any


class Listener:
    """Gathers what a stream says, in a thread."""

    def __init__(self, native: Native, tenant: Any, last: int | None = None) -> None:
        self.ids: list[int] = []
        self.listening = False
        self.over = False
        self._headers = tenant.headers | ({} if last is None else {"Last-Event-ID": str(last)})
        self._url = f"{native.url}/reelwarden/v1/events/stream"
        threading.Thread(target=self._listen, daemon=True).start()
        until(lambda: self.listening or None, 60, "the stream")

    def _listen(self) -> None:
        asked = httpx.stream("GET", self._url, headers=self._headers, timeout=120)
        with contextlib.suppress(httpx.HTTPError), asked as answer:
            for line in answer.iter_lines():
                self.listening = True
                if self.over:
                    return
                if line.startswith("data: "):
                    self.ids.append(json.loads(line.removeprefix("data: "))["id"])

    def got(self, count: int) -> list[int]:
        until(lambda: True if len(self.ids) >= count else None, 60, f"{count} events")
        return self.ids


@contextlib.contextmanager
def listening(native: Native, tenant: Any, last: int | None = None) -> Iterator[Listener]:
    """What a stream says; the next event after the block ends it."""
    listener = Listener(native, tenant, last)
    yield listener
    listener.over = True
    with native.bench.database.begin() as connection:
        tell(connection, tenant)


def tell(connection: sa.Connection, tenant: Any) -> int:
    """An event, as every part of the server tells one; its number."""
    submissions.tell(connection, tenant.account, None, "test", {}, time.time())
    return int(connection.execute(sa.select(sa.func.max(events.c.id))).scalar_one())


def page(native: Native, tenant: Any, after: int = 0) -> list[int]:
    return [one["id"] for one in native.ask(tenant, "GET", f"/events?after={after}").json()["events"]]


def test_events_come_once_and_resume(native: Native) -> None:
    tenant, other = native.tenant(), native.tenant()
    database = native.bench.database
    with listening(native, tenant) as stream:
        with database.begin() as connection:
            tell(connection, other)
            told = [tell(connection, tenant) for _ in range(3)]
        assert stream.got(3) == told
    with listening(native, tenant, last=told[0]) as again:
        assert again.got(2)[:2] == told[1:]


def test_a_lower_number_that_ends_later_is_not_lost(postgres_url: str, opened: Callable[..., Native]) -> None:
    """Two transactions, the one with the lower number ends last; and a listener comes in between."""
    native = opened(database_url=postgres_url)
    tenant, engine = native.tenant(), native.bench.database.engine
    assert page(native, tenant) == []
    with engine.begin() as connection:
        before = tell(connection, tenant)
    with listening(native, tenant) as stream, engine.connect() as slow:
        low = tell(slow, tenant)
        with engine.begin() as quick:
            high = tell(quick, tenant)
        assert page(native, tenant) == [before], "one with a lower number may still come"
        with listening(native, tenant, last=before) as late:
            slow.commit()
            assert page(native, tenant, before) == [low, high]
            assert stream.got(2) == [low, high]
            assert late.got(2) == [low, high]


def test_nor_is_one_of_a_transaction_that_began_later(postgres_url: str, opened: Callable[..., Native]) -> None:
    """The higher number belongs to the older transaction: the order of transactions says nothing about numbers."""
    native = opened(database_url=postgres_url)
    tenant, engine = native.tenant(), native.bench.database.engine
    with engine.connect() as older, engine.connect() as younger:
        older.execute(sa.select(sa.func.pg_current_xact_id()))
        low = tell(younger, tenant)
        high = tell(older, tenant)
        older.commit()
        assert page(native, tenant) == []
        younger.commit()
        assert page(native, tenant) == [low, high]


def test_a_transaction_that_is_broken_off_or_frozen_holds_nobody_up(
    postgres_url: str, opened: Callable[..., Native], monkeypatch: pytest.MonkeyPatch
) -> None:
    native = opened(database_url=postgres_url)
    tenant, engine = native.tenant(), native.bench.database.engine
    with engine.connect() as broken, engine.begin() as quick:
        tell(broken, tenant)
        high = tell(quick, tenant)
        broken.rollback()
    assert page(native, tenant) == [high]
    with engine.connect() as frozen:
        tell(frozen, tenant)
        with engine.begin() as quick:
            higher = tell(quick, tenant)
        assert page(native, tenant, high) == []
        monkeypatch.setattr(numbering, "PATIENCE", 0.0)
        assert page(native, tenant, high) == [higher]


def test_of_many_writers_at_once_every_event_is_read_in_one_pass(
    postgres_url: str, opened: Callable[..., Native]
) -> None:
    """Eight threads write, each transaction a few and with pauses, while a reader goes on behind its last number."""
    native = opened(database_url=postgres_url)
    tenant, database = native.tenant(), native.bench.database
    written: list[int] = []

    def write(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(20):
            with database.begin() as connection:
                for _ in range(chance.randint(1, 3)):
                    time.sleep(chance.random() * 0.01)
                    written.append(tell(connection, tenant))

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    read: list[int] = []
    while any(thread.is_alive() for thread in threads):
        read += page(native, tenant, read[-1] if read else 0)
    while more := page(native, tenant, read[-1] if read else 0):
        read += more
    with database.read() as connection:
        there = connection.execute(sa.select(events.c.id).where(events.c.account == tenant.account)).scalars()
        assert read == sorted(there)
    assert len(read) == len(written) >= 160
