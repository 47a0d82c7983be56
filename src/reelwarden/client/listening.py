"""Events as they happen: server-sent events, resumed where the connection was lost, each told once."""

from __future__ import annotations

import http.client
import json
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from reelwarden.client import records
from reelwarden.client.errors import ApiError, Unreachable
from reelwarden.client.records import Event
from reelwarden.client.wire import Wire

SILENT = 45.0
"""Seconds without a word after which the connection is taken for lost; the server says something every 15."""
REMEMBERED = 10_000
LONGEST_WAIT = 15.0


def listen(wire: Wire, after: int | None, submission: str | None) -> Iterator[Event]:
    """Never ends by itself, and outlives a restart of the server. Raises ApiError for what waiting does not mend."""
    last = None if after is None else str(after)
    told: deque[int] = deque(maxlen=REMEMBERED)
    failed = 0
    while True:
        headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": last})
        try:
            with wire.answer(
                "GET", "/events/stream", query={"submission": submission}, headers=headers, timeout=SILENT
            ) as answer:
                for id, data in _messages(answer):
                    last, failed = id or last, 0
                    if data is not None and data["id"] not in told:
                        told.append(data["id"])
                        yield records.of(Event, data)
        except ApiError as error:
            if error.status < 500:
                raise
        except (Unreachable, OSError, http.client.HTTPException):
            pass
        failed += 1
        time.sleep(min(LONGEST_WAIT, 0.25 * 2 ** min(failed, 8)))


def _messages(lines: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """The last id so far, and what the message says, where it says anything."""
    last, data = "", list[str]()
    for raw in lines:
        line = raw.decode().rstrip("\r\n")
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            last = value
        elif name == "data":
            data.append(value)
        elif not line:
            yield last, json.loads("\n".join(data)) if data else None
            data = []
