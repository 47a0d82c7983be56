"""POST /video/v4: a video is taken in; what was found goes to `callback`, and waits to be asked for."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from posixpath import basename
from typing import Any
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.accounts.caller import Caller
from reelwarden.api.deepcleer import DIALECT, asked, fields, pace, wishes
from reelwarden.api.deepcleer.account import settings_of
from reelwarden.api.deepcleer.errors import SUCCESS, answer, envelope, new_id
from reelwarden.api.deepcleer.fields import Body
from reelwarden.api.deepcleer.levels import with_levels
from reelwarden.api.door import House, admitted, bearer, house_of
from reelwarden.api.form import reading
from reelwarden.errors import UsageError
from reelwarden.ingest import url as urls
from reelwarden.jobs.desk import for_caller, policy_text
from reelwarden.jobs.options import Options
from reelwarden.jobs.refusals import Missing
from reelwarden.jobs.submissions import URL, New, Submission

router = APIRouter()
STEP = 5.0
"""Seconds between two frames where nothing is said."""
KEPT = 3 * 86400.0
METER = "video"


@router.post("/v4")
@router.post("/v4/")
async def submit(request: Request) -> Response:
    """Takes a video in. Asking again with the same `btId` while it is looked at is the same request."""
    return await accepting(request, "video", _taken_in)


async def accepting(request: Request, meter: str, take_in: Callable[[House, Caller, Body], dict[str, Any]]) -> Response:
    """A request of a caller whose pace allows it, taken in. `meter` counts it."""
    house = house_of(request)
    async with reading(request, house.desk, files=False) as (form, _):
        body = object_of(request, form.body)
        caller = await asyncio.to_thread(admitted, house, key_of(request, body), "submit", paced=False)
        await asyncio.to_thread(pace.keep, house.desk.database, caller, meter)
        document = await asyncio.to_thread(take_in, house, caller, body)
    return answer(document)


def object_of(request: Request, body: Any) -> Body:
    """The JSON object of a request; sets the language of its answer. Raises UsageError."""
    found = body if isinstance(body, Mapping) else {}
    request.state.language = wishes.language_of(found)
    return found


def key_of(request: Request, body: Body) -> str:
    """In the body, as published; a header does as well."""
    return fields.text(body, "accessKey", 200) or bearer(request)


def _taken_in(house: House, caller: Caller, body: Body) -> dict[str, Any]:
    new = _new(house, caller, body)
    there = _earlier(house, caller, new.external_id or "")
    if there is None:
        accepted = house.desk.submit(caller, new)
        there = house.desk.read(caller, accepted.id)
    if there.vendor["digest"] != new.vendor["digest"]:
        raise UsageError("data.btId is that of another video, which is still looked at")
    said = there.vendor
    return envelope(SUCCESS, new.vendor["language"], request=said["requestId"], btId=said["btId"])


def _earlier(house: House, caller: Caller, bt_id: str) -> Submission | None:
    """The one with this id that is still looked at. One that has ended gives its id away: the newest answers to it."""
    try:
        there = house.desk.find(caller, DIALECT, bt_id)
    except Missing:
        return None
    if there.open:
        return there
    house.desk.release(caller, there.id)
    return None


def _new(house: House, caller: Caller, body: Body) -> New:
    for name in ("appId", "eventId"):
        fields.text(body, name, 64, required=True)
    settings = settings_of(caller.settings)
    types = wishes.read_types(body)
    data = wishes.read_data(body, settings)
    wishes.check_echoed(data)
    bt_id = fields.text(data, "btId", 64) or fields.text(body, "btId", 64, required=True)
    url = fields.text(data, "url", wishes.MOST_URL, required=True)
    urls.parse(url)
    listed = asked.text_lists(house, caller)
    options = Options(
        plan=wishes.read_plan(data, STEP),
        policy=with_levels(policy_text(house.desk.database, caller)),
        languages=asked.languages(fields.choice(data, "lang", wishes.LANGUAGES)),
        countries=settings.countries,
        lists=tuple(listed),
        words=types.sources,
        callback=fields.text(body, "callback", wishes.MOST_URL),
        retention=asked.kept_for(caller, KEPT),
    )
    vendor = {
        "requestId": new_id(),
        "btId": bt_id,
        "language": wishes.language_of(body),
        "types": types.document(),
        "allImages": fields.switch(data, "returnAllImg"),
        "allAudio": fields.switch(data, "returnAllAudio"),
        "audioStep": fields.whole(data, "audioDetectStep", 0, 36) or 0,
        "passThrough": fields.passed_through(data, wishes.MOST_PASSED),
        "lists": listed,
        "digest": digest(body, data),
        "meters": [METER],
    }
    new = New(
        account=caller.account,
        key=caller.key,
        dialect=DIALECT,
        source=URL,
        address=url,
        name=unquote(basename(urlsplit(url).path))[:200] or "video",
        asked=asked.asked(house, types, settings, bool(listed)),
        options=options,
        vendor=vendor,
        external_id=bt_id,
    )
    return for_caller(caller, new)


def digest(body: Body, data: Body) -> str:
    """The same for the same request; an encrypted one is compared by what is in it."""
    plain = {**{name: value for name, value in body.items() if name != "accessKey"}, "data": data}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]
