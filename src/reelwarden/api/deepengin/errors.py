"""The vendor's errors: `{"code": "400", "description": …}`; `msg` repeats it for clients that read the success's field.

The vendor names 200, 400, 401 (its number is lost in the published page), 500 and 503; 403 and 429 are ours
(docs/reference/deepengin.md).
"""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwarden.api.door import retry_headers
from reelwarden.errors import ReelwardenError

log = structlog.get_logger()
STATUS = {
    "no_key": 401,
    "not_allowed": 403,
    "too_fast": 429,
    "too_many": 429,
    "over_quota": 429,
    "full": 503,
    "internal": 500,
}
"""The house's error codes → the vendor's; 400 for all others."""


def document(code: int, description: str) -> dict[str, str]:
    return {"code": str(code), "description": description, "msg": description}


def answer(code: int, description: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(document(code, description), code, headers)


def code_of(error: str) -> int:
    return STATUS.get(error, 400)


def install(app: FastAPI) -> None:
    app.add_exception_handler(ReelwardenError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _away)
    app.add_exception_handler(Exception, _unexpected)


def _ours(_: Request, error: Any) -> Response:
    headers = retry_headers(error)
    return answer(code_of(error.code), str(error), headers)


def _invalid(_: Request, error: Any) -> Response:
    return answer(400, "Bad request")


def _http(_: Request, error: Any) -> Response:
    return answer(error.status_code, str(error.detail))


def _away(_: Request, error: Any) -> Response:
    log.warning("api.database_away", error=type(error).__name__)
    return answer(503, "Service Unavailable", {"Retry-After": "2"})


def _unexpected(request: Request, error: Any) -> Response:
    log.error("api.unexpected", path=request.url.path, error=type(error).__name__, exc_info=error)
    return answer(500, "Internal Server Error")
