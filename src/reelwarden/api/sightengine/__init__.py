"""Sightengine 1.0 under /1.0: images, videos, streams, texts, workflows and feedback, in that vendor's words."""

from __future__ import annotations

from fastapi import FastAPI

PREFIX = "/1.0"
DIALECT = "sightengine"


def build() -> FastAPI:
    """The application of this door."""
    from reelwarden.api.sightengine import errors, feedback, images, jobs, texts, uploads, videos

    app = FastAPI(title="Sightengine 1.0", docs_url=None, redoc_url=None, openapi_url=None)
    for module in (images, videos, jobs, uploads, texts, feedback):
        app.include_router(module.router)
    errors.install(app)
    return app
