"""Media on their way: a form that streams its file, and uploads that go on where they were broken off."""

from __future__ import annotations

import base64
import io
import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from reelwarden.client.errors import ApiError, Unreachable
from reelwarden.client.wire import Body, Wire, path

Media = str | Path | bytes | BinaryIO
PIECE = 256 << 10
PART = 16 << 20
"""Bytes of a resumable upload that are sent at a time."""
LARGE = 64 << 20
"""Bytes from which on a file is uploaded resumably by itself."""
TRIES = 8
SPOKEN = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


@contextmanager
def opened(media: Media) -> Iterator[tuple[BinaryIO, int, str]]:
    """The bytes as a file at its beginning, how many there are, and its name. A file that is given stays open."""
    if isinstance(media, bytes):
        yield io.BytesIO(media), len(media), "media"
    elif isinstance(media, str | Path):
        with Path(media).open("rb") as file:
            yield file, Path(media).stat().st_size, Path(media).name
    else:
        start = media.tell()
        size = media.seek(0, io.SEEK_END) - start
        media.seek(start)
        yield media, size, Path(str(getattr(media, "name", "media"))).name


def form(fields: Mapping[str, Any], file: BinaryIO, size: int, name: str) -> Body:
    """A multipart form; the file comes last, so that the server knows what it is for."""
    mark = secrets.token_hex(16)
    head = "".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{flat(value)}\r\n'
        for field, value in fields.items()
    )
    safe = name.replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
    head += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{safe}"\r\n'
    start = f"{head}Content-Type: application/octet-stream\r\n\r\n".encode()
    end = f"\r\n--{mark}--\r\n".encode()
    kind = f"multipart/form-data; boundary={mark}"
    return Body(_around(start, file, end), kind, len(start) + size + len(end))


def flat(value: Any) -> str:
    """A value as a form has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return json.dumps(value) if isinstance(value, Mapping) else str(value)


def upload(wire: Wire, media: Media, name: str = "", part: int = PART) -> str:
    """Uploads in parts, and asks where to go on when one breaks off. Gives the upload's id."""
    with opened(media) as (file, size, called):
        metadata = base64.b64encode((name or called).encode()).decode()
        said = SPOKEN | {"Upload-Length": str(size), "Upload-Metadata": f"filename {metadata}"}
        with wire.answer("POST", "/uploads", headers=said) as answer:
            id = (answer.getheader("Location") or "").rpartition("/")[2]
        start, offset, failed = file.tell(), 0, 0
        while offset < size:
            try:
                file.seek(start + offset)
                offset, failed = _send(wire, id, offset, file.read(part)), 0
            except (Unreachable, ApiError) as error:
                failed += 1
                if failed >= TRIES or (isinstance(error, ApiError) and error.code not in ("conflict", "locked")):
                    raise
                time.sleep(min(10.0, 0.25 * 2**failed))
                offset = _where(wire, id, offset)
    return id


def _send(wire: Wire, id: str, offset: int, part: bytes) -> int:
    said = SPOKEN | {"Upload-Offset": str(offset)}
    with wire.answer("PATCH", path("uploads", id), Body(part, BYTES), headers=said) as answer:
        return int(answer.getheader("Upload-Offset") or 0)


def _where(wire: Wire, id: str, offset: int) -> int:
    try:
        with wire.answer("HEAD", path("uploads", id), headers=SPOKEN) as answer:
            return int(answer.getheader("Upload-Offset") or 0)
    except Unreachable:
        return offset


def _around(start: bytes, file: BinaryIO, end: bytes) -> Iterator[bytes]:
    yield start
    while piece := file.read(PIECE):
        yield piece
    yield end
