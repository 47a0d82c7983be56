"""video/check.json and check-sync.json, each also with a workflow: videos and live streams."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.api.sightengine.answers import acknowledgement, as_answer, video_answer
from reelwarden.api.sightengine.call import calling
from reelwarden.api.sightengine.submitting import Way, answered, callback_of, ended, submission_of, wishes_for
from reelwarden.jobs.submissions import Submission

router = APIRouter(prefix="/video")
WITHIN = 280.0
LONGEST = 60.0
"""Seconds of video that may be waited for."""
ADDRESSES = ("stream_url", "url")


@router.api_route("/check-sync.json", methods=["GET", "POST"])
async def check_sync(request: Request) -> Response:
    """A video shorter than a minute, answered in the same response."""
    return await _sync(request, workflow=False)


@router.api_route("/check-workflow-sync.json", methods=["GET", "POST"])
async def check_workflow_sync(request: Request) -> Response:
    """The same with a workflow."""
    return await _sync(request, workflow=True)


@router.api_route("/check.json", methods=["GET", "POST"])
async def check(request: Request) -> Response:
    """A video or a live stream, taken in now; its results by callback or video/byid.json."""
    return await _later(request, workflow=False)


@router.api_route("/check-workflow.json", methods=["GET", "POST"])
async def check_workflow(request: Request) -> Response:
    """The same with a workflow."""
    return await _later(request, workflow=True)


async def _sync(request: Request, *, workflow: bool) -> Response:
    async with calling(request, "submit") as call:
        wishes, settings = await wishes_for(call, workflow=workflow)
        submission = await submission_of(call, wishes, settings, Way(ADDRESSES, waits=True))
        submission = await ended(call, request, submission, WITHIN, _too_long)
        return as_answer(await asyncio.to_thread(answered, call, submission, video_answer))


def _too_long(submission: Submission) -> str:
    long = (submission.duration or 0.0) >= LONGEST
    return f"The video is not shorter than {LONGEST:g} seconds: use video/check.json" if long else ""


async def _later(request: Request, *, workflow: bool) -> Response:
    async with calling(request, "submit") as call:
        callback = callback_of(call)
        wishes, settings = await wishes_for(call, workflow=workflow)
        submission = await submission_of(call, wishes, settings, Way(ADDRESSES, waits=False, callback=callback))
        return as_answer(acknowledgement(submission))
