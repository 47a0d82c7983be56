"""Our own API under /reelwarden/v1: everything the house can do, in our own words."""

from __future__ import annotations

from fastapi import FastAPI

from reelwarden import __version__

PREFIX = "/reelwarden/v1"


def build() -> FastAPI:
    """The application of this door."""
    from reelwarden.api.native import account, admin, deliveries, errors, events, health, labels, lists, policies, texts
    from reelwarden.api.native import media as bytes_of
    from reelwarden.api.native import submissions as handed_in
    from reelwarden.api.native import uploads as resumable

    app = FastAPI(title="Reelwarden", version=__version__, description="The native API of Reelwarden.")
    rooms = (handed_in, bytes_of, resumable, events, texts, labels, lists, policies, account, deliveries, health, admin)
    for room in rooms:
        app.include_router(room.router)
    errors.install(app)
    return app
