"""check.json and check-workflow.json: one picture, answered at once."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.api.sightengine.answers import as_answer, image_answer
from reelwarden.api.sightengine.call import calling
from reelwarden.api.sightengine.submitting import Way, answered, ended, submission_of, wishes_for
from reelwarden.jobs.submissions import Submission

router = APIRouter()
WITHIN = 90.0
"""Seconds that a caller waits for a picture."""
PICTURES = frozenset({"jpeg", "png", "webp", "avif", "gif", "bmp", "tiff"})
WAY = Way(("url", "stream_url"), waits=True, picture=True)


@router.api_route("/check.json", methods=["GET", "POST"])
async def check(request: Request) -> Response:
    """Models and their options over a picture: `url`, `media` or `media_id`."""
    return await _check(request, workflow=False)


@router.api_route("/check-workflow.json", methods=["GET", "POST"])
async def check_workflow(request: Request) -> Response:
    """The same with a workflow of the account's instead of models."""
    return await _check(request, workflow=True)


async def _check(request: Request, *, workflow: bool) -> Response:
    async with calling(request, "submit") as call:
        wishes, settings = await wishes_for(call, workflow=workflow)
        submission = await submission_of(call, wishes, settings, WAY)
        submission = await ended(call, request, submission, WITHIN, _no_picture)
        return as_answer(await asyncio.to_thread(answered, call, submission, image_answer))


def _no_picture(submission: Submission) -> str:
    """Animations are pictures: each number is then the highest of their frames."""
    picture = submission.media is not None and submission.media.get("container") in PICTURES
    return "" if picture else "The media is no picture: videos go to video/check.json"
