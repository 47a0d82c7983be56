"""What was looked at: the media itself, by ranges, and the pictures that are kept as evidence."""

from __future__ import annotations

import mimetypes
import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from reelwarden.api.native.guard import Here, Reader
from reelwarden.jobs.refusals import Missing
from reelwarden.jobs.source import blob_key
from reelwarden.jobs.submissions import UPLOAD, pictures_of

router = APIRouter(tags=["submissions"])
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PASSIVE = re.compile(r"(?:video|audio)/[\w.+-]+|image/(?:jpeg|png|gif|webp|avif|bmp|tiff)")
HARMLESS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
"""Media come from strangers: a browser must not take them for a page."""
NEAR = 0.0005
"""Seconds by which a time in an address may be off: it was rounded for people."""
PICTURES: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}, "description": "The picture."}}
WHOLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "All of it."},
    206: {"description": "The range that was asked for."},
    416: {"description": "There are no such bytes."},
}


@router.get("/submissions/{id}/evidence")
def times(caller: Reader, house: Here, id: str) -> Any:
    """The times, in seconds, of which a picture is kept."""
    submission = house.desk.read(caller, id)
    with house.desk.database.read() as connection:
        found = pictures_of(connection, submission.id)
    base = f"/reelwarden/v1/submissions/{submission.id}/evidence"
    return {"evidence": [{"time": time, "url": f"{base}/{time}"} for time in found]}


@router.get("/submissions/{id}/evidence/{time}", response_class=Response, responses=PICTURES)
def picture(caller: Reader, house: Here, id: str, time: Annotated[float, Path(ge=0, allow_inf_nan=False)]) -> Response:
    """The picture that was kept of this time."""
    submission = house.desk.read(caller, id)
    with house.desk.database.read() as connection:
        found = pictures_of(connection, submission.id)
    key = next((blob for at, blob in found.items() if abs(at - time) < NEAR), None)
    try:
        jpeg = house.desk.blobs.get(key) if key else None
    except FileNotFoundError:
        jpeg = None
    if jpeg is None:
        raise Missing("no picture of this time is kept", "ask for the times first")
    return Response(jpeg, media_type="image/jpeg", headers=HARMLESS)


@router.get("/submissions/{id}/media", response_class=StreamingResponse, responses=WHOLE)
def media(request: Request, caller: Reader, house: Here, id: str) -> Response:
    """The media as they were handed in, whole or a `Range` of them; those of a URL only while they are kept."""
    submission, blobs = house.desk.read(caller, id), house.desk.blobs
    key = submission.address if submission.source == UPLOAD else blob_key(submission.id)
    try:
        size = blobs.size(key)
    except FileNotFoundError:
        raise Missing("the media are not kept", "they expire with the submission") from None
    kind = mimetypes.guess_type(submission.name)[0] or ""
    kind = kind if PASSIVE.fullmatch(kind) else "application/octet-stream"
    first, end = _wanted(request.headers.get("range", ""), size)
    headers = HARMLESS | {"Accept-Ranges": "bytes", "Content-Length": str(end - first)}
    if (first, end) == (0, size):
        return StreamingResponse(blobs.stream(key) if size else iter(()), media_type=kind, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return StreamingResponse(blobs.stream(key, first, end), 206, headers, kind)


def _wanted(said: str, size: int) -> tuple[int, int]:
    """From the first byte up to, not with, the end; all for a range that is not understood. Raises HTTPException."""
    match = RANGE.fullmatch(said.replace(" ", ""))
    if match is None or match[0] == "bytes=-":
        return 0, size
    if not match[1]:
        first, end = max(0, size - int(match[2])), size
    else:
        first, end = int(match[1]), min(size, int(match[2] or size) + 1)
        if match[2] and int(match[2]) < first:
            return 0, size
    if first >= end:
        raise HTTPException(416, "there are no such bytes", {"Content-Range": f"bytes */{size}"})
    return first, end
