"""One call: who it is, which project is meant, which generation of the clients made it, and what it says."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from reelwarden.accounts import limits
from reelwarden.accounts.bucket import Granted, TooFast
from reelwarden.accounts.caller import Caller
from reelwarden.api.door import House, admitted, as_json, bearer, house_of
from reelwarden.api.moderationapi import PREFIXES
from reelwarden.api.moderationapi.errors import Failure, invalid, wrong
from reelwarden.errors import LimitExceeded
from reelwarden.review import projects
from reelwarden.review.missing import NotThere
from reelwarden.review.page import Page, Turn
from reelwarden.review.projects import Project

MOST_BODY = 64 << 20
"""Bytes: a picture of 48 MB in Base64."""
NO_LIMIT = 1_000_000
"""What an account without a rate is said to have: the clients want a number."""
Document = dict[str, Any]
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, eq=False)
class Call:
    """`older`: the caller is of the first or second generation, which reads lists in other shapes.

    `bound`: the key opens its project alone.
    """

    request: Request
    house: House
    caller: Caller
    project: Project
    bound: bool
    older: bool
    body: Any
    since: float

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    def several(self, name: str) -> list[str]:
        """A parameter that may come several times, or once with commas."""
        return [part for value in self.request.query_params.getlist(name) for part in value.split(",") if part]

    def said(self, model: type[Body]) -> Body:
        """The body as the model. Raises Failure."""
        return read(model, {} if self.body is None else self.body)

    @property
    def turn(self) -> Turn:
        """Which page of a list."""
        number = self.number("page", self.number("pageNumber", 1))
        return Turn(number, self.number("pageSize", 20))

    def number(self, name: str, usual: int) -> int:
        text = self.query.get(name, "")
        if not text:
            return usual
        try:
            value = float(text)
        except ValueError:
            raise wrong(f"{name} is a number", name) from None
        if not math.isfinite(value):
            raise wrong(f"{name} is a number", name)
        return int(max(min(value, 10**9), -(10**9)))

    def paged(self, page: Page, rows: Sequence[Document], older: str = "") -> Any:
        """A list in the caller's shape: for older ones under the key `older`, or bare where that is empty."""
        if self.older and not older:
            return list(rows)
        key = older if self.older else "data"
        return {key: list(rows), "pagination": pagination(page)}


def pagination(page: Page) -> Document:
    """What all generations read, together: each is strict about its own names and ignores the others'."""
    more, before = page.number < page.pages, page.number > 1
    return {
        "page": page.number,
        "pageSize": page.size,
        "total": page.total,
        "totalPages": page.pages,
        "hasMore": more,
        "pageNumber": page.number,
        "currentPage": page.number,
        "totalItems": page.total,
        "hasNextPage": more,
        "hasPreviousPage": before,
    }


def read(model: type[Body], said: Any) -> Body:
    try:
        return model.model_validate(said)
    except ValidationError as error:
        raise invalid(error) from None


Act = Callable[..., Any]


def operation(router: APIRouter, method: str, path: str, scope: str) -> Callable[[Act], Act]:
    """Registers a blocking function `(call, **ids in the path) -> JSON document`."""

    def register(act: Act) -> Act:
        async def endpoint(request: Request) -> Response:
            call, granted = await calling(request, scope)
            document = await asyncio.to_thread(act, call, **request.path_params)
            return answer(document, granted)

        endpoint.__name__ = act.__name__
        router.add_api_route(path, endpoint, methods=[method], response_model=None)
        return act

    return register


async def calling(request: Request, scope: str) -> tuple[Call, Granted]:
    """The call, its caller let in. Raises NoKey, NotAllowed, Failure."""
    since, house = time.time(), house_of(request)
    caller, granted, project, bound = await asyncio.to_thread(_admitted, house, request, scope)
    body = await _body(request)
    older = "x-stainless-lang" in request.headers or request.scope.get("root_path", "").endswith(PREFIXES[0])
    return Call(request, house, caller, project, bound, older, body, since), granted


def _admitted(house: House, request: Request, scope: str) -> tuple[Caller, Granted, Project, bool]:
    secret = bearer(request)
    if not secret:
        scheme = request.headers.get("authorization", "")
        code = "malformed_api_key" if scheme else "missing_api_key"
        raise Failure(401, code, "Send the key as Authorization: Bearer …")
    caller = admitted(house, secret, scope, paced=False)
    granted = limits.take(house.desk.database, caller)
    if isinstance(granted, TooFast):
        raise Failure(
            429,
            "rate_limit_exceeded",
            "More requests a second than the plan has",
            headers={"Retry-After": str(_whole(granted.retry_after)), **_left(granted.limit, 0, granted.reset)},
        )
    named = request.headers.get("project-id", "").strip()
    return caller, granted, *_project(house, caller, named)


def _project(house: House, caller: Caller, named: str) -> tuple[Project, bool]:
    with house.desk.database.begin() as connection:
        own = projects.of_key(connection, caller.key)
        if own is None and not named:
            return projects.usual(connection, caller.account, caller.account_name), False
        try:
            project = projects.get(connection, caller.account, named or str(own))
        except NotThere:
            raise Failure(404, "project_not_found", "There is no such project") from None
        if own is not None and project.id != own:
            raise Failure(403, "project_not_reachable", "This key opens another project")
        return project, own is not None


async def _body(request: Request) -> Any:
    """The JSON body, whatever Content-Type says; None where there is none."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > MOST_BODY:
            raise LimitExceeded("bytes", "the request's body is too large")
    if not raw.strip():
        return None
    try:
        return _clean(json.loads(raw.decode("utf-8", "surrogatepass")))
    except (ValueError, RecursionError):
        raise Failure(400, "invalid_request", "The body is not JSON") from None


def _clean(value: Any) -> Any:
    """The same without letters and numbers that no database keeps. Raises ValueError for what is no number."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a number")
    if isinstance(value, dict):
        return {clean(name): _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value


def clean(text: str) -> str:
    """Without nulls; half of a pair becomes a replacement character."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)


def answer(document: Any, granted: Granted = Granted(), status: int = 200) -> Response:  # noqa: B008  (a frozen value)
    """A JSON answer with the headers that say how many requests are left."""
    limit = granted.limit if granted.limit is not None else NO_LIMIT
    remaining = granted.remaining if granted.remaining is not None else limit
    return Response(as_json(document), status, _left(limit, remaining, granted.reset), "application/json")


def _left(limit: int, remaining: int, reset: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(math.ceil(time.time() + min(reset, 1e9))),
    }


def _whole(seconds: float) -> int:
    """Whole seconds, at least one, that are enough."""
    return math.ceil(min(max(seconds, 1.0), 86400.0))


def stamp(seconds: float | None) -> str | None:
    """`2026-11-23T17:00:00.000Z`."""
    if seconds is None:
        return None
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{text}.{int(seconds % 1 * 1000):03}Z"


def millis(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
