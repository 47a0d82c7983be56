"""POST /finish_videostream/v4: the stream has ended, says the customer."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.accounts.caller import Caller
from reelwarden.api.deepcleer import STREAM, fields
from reelwarden.api.deepcleer.errors import SUCCESS, answer, envelope
from reelwarden.api.deepcleer.submitting import key_of, object_of
from reelwarden.api.door import House, admitted, house_of
from reelwarden.api.form import reading

router = APIRouter()


@router.post("/v4")
@router.post("/v4/")
async def finish(request: Request) -> Response:
    """Ends the watching; what was found until then is told. A stream that has ended stays as it is."""
    house = house_of(request)
    async with reading(request, house.desk, files=False) as (form, _):
        body = object_of(request, form.body)
        caller = await asyncio.to_thread(admitted, house, key_of(request, body), "submit", paced=False)
        id_ = fields.text(body, "requestId", 64, required=True)
        await asyncio.to_thread(_stop, house, caller, id_)
    return answer(envelope(SUCCESS, request.state.language, request=id_))


def _stop(house: House, caller: Caller, id_: str) -> None:
    house.desk.stop(caller, house.desk.find(caller, STREAM, id_).id)
