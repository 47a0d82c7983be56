"""Codes and messages. Every answer has the status 200: the vendor's clients look at `code` alone."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from reelwarden.api.deepcleer.vocabulary import CHINESE, ENGLISH
from reelwarden.api.door import as_json
from reelwarden.errors import ReelwardenError

log = structlog.get_logger()

SUCCESS, PROCESSING = 1100, 1101
TOO_FAST, INVALID, FAILED, NO_ROUTE, UNFIT = 1901, 1902, 1903, 1904, 1905
NO_BALANCE, NO_PERMISSION = 9100, 9101

MESSAGES = {
    SUCCESS: ("成功", "Success"),
    PROCESSING: ("请求正在处理", "Request is processing"),
    TOO_FAST: ("QPS超限", "Request qps over limit"),
    INVALID: ("参数不合法", "Invalid parameters"),
    FAILED: ("服务失败", "Service failure"),
    NO_ROUTE: ("流路数超限", "Stream routes limit exceeded"),
    UNFIT: ("识别内容不规范", "Content does not conform to the specification"),
    NO_BALANCE: ("余额不足", "Insufficient balance"),
    NO_PERMISSION: ("无权限操作", "No permission to operate"),
}

CODES = {
    "no_key": NO_PERMISSION,
    "not_allowed": NO_PERMISSION,
    "no_model": NO_PERMISSION,
    "too_fast": TOO_FAST,
    "too_many": TOO_FAST,
    "over_quota": NO_BALANCE,
    "full": FAILED,
    "internal": FAILED,
    "unexpected": FAILED,
    "model_missing": FAILED,
    "model_damaged": FAILED,
    "media": UNFIT,
    "not_media": UNFIT,
    "media_damaged": UNFIT,
    "limit_exceeded": UNFIT,
}
"""The house's error codes → the vendor's; INVALID for all others."""


class NoModel(ReelwardenError):
    """Nothing of what was asked can be told by this server."""

    code = "no_model"


class Busy(ReelwardenError):
    """No more streams at a time."""

    code = "no_route"


def new_id() -> str:
    """32 hexadecimal digits, as the vendor's ids have."""
    return uuid.uuid4().hex


def message(code: int, language: str = CHINESE) -> str:
    return MESSAGES[code][language == ENGLISH]


def envelope(code: int, language: str = CHINESE, detail: str = "", request: str = "", **more: Any) -> dict[str, Any]:
    """`requestId`, `code` and `message`, which every answer has; `detail` says which part was wrong."""
    said = message(code, language) + (f": {detail}" if detail else "")
    return {"requestId": request or new_id(), "code": code, "message": said, **more}


def code_of(error: str) -> int:
    return NO_ROUTE if error == Busy.code else CODES.get(error, INVALID)


def answer(document: dict[str, Any]) -> Response:
    return Response(as_json(document), 200, media_type="application/json;charset=utf-8")


def install(app: FastAPI) -> None:
    app.add_exception_handler(ReelwardenError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _away)
    app.add_exception_handler(Exception, _unexpected)


def _ours(request: Request, error: Any) -> Response:
    return answer(envelope(code_of(error.code), _language(request), str(error)))


def _invalid(request: Request, error: Any) -> Response:
    return answer(envelope(INVALID, _language(request)))


def _http(request: Request, error: Any) -> Response:
    return answer(envelope(INVALID, _language(request), str(error.detail)))


def _away(request: Request, error: Any) -> Response:
    log.warning("api.database_away", error=type(error).__name__)
    return answer(envelope(FAILED, _language(request)))


def _unexpected(request: Request, error: Any) -> Response:
    log.error("api.unexpected", path=request.url.path, error=type(error).__name__, exc_info=error)
    return answer(envelope(FAILED, _language(request)))


def _language(request: Request) -> str:
    """As soon as the body was read it is known which language the caller wants."""
    return str(getattr(request.state, "language", CHINESE))
