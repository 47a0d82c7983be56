"""Events as they happen: none is lost, whatever the order in which transactions end."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from serving import until

from reelwarden.api.native import events as route
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
    row = {"account": tenant.account, "submission": None, "kind": "test", "data": {}, "at": time.time()}
    return int(connection.execute(events.insert().values(row).returning(events.c.id)).scalar_one())


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


def test_a_lower_number_that_ends_later_is_not_lost(
    postgres_url: str, opened: Callable[..., Native], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two transactions, the one with the lower number ends last; and a listener comes in between."""
    monkeypatch.setattr(route, "LATE", 300.0)
    native = opened(database_url=postgres_url)
    tenant, engine = native.tenant(), native.bench.database.engine
    with engine.begin() as connection:
        before = tell(connection, tenant)
    with listening(native, tenant) as stream, engine.connect() as slow:
        low = tell(slow, tenant)
        with engine.begin() as quick:
            high = tell(quick, tenant)
        assert stream.got(1) == [high]
        with listening(native, tenant, last=high) as late:
            slow.commit()
            assert stream.got(2) == [high, low]
            assert low in late.got(2)
            assert set(late.ids) <= {before, low}
        end = late.ids
    assert end.count(low) == 1


def test_a_crowd_of_told_events_hides_none() -> None:
    """More events within the seconds that are looked over again than fit on a page."""
    rows: list[Any] = [{"id": number} for number in range(1, 2001)]
    told = route.Told(0, 5.0)
    heard: list[int] = []
    for step in range(20):
        page = [row for row in rows if row["id"] > told.floor][: route.PAGE]
        heard += [row["id"] for row in told.fresh(page, now=1000.0 + step * 0.1)]
    assert heard == list(range(1, 2001))
