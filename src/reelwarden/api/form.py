"""A request's fields and files, whatever form they came in: query, urlencoded, multipart or JSON, all merged.

Files go to the store of bytes as they come, so that memory does not grow with their size. A caller may be known only
after the last byte (some send their key behind the file), so what was staged for nobody is dropped.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from reelwarden.errors import LimitExceeded, UsageError
from reelwarden.jobs.desk import Desk
from reelwarden.jobs.source import blob_key
from reelwarden.jobs.staging import Staging
from reelwarden.store.database import new_id

FIELD_BYTES = 4 << 20
"""All fields together, files left out."""
MOST_FIELDS = 1000
SNIFFED = 512


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with the request, staged under `key` of the store of bytes, for the submission `submission`.

    `head` is its first bytes.
    """

    field: str
    name: str
    type: str
    size: int
    submission: str
    head: bytes

    @property
    def key(self) -> str:
        return blob_key(self.submission)


@dataclass(slots=True)
class Form:
    """`fields` in the order in which they came; a later one wins in `get`. `body` is the JSON body, if any."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    body: Any = None

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in reversed(self.fields) if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    @property
    def mapping(self) -> dict[str, str]:
        return dict(self.fields)

    def file(self, *names: str) -> File | None:
        """The first file under one of the names, or the first at all."""
        return next((f for f in self.files if f.field in names), None) if names else next(iter(self.files), None)


async def read_form(request: Request, desk: Desk, *, most_bytes: int | None = None, files: bool = True) -> Form:
    """Reads the whole request. Raises UsageError for what cannot be read, LimitExceeded for what is too large."""
    form = Form(list(request.query_params.multi_items()))
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    try:
        if kind == "multipart/form-data":
            await _read_multipart(request, desk, form, options.get("boundary", ""), most_bytes, files)
        else:
            _read_body(await _whole(request), kind, form)
    except ClientDisconnect:
        await drop(desk, form)
        raise
    except (MultipartError, UnicodeDecodeError, ValueError, RecursionError) as error:
        await drop(desk, form)
        raise UsageError("the request's body cannot be read", "send it as a form or as JSON") from error
    except LimitExceeded:
        await drop(desk, form)
        raise
    return form


async def drop(desk: Desk, form: Form, but: str = "") -> None:
    """Drops what was staged, but for the submission that took its file."""
    for file in form.files:
        if file.submission != but:
            await asyncio.to_thread(desk.blobs.delete_all, f"media/{file.submission}")


@asynccontextmanager
async def reading(request: Request, desk: Desk, **limits: Any) -> AsyncIterator[tuple[Form, set[str]]]:
    """The form, and a set to put the id of each accepted submission into; other staged files go at the end."""
    form = await read_form(request, desk, **limits)
    taken: set[str] = set()
    try:
        yield form, taken
    finally:
        for file in form.files:
            if file.submission not in taken:
                await asyncio.to_thread(desk.blobs.delete_all, f"media/{file.submission}")


async def _whole(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > FIELD_BYTES * 4:
            raise LimitExceeded("bytes", "the request's body is too large")
    return bytes(body)


def _read_body(body: bytes, kind: str, form: Form) -> None:
    """JSON is told by its first letter: several clients label it as a form, or not at all."""
    text = body.lstrip(b" \t\r\n\xef\xbb\xbf")
    if not text:
        return
    if text[:1] in b"{[":
        form.body = json.loads(text)
        if isinstance(form.body, Mapping):
            form.fields += [(str(name), _flat(value)) for name, value in form.body.items() if value is not None]
        return
    if kind == "application/json":
        raise ValueError("not JSON")
    form.fields += parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)


def _flat(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


async def _read_multipart(
    request: Request, desk: Desk, form: Form, boundary: str, most_bytes: int | None, files: bool
) -> None:
    most = most_bytes or desk.settings.max_bytes
    reader = _Parts(desk, form, most, files)
    try:
        with PushMultipartParser(
            boundary, max_segment_size=most + FIELD_BYTES, max_segment_count=MOST_FIELDS
        ) as parser:
            async for chunk in request.stream():
                for part in parser.parse(chunk):
                    await reader.take(part)
        await reader.close()
    except BaseException:
        await reader.abandon()
        raise


class _Parts:
    """The parts of a multipart body, one after the other."""

    def __init__(self, desk: Desk, form: Form, most: int, files: bool) -> None:
        self._desk, self._form, self._most, self._files = desk, form, most, files
        self._segment: MultipartSegment | None = None
        self._text = bytearray()
        self._fields = 0
        self._staging: Staging | None = None
        self._submission = ""

    async def take(self, part: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(part, MultipartSegment):
            self._segment, self._text = part, bytearray()
            if part.filename is not None and self._files:
                self._submission = new_id("sub")
                self._staging = Staging(self._desk.blobs, blob_key(self._submission), self._most)
        elif part:
            await self._data(bytes(part))
        else:
            await self.close()

    async def _data(self, data: bytes) -> None:
        if self._staging:
            await self._staging.write(data)
            return
        self._fields += len(data)
        if self._fields > FIELD_BYTES:
            raise LimitExceeded("bytes", "the fields of the request are too large")
        self._text += data

    async def close(self) -> None:
        """The part is over."""
        segment, self._segment = self._segment, None
        if segment is None:
            return
        if self._staging is None:
            self._form.fields.append((segment.name, self._text.decode()))
            return
        staging, self._staging = self._staging, None
        size = await staging.finish()
        name, type_ = segment.filename or "", segment.content_type or ""
        self._form.files.append(File(segment.name, name, type_, size, self._submission, staging.head))

    async def abandon(self) -> None:
        if self._staging:
            await self._staging.abandon()
