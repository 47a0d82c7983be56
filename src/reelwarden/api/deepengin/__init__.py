"""Deepengin v1: one address that takes a video's URL, and a callback with Rekognition's words."""

from __future__ import annotations

from fastapi import FastAPI

PREFIX = "/v1/videoModeration"
DIALECT = "deepengin"


def build() -> FastAPI:
    """The application of this door."""
    from reelwarden.api.deepengin import errors, submitting

    app = FastAPI(title="Deepengin v1", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(submitting.router)
    errors.install(app)
    return app
