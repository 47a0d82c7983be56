"""POST /video/query/v4: how far a video is, and what was found in it."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.accounts.caller import Caller
from reelwarden.api.deepcleer import DIALECT, fields, pace
from reelwarden.api.deepcleer.errors import PROCESSING, answer, envelope
from reelwarden.api.deepcleer.fields import Body
from reelwarden.api.deepcleer.result import document_of
from reelwarden.api.deepcleer.submitting import key_of, object_of
from reelwarden.api.door import House, admitted, house_of
from reelwarden.api.form import reading

router = APIRouter()


@router.post("/query/v4")
@router.post("/query/v4/")
async def query(request: Request) -> Response:
    """1101 while the video is looked at, and then the document that the callback brings."""
    house = house_of(request)
    async with reading(request, house.desk, files=False) as (form, _):
        body = object_of(request, form.body)
        caller = await asyncio.to_thread(admitted, house, key_of(request, body), "read", paced=False)
        await asyncio.to_thread(pace.keep, house.desk.database, caller, "query")
        document = await asyncio.to_thread(_found, house, caller, body, request.state.language)
    return answer(document)


def _found(house: House, caller: Caller, body: Body, language: str) -> dict[str, Any]:
    bt_id = fields.text(body, "btId", 64, required=True)
    submission = house.desk.find(caller, DIALECT, bt_id)
    said = submission.vendor
    language = language if body.get("acceptLang") else said["language"]
    if submission.open:
        return envelope(PROCESSING, language, request=said["requestId"], btId=bt_id)
    return document_of(submission, house.desk.findings(submission), language)
