"""What happens, as it happens: server-sent events, read from the table that every process writes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from sqlalchemy.exc import DBAPIError
from starlette.responses import StreamingResponse

from reelwarden.api.door import House
from reelwarden.api.native.documents import moment
from reelwarden.api.native.guard import Here, Reader
from reelwarden.store import numbering
from reelwarden.store.tables.submissions import events

router = APIRouter(tags=["events"])
LOOK_EVERY = 0.5
BREATH = 15.0
"""Seconds after which a silent connection is given a comment, so that nothing on the way closes it."""
PAGE = 500


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
    """Events as they happen (server-sent events). `Last-Event-ID` goes on behind that one; else from now on."""
    said = request.headers.get("last-event-id", "")
    last = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None
    if last is None:
        last = await asyncio.to_thread(_now, house, caller.account)
    lines = _lines(request, house, caller.account, last, submission)
    return StreamingResponse(lines, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _lines(request: Request, house: House, account: str, last: int, submission: str | None) -> AsyncIterator[str]:
    silent = 0.0
    # Whoever loses the connection before anything happened comes back to this number.
    yield f"id: {last}\n: listening\n\n"
    while not await request.is_disconnected():
        try:
            rows = await asyncio.to_thread(_behind, house, account, last, submission, PAGE)
        except DBAPIError:
            rows = []
        for row in rows:
            yield f"id: {row['id']}\nevent: {row['kind']}\ndata: {json.dumps(_shown(row))}\n\n"
        last = rows[-1]["id"] if rows else last
        silent = 0.0 if rows else silent + LOOK_EVERY
        if silent >= BREATH:
            silent = 0.0
            yield ": still here\n\n"
        if len(rows) < PAGE:
            await asyncio.sleep(LOOK_EVERY)


def _behind(house: House, account: str, after: int, submission: str | None, most: int) -> list[sa.RowMapping]:
    """Those that nothing can still come to light before, so that whoever goes on behind the last one misses none."""
    wanted = sa.select(events).where(events.c.account == account, events.c.id > after)
    if submission is not None:
        wanted = wanted.where(events.c.submission == submission)
    with house.desk.database.read() as connection:
        if (settled := numbering.settled(connection, events)) is not None:
            wanted = wanted.where(events.c.id <= settled)
        return list(connection.execute(wanted.order_by(events.c.id).limit(most)).mappings())


def _now(house: House, account: str) -> int:
    """The number behind which is all that happens from now on."""
    with house.desk.database.read() as connection:
        settled = numbering.settled(connection, events)
        newest = sa.select(sa.func.max(events.c.id)).where(events.c.account == account)
        if settled is not None:
            newest = newest.where(events.c.id <= settled)
        return int(connection.execute(newest).scalar_one() or 0)


def _shown(row: sa.RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "submission": row["submission"],
        "at": moment(row["at"]),
        "data": row["data"],
    }
