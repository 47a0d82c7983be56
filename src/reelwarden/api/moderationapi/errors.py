"""The vendor's errors: `{type, code, message, request_id, doc_url, issues?}`; `error` repeats the message for the
oldest client.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwarden.api.door import retry_headers
from reelwarden.errors import ReelwardenError
from reelwarden.review.missing import NotThere, TakenAlready
from reelwarden.store.database import new_id

log = structlog.get_logger()
DOCS = "https://docs.moderationapi.com/api-reference/errors"
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
"""Status → type; `api_error` for all others."""
KINDS: Mapping[str, tuple[int, str]] = {
    "no_key": (401, "invalid_api_key"),
    "not_allowed": (403, "missing_key_permission"),
    "not_found": (404, "resource_not_found"),
    "needed": (403, "permission_denied"),
    "too_fast": (429, "rate_limit_exceeded"),
    "too_many": (429, "rate_limit_exceeded"),
    "over_quota": (403, "quota_exceeded"),
    "full": (503, "internal_error"),
    "settings": (500, "internal_error"),
    "internal": (500, "internal_error"),
}
"""The house's error codes → status and code; 400 invalid_request for all others."""
NOUNS = {"item": "queue_item", "subscription": "webhook"}
HTTP = {404: "resource_not_found", 405: "invalid_request", 413: "invalid_request"}


@dataclass(frozen=True, slots=True)
class Issue:
    message: str
    path: tuple[str | int, ...] = ()
    code: str = ""

    def document(self) -> dict[str, Any]:
        said: dict[str, Any] = {"message": self.message}
        return said | ({"path": list(self.path)} if self.path else {}) | ({"code": self.code} if self.code else {})


class Failure(ReelwardenError):
    """An error that only this dialect knows, with its status and code."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        issues: Sequence[Issue] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.kind, self.issues, self.headers = status, code, issues, dict(headers or {})


def wrong(message: str, *path: str | int, code: str = "custom") -> Failure:
    """Something in the request is not as it must be."""
    return Failure(400, "validation_failed", message, [Issue(message, path, code)])


def invalid(error: ValidationError) -> Failure:
    """What pydantic says of a body."""
    issues = [Issue(one["msg"][:300], _path(one["loc"]), one["type"]) for one in error.errors()[:20]]
    first = issues[0]
    where = ".".join(str(part) for part in first.path)
    return Failure(400, "validation_failed", f"{where}: {first.message}" if where else first.message, issues)


def _path(place: tuple[Any, ...]) -> tuple[str | int, ...]:
    return tuple(part if isinstance(part, int) else str(part)[:200] for part in place)


def document(status: int, code: str, message: str, issues: Sequence[Issue] = ()) -> dict[str, Any]:
    said: dict[str, Any] = {
        "type": TYPES.get(status, "api_error"),
        "code": code,
        "message": message,
        "request_id": new_id("req"),
        "doc_url": f"{DOCS}#{code}",
        "error": message,
    }
    return said | ({"issues": [issue.document() for issue in issues]} if issues else {})


def answer(
    status: int, code: str, message: str, issues: Sequence[Issue] = (), headers: Mapping[str, str] | None = None
) -> Response:
    return JSONResponse(document(status, code, message, issues), status, dict(headers or {}))


def kind_of(error: ReelwardenError) -> tuple[int, str]:
    if isinstance(error, Failure):
        return error.status, error.kind
    if isinstance(error, NotThere):
        return 404, f"{NOUNS.get(error.what, error.what)}_not_found"
    if isinstance(error, TakenAlready) and error.what == "action":
        # The current client knows a conflict of actions alone; what else is taken is a wrong request.
        return 409, "resource_conflict"
    return KINDS.get(error.code, (400, "invalid_request"))


def install(app: FastAPI) -> None:
    """Makes every way in which a request can go wrong answer in the vendor's form."""
    app.add_exception_handler(ReelwardenError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _away)
    app.add_exception_handler(Exception, _unexpected)


def sentence(error: ReelwardenError) -> str:
    return capital(str(error))


def capital(text: str) -> str:
    """A sentence begins with a capital, an address does not."""
    return text if text.startswith("http") else text[:1].upper() + text[1:]


def _ours(_: Request, error: Any) -> Response:
    status, code = kind_of(error)
    headers = (dict(error.headers) if isinstance(error, Failure) else {}) | retry_headers(error)
    issues = error.issues if isinstance(error, Failure) else ()
    return answer(status, code, sentence(error), issues, headers)


def _http(_: Request, error: Any) -> Response:
    words = {404: "There is no such endpoint", 405: "This endpoint does not know that method"}
    message = words.get(error.status_code, "The request cannot be served")
    return answer(error.status_code, HTTP.get(error.status_code, "invalid_request"), message)


def _away(_: Request, error: Any) -> Response:
    log.warning("api.database_away", error=type(error).__name__)
    return answer(503, "internal_error", "The server cannot reach its database", (), {"Retry-After": "2"})


def _unexpected(request: Request, error: Any) -> Response:
    log.error("api.unexpected", path=request.url.path, error=type(error).__name__, exc_info=error)
    return answer(500, "internal_error", "Something in the server went wrong; it was logged")
