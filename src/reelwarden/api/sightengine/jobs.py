"""video/byid.json and video/ongoing.json: how far a video is, what was found, and stopping it."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.api.sightengine import DIALECT
from reelwarden.api.sightengine.answers import Document, Facts, as_answer, ongoing, state, success
from reelwarden.api.sightengine.call import Call, calling
from reelwarden.api.sightengine.errors import Argument
from reelwarden.api.sightengine.ids import MEDIA, request_id
from reelwarden.api.sightengine.so_far import findings_so_far
from reelwarden.jobs.refusals import Missing
from reelwarden.jobs.submissions import OPEN, Submission, listing

router = APIRouter(prefix="/video")
MOST = 200


@router.api_route("/byid.json", methods=["GET", "POST"])
async def by_id(request: Request) -> Response:
    """The state of a video, and its results so far as they are known."""
    async with calling(request, "read") as call:
        return as_answer(await asyncio.to_thread(_state, call))


@router.delete("/byid.json")
async def stop(request: Request) -> Response:
    """Stops it; what was found until then stays. The id may stand in the body or in the query."""
    async with calling(request, "submit") as call:
        return as_answer(await asyncio.to_thread(_stopped, call))


@router.api_route("/ongoing.json", methods=["GET", "POST"])
async def every_ongoing(request: Request) -> Response:
    """The account's videos that have not ended."""
    async with calling(request, "read") as call:
        return as_answer(await asyncio.to_thread(_ongoing, call))


def _state(call: Call) -> Document:
    submission = _found(call)
    found = findings_so_far(call.house, submission) if submission.open else None
    if found:
        submission = call.house.desk.read(call.caller, submission.id)  # its progress is at least that of the frames
    return state(submission, found if submission.open else call.house.desk.findings(submission))


def _stopped(call: Call) -> Document:
    submission = call.house.desk.stop(call.caller, _found(call).id)
    return success(request_id(), 0) | {"media": Facts.of(submission).medium}


def _found(call: Call) -> Submission:
    media = call.form.get("id").strip() or call.form.get("media_id").strip()
    if not media:
        raise Argument("The parameter id is missing: the id of the media")
    if not MEDIA.fullmatch(media):
        raise Missing("there is no media with this id")
    return call.house.desk.find(call.caller, DIALECT, media)


def _ongoing(call: Call) -> Document:
    with call.house.desk.database.read() as connection:
        found = listing(connection, call.caller.account, states=OPEN, dialect=DIALECT, most=MOST)
    return ongoing([submission for submission in found if not submission.vendor.get("picture")])
