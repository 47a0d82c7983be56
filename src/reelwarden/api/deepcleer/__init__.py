"""DeepCleer (Shumei) video v4: JSON in, a code out, the result by callback or by query; live streams."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI

DIALECT = "deepcleer"
STREAM = "deepcleer.stream"
"""Streams are a dialect of their own: their callbacks have another schedule."""


def build() -> Mapping[str, FastAPI]:
    """The applications of this door, by the beginning of their paths."""
    from reelwarden.api.deepcleer import asking, closing, errors, streaming, submitting

    doors = {
        "/video": (submitting.router, asking.router),
        "/videostream": (streaming.router,),
        "/finish_videostream": (closing.router,),
    }
    applications = {}
    for path, routers in doors.items():
        app = FastAPI(
            title="DeepCleer video v4", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
        )
        for router in routers:
            app.include_router(router)
        errors.install(app)
        applications[path] = app
    return applications
