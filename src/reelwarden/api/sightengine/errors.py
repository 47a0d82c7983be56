"""The vendor's envelope of errors: `{"status": "failure", "request", "error": {"type", "code", "message"}}`.

Its types are published, its numbers are not, but for one: 1 is a wrong user or secret. The others are ours
(docs/reference/sightengine.md).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwarden.api.door import retry_headers
from reelwarden.api.sightengine.ids import request_id
from reelwarden.errors import ReelwardenError

log = structlog.get_logger()
JSON_UTF8 = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the published types, with our number and the status that goes with it."""

    type: str
    code: int
    status: int


CREDENTIALS = Kind("credentials_error", 1, 401)
ARGUMENT = Kind("argument_error", 2, 400)
MEDIA = Kind("media_error", 3, 400)
TOO_LARGE = Kind("media_error", 31, 413)
PLAN = Kind("plan_error", 4, 403)
USAGE = Kind("usage_limit", 5, 429)
REQUEST = Kind("request_error", 6, 400)
UNKNOWN_ID = Kind("argument_error", 21, 404)
CALLBACK = Kind("callback_error", 7, 400)
API = Kind("api_error", 8, 503)
UNEXPECTED = Kind("unknown_error", 9, 500)

KINDS: Mapping[str, Kind] = {
    "no_key": CREDENTIALS,
    "not_allowed": PLAN,
    "not_found": UNKNOWN_ID,
    "too_fast": USAGE,
    "too_many": USAGE,
    "over_quota": USAGE,
    "full": API,
    "usage": ARGUMENT,
    "policy": ARGUMENT,
    "settings": API,
    "limit_exceeded": MEDIA,
    "fetch_failed": MEDIA,
    "egress_refused": MEDIA,
    "media": MEDIA,
    "not_media": MEDIA,
    "media_damaged": MEDIA,
    "internal": UNEXPECTED,
}
"""The house's error codes → theirs; a code that is not here is `argument_error`."""


class Failure(ReelwardenError):
    """An error that only this dialect knows."""

    kind: ClassVar[Kind] = REQUEST


class Argument(Failure):
    kind = ARGUMENT


class BadMedia(Failure):
    kind = MEDIA


class TooLarge(Failure):
    kind = TOO_LARGE


class Plan(Failure):
    kind = PLAN


class BadCallback(Failure):
    kind = CALLBACK


class Broken(Failure):
    kind = UNEXPECTED


class TooLate(Failure):
    kind = API


def kind_of(error: ReelwardenError) -> Kind:
    return error.kind if isinstance(error, Failure) else KINDS.get(error.code, ARGUMENT)


def envelope(kind: Kind, message: str) -> dict[str, Any]:
    request = {"id": request_id(), "timestamp": round(time.time(), 4), "operations": 0}
    return {"status": "failure", "request": request, "error": error_of(kind, message)}


def error_of(kind: Kind, message: str) -> dict[str, Any]:
    return {"type": kind.type, "code": kind.code, "message": message}


def submission_error(error: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a failed submission says, as the vendor's error object."""
    error = error or {}
    return error_of(KINDS.get(str(error.get("code")), UNEXPECTED), _sentence(str(error.get("message") or "it failed")))


def raise_for(error: Mapping[str, Any] | None) -> None:
    """Raises what a failed submission says."""
    said = submission_error(error)
    kinds = {MEDIA.type: BadMedia, ARGUMENT.type: Argument, UNEXPECTED.type: Broken}
    raise kinds.get(said["type"], TooLate)(said["message"])


def install(app: FastAPI) -> None:
    """Makes every way in which a request can go wrong answer in the vendor's form."""
    app.add_exception_handler(ReelwardenError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _away)
    app.add_exception_handler(Exception, _unexpected)


def answer(kind: Kind, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(envelope(kind, message), kind.status, dict(headers or {}), JSON_UTF8)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ours(_: Request, error: Any) -> Response:
    headers = retry_headers(error)
    return answer(kind_of(error), _sentence(str(error)), headers)


def _invalid(_: Request, error: Any) -> Response:
    return answer(REQUEST, "The request cannot be read")


def _http(_: Request, error: Any) -> Response:
    words = {404: "There is no such endpoint", 405: "This endpoint does not know that method"}
    kind = Kind(REQUEST.type, REQUEST.code, error.status_code)
    return answer(kind, words.get(error.status_code, "The request cannot be served"))


def _away(_: Request, error: Any) -> Response:
    log.warning("api.database_away", error=type(error).__name__)
    return answer(API, "The server cannot reach its database", {"Retry-After": "2"})


def _unexpected(request: Request, error: Any) -> Response:
    log.error("api.unexpected", path=request.url.path, error=type(error).__name__, exc_info=error)
    return answer(UNEXPECTED, "Something in the server went wrong; it was logged")
