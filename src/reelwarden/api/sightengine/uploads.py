"""The Upload API: a place for a large file first, then a check that names it by `media_id`.

The place is an address that opens once and for an hour. What is kept of it is a small file in the store of bytes,
beside where the media will lie; the sweep of stale uploads deletes what nobody came back for.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.api.door import House, house_of
from reelwarden.api.sightengine import DIALECT, PREFIX
from reelwarden.api.sightengine.answers import as_answer, success
from reelwarden.api.sightengine.call import Call, calling
from reelwarden.api.sightengine.errors import Argument, BadMedia, TooLarge
from reelwarden.api.sightengine.ids import MEDIA, media_id, request_id
from reelwarden.api.sightengine.source import Source
from reelwarden.errors import LimitExceeded
from reelwarden.jobs.refusals import Missing
from reelwarden.jobs.staging import Staging
from reelwarden.jobs.submissions import UPLOAD, find
from reelwarden.store.tables.submissions import uploads

router = APIRouter(prefix="/upload")
OPEN_FOR = 3600.0
KEPT_FOR = 86400.0
"""Seconds that an upload waits for its check."""


@router.api_route("/create-video.json", methods=["GET", "POST"])
async def create(request: Request) -> Response:
    """A media id, and the address to PUT its bytes to."""
    async with calling(request, "submit") as call:
        token = secrets.token_urlsafe(32)
        media, now = media_id(), time.time()
        await asyncio.to_thread(_open, call, media, token, now)
        base = call.house.desk.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        base = base if base.endswith(PREFIX) else base + PREFIX
        place = {"url": f"{base}/upload/{media}/{token}", "expires": int(now + OPEN_FOR)}
        return as_answer(success(request_id(), 0) | {"media": {"id": media}, "upload": place})


@router.api_route("/{media}/{token}", methods=["PUT", "POST"])
async def put(request: Request, media: str, token: str) -> Response:
    """The bytes as they are, without credentials; once."""
    house = house_of(request)
    facts = await asyncio.to_thread(_claim, house, media, token)
    staging = Staging(house.desk.blobs, _key(media), facts["most"])
    try:
        async for piece in request.stream():
            await staging.write(piece)
        size = await staging.finish()
    except BaseException as error:
        await staging.abandon()
        await asyncio.to_thread(_note, house, media, facts | {"used": False})
        if isinstance(error, LimitExceeded):
            raise TooLarge(f"The media is larger than the {facts['most']:,} bytes that the plan allows") from error
        raise
    await asyncio.to_thread(_note, house, media, facts | {"size": size})
    return as_answer(success(request_id(), 0) | {"media": {"id": media}})


def uploaded(call: Call, media: str) -> Source:
    """The source that a check with `media_id` names. Raises Missing, BadMedia before any bytes have come.

    The bytes are kept for as long as the check may take.
    """
    desk = call.house.desk
    kept = time.time() + desk.settings.submission_timeout + OPEN_FOR
    mine = sa.and_(uploads.c.id == media, uploads.c.account == call.caller.account)
    with desk.database.begin() as connection:
        row = connection.execute(sa.select(uploads).where(mine)).one_or_none()
        if row is None:
            raise Missing("there is no media with this id")
        if not row.facts.get("size"):
            raise BadMedia("No bytes were uploaded for this media")
        if find(connection, call.caller.account, DIALECT, media):
            raise Argument("This media was checked already; upload it again")
        if row.expires < kept:
            connection.execute(uploads.update().where(mine).values(expires=kept))
    return Source(UPLOAD, _key(media), media, media, media)


def _open(call: Call, media: str, token: str, now: float) -> None:
    most = call.caller.plan.most_bytes or call.house.desk.settings.max_bytes
    facts: dict[str, Any] = {"token": _hash(token), "until": now + OPEN_FOR, "used": False, "most": most}
    row = {"id": media, "account": call.caller.account, "key": call.caller.key, "name": media, "length": 0, "offset": 0}
    with call.house.desk.database.begin() as connection:
        connection.execute(
            uploads.insert().values(row | {"parts": [], "facts": facts, "created": now, "expires": now + KEPT_FOR})
        )


def _claim(house: House, media: str, token: str) -> dict[str, Any]:
    """The upload's facts, once. Raises Missing for an address that does not open, or no longer."""
    if not MEDIA.fullmatch(media):
        raise Missing("there is no such upload")
    with house.desk.database.begin() as connection:
        row = connection.execute(sa.select(uploads).where(uploads.c.id == media).with_for_update()).one_or_none()
        facts = dict(row.facts) if row else {}
        if not facts or not hmac.compare_digest(str(facts.get("token")), _hash(token)):
            raise Missing("there is no such upload")
        if facts["used"] or time.time() > facts["until"]:
            raise Missing("this upload address was used already, or its time is over")
        connection.execute(uploads.update().where(uploads.c.id == media).values(facts=facts | {"used": True}))
    return facts | {"used": True}


def _note(house: House, media: str, facts: dict[str, Any]) -> None:
    with house.desk.database.begin() as connection:
        connection.execute(uploads.update().where(uploads.c.id == media).values(facts=facts))


def _key(media: str) -> str:
    return f"uploads/{media}/source"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
