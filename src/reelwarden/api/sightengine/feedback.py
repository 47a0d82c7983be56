"""feedback.json: the caller says that a model was wrong about a media. Free of charge."""

from __future__ import annotations

import asyncio
import time

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.api.sightengine.answers import as_answer, success
from reelwarden.api.sightengine.call import Call, calling, clean
from reelwarden.api.sightengine.errors import Argument
from reelwarden.api.sightengine.ids import media_id, request_id
from reelwarden.api.sightengine.models import catalogue
from reelwarden.api.sightengine.submitting import address_of
from reelwarden.jobs.submissions import tell

router = APIRouter()
MOST_CLASS = 200


@router.api_route("/feedback.json", methods=["GET", "POST"])
async def feedback(request: Request) -> Response:
    """Keeps what was said as an event of the account; the picture itself is not kept."""
    async with calling(request, "submit") as call:
        said = _said(call)
        media, uri = media_id(), said.pop("uri")
        note = {"media": media, "uri": uri[:2000], **said}
        await asyncio.to_thread(_keep, call, note)
        return as_answer(success(request_id(), 0) | {"media": {"id": media, "uri": uri}})


def _said(call: Call) -> dict[str, str]:
    model, wrong = call.form.get("model").strip(), call.form.get("class").strip()
    if not model:
        raise Argument("The parameter model is missing")
    if not wrong or len(wrong) > MOST_CLASS:
        raise Argument("The parameter class is missing: what the media really shows")
    if model not in catalogue() and model.partition("-")[0] not in {name.partition("-")[0] for name in catalogue()}:
        raise Argument(f"There is no model {model[:80]!r}")
    file = call.form.file("media") or call.form.file()
    uri = clean(file.name or "media") if file else address_of(call, "url")
    if not uri:
        raise Argument("There is no media: send a file as media, or url")
    return {"dialect": "sightengine", "model": model, "class": wrong, "uri": uri}


def _keep(call: Call, note: dict[str, str]) -> None:
    with call.house.desk.database.begin() as connection:
        tell(connection, call.caller.account, None, "feedback.given", note, time.time())
