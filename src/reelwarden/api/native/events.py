"""What happens, as it happens: server-sent events, read from the table that every process writes to."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Collection
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from sqlalchemy.exc import DBAPIError
from starlette.responses import StreamingResponse

from reelwarden.api.door import House
from reelwarden.api.native.documents import moment
from reelwarden.api.native.guard import Here, Reader
from reelwarden.store.tables.submissions import events

router = APIRouter(tags=["events"])
LOOK_EVERY = 0.5
BREATH = 15.0
"""Seconds after which a silent connection is given a comment, so that nothing on the way closes it."""
PAGE = 500
LATE = 5.0
"""Seconds within which an event may come to light behind one with a higher number: many machines write at once."""


@router.get("/events")
def page(
    caller: Reader,
    house: Here,
    after: int = Query(0, ge=0, lt=2**63),
    submission: str | None = None,
    limit: int = Query(100, ge=1, le=PAGE),
) -> Any:
    """Events behind the number `after`, the oldest first."""
    rows = _behind(house, caller.account, after, submission, limit)
    return {"events": [_shown(row) for row in rows]}


@router.get("/events/stream", response_class=StreamingResponse)
async def stream(request: Request, caller: Reader, house: Here, submission: str | None = None) -> StreamingResponse:
    """Events as they happen (server-sent events). `Last-Event-ID` goes on behind that one; else from now on.

    On a server of many machines the events of the last seconds before that one may come again: mind their `id`.
    """
    said = request.headers.get("last-event-id", "")
    last = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None
    told = await asyncio.to_thread(_told, house, caller.account, last)
    lines = _lines(request, house, caller.account, told, submission)
    return StreamingResponse(lines, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _lines(
    request: Request, house: House, account: str, told: Told, submission: str | None
) -> AsyncIterator[str]:
    silent = 0.0
    # Whoever loses the connection before anything happened comes back to this number.
    yield f"id: {told.last}\n: listening\n\n"
    while not await request.is_disconnected():
        try:
            rows = told.fresh(await asyncio.to_thread(_behind, house, account, told.floor, submission, PAGE))
        except DBAPIError:
            rows = []
        for row in rows:
            yield f"id: {row['id']}\nevent: {row['kind']}\ndata: {json.dumps(_shown(row))}\n\n"
        silent = 0.0 if rows else silent + LOOK_EVERY
        if silent >= BREATH:
            silent = 0.0
            yield ": still here\n\n"
        if len(rows) < PAGE:
            await asyncio.sleep(LOOK_EVERY)


class Told:
    """What a listener has been told. `floor`: nothing up to this number can still come to light.

    Numbers are given out before a transaction ends, so a lower one may be seen after a higher one, on PostgreSQL.
    """

    def __init__(self, floor: int, late: float, known: Collection[int] = ()) -> None:
        self.floor = floor
        self._late = late
        self._told = dict.fromkeys(known, time.monotonic())
        self.last = max(known, default=floor)

    def fresh(self, rows: list[sa.RowMapping], now: float | None = None) -> list[sa.RowMapping]:
        """Those of the rows that were not told yet."""
        now = time.monotonic() if now is None else now
        fresh = [row for row in rows if row["id"] not in self._told]
        self._told |= {row["id"]: now for row in fresh}
        settled = max((id for id, at in self._told.items() if now - at >= self._late), default=self.floor)
        # A page that is all told already would hide what is behind it.
        crowded = max(self._told) if rows and not fresh and len(rows) >= PAGE else self.floor
        self.floor = max(self.floor, settled, crowded)
        self._told = {id: at for id, at in self._told.items() if id > self.floor}
        return fresh


def _behind(house: House, account: str, after: int, submission: str | None, most: int) -> list[sa.RowMapping]:
    wanted = sa.select(events).where(events.c.account == account, events.c.id > after)
    if submission is not None:
        wanted = wanted.where(events.c.submission == submission)
    with house.desk.database.read() as connection:
        return list(connection.execute(wanted.order_by(events.c.id).limit(most)).mappings())


def _told(house: House, account: str, last: int | None) -> Told:
    """Where a listener begins: behind `last`, or behind all that has happened."""
    database, its = house.desk.database, events.c.account == account
    late = 0.0 if database.is_sqlite else LATE
    with database.read() as connection:
        if last is None:
            last = connection.execute(sa.select(sa.func.max(events.c.id)).where(its)).scalar_one() or 0
            recent = sa.select(events.c.id).where(its, events.c.at > time.time() - 2 * late)
            known = {last, *connection.execute(recent).scalars()}
        else:
            known = {last}
        at = connection.execute(sa.select(events.c.at).where(its, events.c.id == last)).scalar_one_or_none()
        settled = sa.select(sa.func.max(events.c.id)).where(its, events.c.id <= last, events.c.at < (at or 0.0) - late)
        floor = connection.execute(settled).scalar_one() or 0 if late and at is not None else last
    return Told(floor, late, known)


def _shown(row: sa.RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "submission": row["submission"],
        "at": moment(row["at"]),
        "data": row["data"],
    }
