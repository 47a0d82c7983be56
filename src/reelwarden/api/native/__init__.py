"""Our own API under /reelwarden/v1: everything the house can do, in our own words."""

from __future__ import annotations

from fastapi import FastAPI

from reelwarden import __version__

PREFIX = "/reelwarden/v1"


def build() -> FastAPI:
    """The application of this door."""
    from reelwarden.api.native import account, deliveries, errors, events, health, lists, policies, submissions, texts
    from reelwarden.api.native import uploads as resumable

    app = FastAPI(title="Reelwarden", version=__version__, description="The native API of Reelwarden.")
    for room in (submissions, resumable, events, texts, lists, policies, account, deliveries, health):
        app.include_router(room.router)
    errors.install(app)
    return app
