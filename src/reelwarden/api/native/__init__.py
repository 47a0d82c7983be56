"""Our own API under /reelwarden/v1: everything the house can do, in our own words."""

from __future__ import annotations

from fastapi import FastAPI

from reelwarden import __version__

PREFIX = "/reelwarden/v1"


def build() -> FastAPI:
    """The application of this door."""
    from reelwarden.api.native import (
        account,
        admin,
        deliveries,
        endpoints,
        errors,
        events,
        health,
        labels,
        lists,
        policies,
        signing,
        texts,
    )
    from reelwarden.api.native import media as bytes_of
    from reelwarden.api.native import submissions as handed_in
    from reelwarden.api.native import uploads as resumable

    # No pages for browsers: those would load scripts from elsewhere.
    app = FastAPI(
        title="Reelwarden",
        version=__version__,
        description="The native API of Reelwarden.",
        docs_url=None,
        redoc_url=None,
    )
    work = (handed_in, bytes_of, resumable, events, texts, labels, lists, policies)
    for room in (*work, account, signing, deliveries, endpoints, health, admin):
        app.include_router(room.router)
    errors.install(app)
    _describe_keys(app)
    return app


def _describe_keys(app: FastAPI) -> None:
    """The OpenAPI says how a key is shown; the routes read it by hand, as all doors do."""
    document = app.openapi()
    document.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"key": []}]
    document["servers"] = [{"url": PREFIX}]
    for path in ("/health/live", "/health/ready"):
        document["paths"][path]["get"]["security"] = []


def install_unknown(app: FastAPI) -> None:
    """An address that leads to no door at all is answered in our form too."""
    from starlette.exceptions import HTTPException

    from reelwarden.api.native.errors import http_error

    app.add_exception_handler(HTTPException, http_error)
