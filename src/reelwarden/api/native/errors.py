"""Every error as `{"error": {"code", "message", "hint"}}`, and nothing of Python."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from reelwarden.api.door import retry_headers
from reelwarden.errors import NoSuch, ReelwardenError

log = structlog.get_logger()

STATUS = {
    "no_key": 401,
    "not_allowed": 403,
    "not_found": 404,
    "too_fast": 429,
    "too_many": 429,
    "over_quota": 429,
    "full": 507,
    "limit_exceeded": 413,
    "conflict": 409,
    "locked": 423,
    "egress_refused": 422,
}
"""Error code → status; 422 for all others."""


def answer(status: int, code: str, message: str, hint: str = "", headers: dict[str, str] | None = None) -> JSONResponse:
    # What was wrong may be said back, with letters that UTF-8 cannot write.
    said = {"code": code, "message": _writable(message), "hint": _writable(hint)}
    return JSONResponse({"error": said}, status, headers)


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def install(app: FastAPI) -> None:
    """Makes every way in which a request can go wrong answer in our form."""
    app.add_exception_handler(ReelwardenError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http_error)
    for unkeepable in (DataError, UnicodeError, RecursionError, OverflowError):
        app.add_exception_handler(unkeepable, _unkeepable)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(DBAPIError, _away)
    app.add_exception_handler(Exception, _unexpected)


def _ours(request: Request, error: Any) -> Response:
    headers = _spoken(request) | retry_headers(error)
    code = "not_found" if isinstance(error, NoSuch) else error.code
    return answer(STATUS.get(code, 422), code, str(error), error.hint, headers)


def _invalid(_: Request, error: Any) -> Response:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first.get("loc", ()) if part not in ("body", "query"))
    return answer(422, "invalid", f"{place or 'the request'}: {first.get('msg', 'is wrong')}"[:500])


def http_error(request: Request, error: Any) -> Response:
    """404, 405 and what a route says by its status."""
    codes = {404: "not_found", 405: "method_not_allowed", 412: "wrong_version", 415: "wrong_type"}
    headers = _spoken(request) | dict(error.headers or {})
    return answer(error.status_code, codes.get(error.status_code, "http"), str(error.detail), headers=headers)


def _spoken(request: Request) -> dict[str, str]:
    """The protocol of uploads wants its version in every answer."""
    return {"Tus-Resumable": "1.0.0"} if "/uploads" in request.url.path else {}


def _unkeepable(_: Request, error: Any) -> Response:
    return answer(422, "invalid", "the request has letters or numbers that cannot be kept")


def _gone(_: Request, error: Any) -> Response:
    return Response(status_code=400)


def _away(_: Request, error: Any) -> Response:
    log.warning("api.database_away", error=type(error).__name__)
    return answer(503, "unavailable", "the server cannot reach its database", "try again", {"Retry-After": "2"})


def _unexpected(request: Request, error: Any) -> Response:
    log.error("api.unexpected", path=request.url.path, error=type(error).__name__, exc_info=error)
    return answer(500, "internal", "something in the server went wrong; it was logged")
