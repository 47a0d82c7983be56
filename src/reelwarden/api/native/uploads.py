"""Resumable uploads: the tus protocol 1.0.0 with creation, creation-with-upload, expiration and termination.

A whole upload becomes media by `POST /submissions` with `upload`. What has come of a part that broke off is kept.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from reelwarden.accounts.caller import Caller
from reelwarden.accounts.wording import is_keepable
from reelwarden.api.door import House, admitted, bearer, house_of
from reelwarden.errors import LimitExceeded, UsageError
from reelwarden.jobs import uploading
from reelwarden.jobs.staging import Staging
from reelwarden.jobs.uploading import Upload

router = APIRouter(tags=["uploads"])
VERSION = "1.0.0"
RESUMABLE = {"Tus-Resumable": VERSION}
EXTENSIONS = "creation,creation-with-upload,expiration,termination"
BYTES = "application/offset+octet-stream"
MOST_METADATA = 4000
T = TypeVar("T")


def _header(name: str, about: str, required: bool = True, example: str = "") -> dict[str, Any]:
    shape = {"type": "string"} | ({"example": example} if example else {})
    return {"name": name, "in": "header", "required": required, "description": about, "schema": shape}


SPOKEN = _header("Tus-Resumable", "The protocol's version.", example=VERSION)
BODY = {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}
CREATION = {
    "parameters": [
        SPOKEN,
        _header("Upload-Length", "Bytes in all.", example="1048576"),
        _header("Upload-Metadata", "`filename` and a value in base64, further pairs behind commas.", False),
    ],
    "requestBody": BODY,
}
PART = {
    "parameters": [SPOKEN, _header("Upload-Offset", "Bytes that have come.", example="0")],
    "requestBody": BODY,
}


@dataclass(frozen=True, eq=False)
class Visit:
    """One request of somebody who may upload."""

    house: House
    caller: Caller

    @property
    def most(self) -> int:
        return min(
            self.caller.plan.most_bytes or self.house.desk.settings.max_bytes, self.house.desk.settings.max_bytes
        )

    async def do(self, act: Callable[..., T], *args: Any) -> T:
        return await asyncio.to_thread(act, self.house.desk.database, *args)


@router.options("/uploads", status_code=204)
def spoken(request: Request) -> Response:
    """What of the protocol is spoken here."""
    most = str(house_of(request).desk.settings.max_bytes)
    said = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": most}
    return Response(status_code=204, headers=RESUMABLE | said)


@router.post("/uploads", status_code=201, openapi_extra=CREATION)
async def create(request: Request) -> Response:
    """A new upload; its address comes back in `Location`. The first part may come with it."""
    visit = await _visit(request, paced=True)
    length = _number(request, "Upload-Length")
    if length > visit.most:
        raise LimitExceeded("bytes", f"more than {visit.most:,} bytes", "send a smaller file")
    said = request.headers.get("upload-metadata", "")
    name = _metadata(said).get("filename", "upload")
    visit.house.desk.check_space()
    upload = await visit.do(uploading.create, visit.caller.account, visit.caller.key, name, length, {"metadata": said})
    if request.headers.get("content-type", "") == BYTES or length == 0:
        upload = await _take(request, visit, upload.id, 0)
    place = f"{visit.house.desk.settings.public_url.rstrip('/')}/reelwarden/v1/uploads/{upload.id}"
    return Response(status_code=201, headers=_about(upload) | {"Location": place})


@router.head("/uploads/{id}", status_code=200, openapi_extra={"parameters": [SPOKEN]})
async def state(request: Request, id: str) -> Response:
    """How many bytes have come."""
    visit = await _visit(request)
    upload = await visit.do(uploading.read, visit.caller.account, id)
    said = {"Upload-Length": str(upload.length), "Cache-Control": "no-store"}
    metadata = {"Upload-Metadata": upload.facts["metadata"]} if upload.facts.get("metadata") else {}
    return Response(headers=_about(upload) | said | metadata)


@router.patch("/uploads/{id}", status_code=204, openapi_extra=PART)
async def part(request: Request, id: str) -> Response:
    """The bytes from `Upload-Offset` on. Only one request at a time may send to an upload."""
    visit = await _visit(request)
    if request.headers.get("content-type", "") != BYTES:
        raise HTTPException(415, f"the Content-Type of a part is {BYTES}")
    upload = await _take(request, visit, id, _number(request, "Upload-Offset"))
    return Response(status_code=204, headers=_about(upload))


@router.delete("/uploads/{id}", status_code=204, openapi_extra={"parameters": [SPOKEN]})
async def end(request: Request, id: str) -> Response:
    """Nothing of the upload stays; one that became a submission is no longer there."""
    visit = await _visit(request)
    await visit.do(uploading.end, visit.house.desk.blobs, visit.caller.account, id)
    return Response(status_code=204, headers=RESUMABLE)


async def _visit(request: Request, paced: bool = False) -> Visit:
    house = house_of(request)
    caller = await asyncio.to_thread(admitted, house, bearer(request), "submit", paced=paced)
    if request.headers.get("tus-resumable") != VERSION:
        raise HTTPException(412, f"say Tus-Resumable: {VERSION}", {"Tus-Version": VERSION})
    return Visit(house, caller)


async def _take(request: Request, visit: Visit, id: str, offset: int) -> Upload:
    """Takes the body in; what has come when it breaks off stays too."""
    upload, token = await visit.do(uploading.hold, visit.caller.account, id, offset)
    try:
        taken = _Taking(visit, upload, token)
        await taken.all_of(request.stream())
        if taken.upload.whole:
            await visit.do(uploading.join, visit.house.desk.blobs, taken.upload)
        return taken.upload
    finally:
        await visit.do(uploading.let_go, upload, token)


class _Taking:
    """The parts of one request's body, one blob after the other."""

    def __init__(self, visit: Visit, upload: Upload, token: str) -> None:
        self.upload = upload
        self._visit, self._token = visit, token
        self._staging: Staging | None = None
        self._key = ""
        self._seen = time.monotonic()

    async def all_of(self, stream: AsyncIterator[bytes]) -> None:
        try:
            async for piece in stream:
                await self._write(piece)
                await self._still_here()
        except ClientDisconnect:
            pass
        except BaseException:
            if self._staging:
                await self._staging.abandon()
            raise
        await self._keep()

    async def _write(self, piece: bytes) -> None:
        if not piece:
            return
        if self._staging is None:
            self._key = uploading.part_key(self.upload, self._token)
            self._staging = Staging(self._visit.house.desk.blobs, self._key, self.upload.length - self.upload.offset)
        await self._staging.write(piece)
        if self._staging.size >= uploading.PART:
            await self._keep()

    async def _keep(self) -> None:
        staging, self._staging = self._staging, None
        if staging is None:
            return
        size = await staging.finish()
        try:
            self.upload = await self._visit.do(uploading.keep, self.upload, self._token, self._key, size)
        except BaseException:
            await asyncio.to_thread(self._visit.house.desk.blobs.delete, [self._key])
            raise

    async def _still_here(self) -> None:
        if time.monotonic() - self._seen > uploading.HELD_FOR / 4:
            self._seen = time.monotonic()
            await self._visit.do(uploading.hold_on, self.upload, self._token)


def _about(upload: Upload) -> dict[str, str]:
    expires = formatdate(upload.expires, usegmt=True)
    return RESUMABLE | {"Upload-Offset": str(upload.offset), "Upload-Expires": expires}


def _number(request: Request, header: str) -> int:
    said = request.headers.get(header, "")
    if not (said.isascii() and said.isdecimal() and len(said) < 19):
        raise UsageError(f"{header} is a number of bytes", "a length that is not known yet is not taken")
    return int(said)


def _metadata(said: str) -> dict[str, str]:
    """Pairs of a name and a value in base64. Raises UsageError."""
    found = {}
    try:
        for pair in filter(None, (part.strip() for part in said.split(","))):
            name, _, value = pair.partition(" ")
            found[name] = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise UsageError("Upload-Metadata cannot be read", "each value is base64 of UTF-8") from error
    if len(said) > MOST_METADATA or not all(map(is_keepable, found.values())):
        raise UsageError("Upload-Metadata is too long, or has a null letter")
    return found
