"""Every door of the house on one address, behind what they all need."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from reelwarden import __version__
from reelwarden.api import deepcleer, deepengin, moderationapi, native, sightengine
from reelwarden.api.door import House

SLASHES = re.compile("/{2,}")


def build(house: House, lifespan: Any) -> FastAPI:
    """The web application. Each dialect is an application of its own, with its own form of errors."""
    app = FastAPI(
        title="Reelwarden", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.house = house
    app.add_middleware(TidyPaths)
    native.install_unknown(app)
    for path, door in (
        (native.PREFIX, native.build()),
        (sightengine.PREFIX, sightengine.build()),
        (deepengin.PREFIX, deepengin.build()),
        # Behind Deepengin, which has one address below /v1.
        *((prefix, moderationapi.build()) for prefix in moderationapi.PREFIXES),
        *deepcleer.build().items(),
    ):
        door.state.house = house
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
