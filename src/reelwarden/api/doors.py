"""Every door of the house on one address, behind what they all need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from reelwarden import __version__, telemetry
from reelwarden.api import deepcleer, deepengin, moderationapi, native, sightengine
from reelwarden.api.door import House
from reelwarden.api.traced import Traced

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

SLASHES = re.compile("/{2,}")
UNTOLD: TelemetryConfig = {"auto_configure": False, "exclude": lambda scope: True}
"""FastAPI's own spans have the query of each request, and with it keys and addresses: none, here and in every door."""


def build(house: House, lifespan: Any) -> FastAPI:
    """The web application. Each dialect is an application of its own, with its own form of errors."""
    app = FastAPI(
        title="Reelwarden",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=UNTOLD,
    )
    app.state.house = house
    if telemetry.on():
        app.add_middleware(Traced)
    app.add_middleware(TidyPaths)
    native.install_unknown(app)
    for dialect, path, door in (
        ("native", native.PREFIX, native.build()),
        (sightengine.DIALECT, sightengine.PREFIX, sightengine.build()),
        (deepengin.DIALECT, deepengin.PREFIX, deepengin.build()),
        # Behind Deepengin, which has one address below /v1.
        *((moderationapi.DIALECT, prefix, moderationapi.build()) for prefix in moderationapi.PREFIXES),
        *((deepcleer.DIALECT, path, door) for path, door in deepcleer.build().items()),
    ):
        door.state.house, door.state.dialect = house, dialect
        app.mount(path, door)
    return app


class TidyPaths:
    """`//1.0/check.json` is `/1.0/check.json`: one vendor's client writes its addresses like that.

    An address that is a whole door gets the slash behind which the door begins.
    """

    WHOLE = frozenset({deepengin.PREFIX})

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = SLASHES.sub("/", scope["path"])
            path += "/" * (path in self.WHOLE)
            if path != scope["path"]:
                scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)
