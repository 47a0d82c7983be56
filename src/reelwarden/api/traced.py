"""Each request as a step that the operator's collector hears of. There only while telemetry is on.

The address is told as its route's template: what stands in its place, and the query, may be ids, texts and keys.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelwarden import telemetry
from reelwarden.telemetry.spans import SERVER, Span

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "QUERY"})
OTHER = "_OTHER"
PROBES = "/reelwarden/v1/health/"
"""Asked every few seconds by whatever watches over the server; nobody wants a trace of that."""


class Traced:
    """Continues the caller's `traceparent`, if one came."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(PROBES):
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else OTHER
        parent = Headers(scope=scope).get(telemetry.TRACE, "")
        with telemetry.span(method, parent=parent, role=SERVER, method=method) as step:

            async def heard(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _answered(step, message["status"])
                await send(message)

            try:
                await self._app(scope, receive, heard)
            finally:
                _routed(step, scope, method)


def _answered(step: Span, status: int) -> None:
    step.note(status=status)
    if status >= 500:
        step.fail(str(status))


def _routed(step: Span, scope: Scope, method: str) -> None:
    """Which door, and which of its routes, as far as one was found."""
    door, path = scope.get("app"), getattr(scope.get("route"), "path_format", None)
    if isinstance(door, FastAPI):
        step.note(dialect=getattr(door.state, "dialect", None))
    if path is not None:
        route = f"{scope.get('root_path', '')}{path}"
        step.note(route=route)
        step.call(f"{method} {route}")
