"""Requests and answers: one connection each, bodies streamed, errors in the server's words."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from reelwarden.client.errors import ApiError, Unreachable
from reelwarden.errors import UsageError

PREFIX = "/reelwarden/v1"
Answer = http.client.HTTPResponse
BROKEN = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: `pieces` of `length` bytes; a length of None is sent in chunks."""

    pieces: bytes | Iterable[bytes]
    type: str
    length: int | None = None


class Wire:
    """The way to one server. `patience` seconds are waited where the server says that it was asked too fast."""

    def __init__(self, url: str, key: str, timeout: float, patience: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError("the server's address is none", "write it like http://127.0.0.1:8080")
        self._https, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._prefix = parts.path.rstrip("/").removesuffix(PREFIX) + PREFIX
        self._key, self._timeout, self._patience = key, timeout, patience

    def json(self, verb: str, path: str, document: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """The JSON that comes back; None where nothing does. Raises ApiError, Unreachable."""
        body = None if document is None else Body(json.dumps(document).encode(), "application/json")
        with self.answer(verb, path, body, query) as answer:
            said = _read(answer)
        return json.loads(said) if said else None

    def bytes(self, path: str, headers: Mapping[str, str] | None = None) -> bytes:
        with self.answer("GET", path, headers=headers) as answer:
            return _read(answer)

    @contextmanager
    def answer(
        self,
        verb: str,
        path: str,
        body: Body | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        fine: tuple[int, ...] = (),
    ) -> Iterator[Answer]:
        """The answer, not yet read; a status in `fine` is no error. Raises ApiError, Unreachable."""
        wanted = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        target = self._prefix + path + (f"?{urlencode(wanted)}" if wanted else "")
        # Only what can be sent a second time is.
        again = body is None or isinstance(body.pieces, bytes)
        end = time.monotonic() + (self._patience if again else 0.0)
        while True:
            connection = self._connection(timeout or self._timeout)
            try:
                answer = _exchanged(connection, verb, target, self._headers(body, headers), body)
                if answer.status < 400 or answer.status in fine:
                    yield answer
                    return
                error = _error(answer)
            finally:
                connection.close()
            wait = error.retry_after or 1.0
            if error.code != "too_fast" or time.monotonic() + wait > end:
                raise error
            time.sleep(wait)

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
        return kind(self._host, self._port, timeout=timeout)

    def _headers(self, body: Body | None, more: Mapping[str, str] | None) -> dict[str, str]:
        said = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        if body is not None:
            length = len(body.pieces) if isinstance(body.pieces, bytes) else body.length
            size = {"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": str(length)}
            said |= {"Content-Type": body.type} | size
        return said | dict(more or {})


def path(*parts: str) -> str:
    """`/lists/my%20list`: each part as it is, whatever letters it has."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def _exchanged(
    connection: http.client.HTTPConnection, verb: str, target: str, headers: dict[str, str], body: Body | None
) -> Answer:
    pieces = body.pieces if body else None
    try:
        try:
            connection.request(verb, target, pieces, headers, encode_chunked="Transfer-Encoding" in headers)
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses a body says so before it has read all of it.
            return connection.getresponse()
        return connection.getresponse()
    except BROKEN as error:
        raise Unreachable(f"no answer came: {type(error).__name__}", "is the server running?") from error


def _read(answer: Answer) -> bytes:
    try:
        return answer.read()
    except BROKEN as error:
        raise Unreachable("the answer broke off", "ask again") from error


def _error(answer: Answer) -> ApiError:
    retry = answer.getheader("Retry-After", "")
    after = float(retry) if retry.isdecimal() else None
    try:
        said = json.loads(answer.read())["error"]
        return ApiError(answer.status, said["code"], said["message"], said.get("hint", ""), after)
    except (*BROKEN, ValueError, KeyError, TypeError):
        return ApiError(answer.status, "http", f"the server answered {answer.status} {answer.reason}", "", after)
