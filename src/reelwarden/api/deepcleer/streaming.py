"""POST /videostream/v4: a live stream is watched; each frame and clip that is told goes to a callback of its own."""

from __future__ import annotations

import math
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.accounts.caller import Caller
from reelwarden.accounts.options import may_call
from reelwarden.api.deepcleer import STREAM, asked, fields, wishes
from reelwarden.api.deepcleer.account import settings_of
from reelwarden.api.deepcleer.errors import INVALID, SUCCESS, Busy, envelope, new_id
from reelwarden.api.deepcleer.fields import Body
from reelwarden.api.deepcleer.levels import with_levels
from reelwarden.api.deepcleer.submitting import KEPT, METER, accepting
from reelwarden.api.door import House
from reelwarden.errors import UsageError
from reelwarden.ingest import url as urls
from reelwarden.jobs import submissions
from reelwarden.jobs.desk import for_caller, policy_text
from reelwarden.jobs.options import Options
from reelwarden.jobs.refusals import TooBusy
from reelwarden.jobs.submissions import New

router = APIRouter()
STEP = 3
"""Seconds between two frames where nothing is said."""
NORMAL = "NORMAL"
ROOMS = {"AGORA": "agoraParam", "TRTC": "trtcParam", "ZEGO": "zegoParam", "VOLC": "volcParam", "ALI": "aliParam"}
"""Streams that only the operator's own program of those services can receive."""
REPEATED = 1001
ECHOED = {
    "room": 64,
    "streamName": 64,
    "anchorName": 1024,
    "liveTitle": 1024,
    "liveCover": 2000,
    "imgCompareBase": 2000,
}


@router.post("/v4")
@router.post("/v4/")
async def submit(request: Request) -> Response:
    """Begins to watch a stream, until it ends or is closed."""
    return await accepting(request, "stream", _taken_in)


def _taken_in(house: House, caller: Caller, body: Body) -> dict[str, Any]:
    new = _new(house, caller, body)
    language = new.vendor["language"]
    if there := _watched(house, caller, new.address):
        detail = {"errorCode": REPEATED, "errorcode": REPEATED, "dupRequestId": there}
        return envelope(INVALID, language, "the stream is watched already") | {"detail": detail}
    try:
        house.desk.submit(caller, new)
    except TooBusy as error:
        raise Busy(str(error)) from error
    return envelope(SUCCESS, language, request=new.vendor["requestId"])


def _watched(house: House, caller: Caller, address: str) -> str:
    """The id of the request that has this very stream watched; empty where there is none."""
    with house.desk.database.read() as connection:
        open_ = submissions.listing(connection, caller.account, states=submissions.OPEN, dialect=STREAM, most=1000)
    return next((str(one.external_id) for one in open_ if one.address == address), "")


def _new(house: House, caller: Caller, body: Body) -> New:
    for name in ("appId", "eventId"):
        fields.text(body, name, 64, required=True)
    settings = settings_of(caller.settings)
    types = wishes.read_types(body)
    data = wishes.read_data(body, settings)
    wishes.check_echoed(data)
    listed = asked.text_lists(house, caller)
    pictures, sounds = _callbacks(caller, body)
    id_ = new_id()
    options = Options(
        plan={"every": float(_step(data))},
        policy=with_levels(policy_text(house.desk.database, caller)),
        languages=asked.languages(fields.choice(data, "lang", wishes.LANGUAGES)),
        countries=settings.countries,
        lists=tuple(listed),
        words=types.sources,
        callback=pictures,
        interim=True,
        retention=asked.kept_for(caller, KEPT),
    )
    new = New(
        account=caller.account,
        key=caller.key,
        dialect=STREAM,
        source=submissions.STREAM,
        address=_address(data),
        name=fields.text(data, "streamName", 64) or "stream",
        asked=asked.asked(house, types, settings, bool(listed)),
        options=options,
        vendor={
            "requestId": id_,
            "language": wishes.language_of(body),
            "types": types.document(),
            "imgCallback": pictures,
            "audioCallback": sounds,
            "lists": listed,
            "params": dict(data),
            "meters": [METER],
        }
        | _shown(data),
        external_id=id_,
    )
    return for_caller(caller, new)


def _callbacks(caller: Caller, body: Body) -> tuple[str, str]:
    """The published demos say `callback` for both."""
    usual = fields.text(body, "callback", wishes.MOST_URL)
    pictures = fields.text(body, "imgCallback", wishes.MOST_URL) or usual
    if not pictures:
        raise UsageError("imgCallback is required")
    sounds = fields.text(body, "audioCallback", wishes.MOST_URL) or usual
    if sounds:
        # The desk checks the address of pictures; this one it does not know.
        urls.parse(sounds)
        may_call(caller.settings, sounds)
    return pictures, sounds


def _address(data: Body) -> str:
    kind = fields.choice(data, "streamType", (NORMAL, *ROOMS))
    if not kind:
        raise UsageError("data.streamType is required")
    if kind in ROOMS:
        raise UsageError(f"data.streamType {kind} is a room that this server cannot enter: give it a NORMAL address")
    return fields.text(data, "url", wishes.MOST_URL, required=True)


def _step(data: Body) -> int:
    """Whole seconds: parts are cut off, and nothing is below one. Only each `detectStep`-th frame is looked at."""
    step = fields.number(data, "detectFrequency", 0, 60)
    every = fields.whole(data, "detectStep", 1, 1000) or 1
    return (STEP if step is None else max(1, math.floor(step))) * every


def _shown(data: Body) -> dict[str, Any]:
    for name, most in ECHOED.items():
        fields.text(data, name, most)
    fields.whole(data, "imgBusinessDetectStep", 1, 1000)
    return {
        "allImages": fields.switch(data, "returnAllImg"),
        "allAudio": fields.switch(data, "returnAllText"),
        "preText": fields.switch(data, "returnPreText"),
        "preAudio": fields.switch(data, "returnPreAudio"),
        "finish": fields.switch(data, "returnFinishInfo"),
        "audioStep": fields.whole(data, "audioDetectStep", 0, 36) or 0,
        "stepped": "detectStep" in data,
        "room": fields.text(data, "room", 64),
        "passThrough": fields.passed_through(data, wishes.MOST_PASSED),
    }
