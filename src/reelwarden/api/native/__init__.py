"""Our own API under /reelwarden/v1: everything the house can do, in our own words."""

from __future__ import annotations

from fastapi import FastAPI

from reelwarden import __version__

PREFIX = "/reelwarden/v1"


def build() -> FastAPI:
    """The application of this door."""
    from reelwarden.api.native import errors, health, submissions

    app = FastAPI(title="Reelwarden", version=__version__, description="The native API of Reelwarden.")
    app.include_router(submissions.router)
    app.include_router(health.router)
    errors.install(app)
    return app
