"""Moderation API under /v1 and /api/v1: contents are judged, authors known, items reviewed, in that vendor's words.

Three generations of its clients are spoken to, each in the shapes that it reads (`call.py` tells them apart).
"""

from __future__ import annotations

from fastapi import FastAPI

PREFIXES = ("/api/v1", "/v1")
DIALECT = "moderationapi"


def build() -> FastAPI:
    """The application of this door."""
    from reelwarden.api.moderationapi import (
        account,
        actions,
        analytics,
        authors,
        channels,
        errors,
        feedback,
        first,
        moderate,
        projects,
        queues,
        webhooks,
        wordlists,
    )

    app = FastAPI(title="Moderation API", docs_url=None, redoc_url=None, openapi_url=None)
    several = (
        account,
        actions,
        analytics,
        authors,
        channels,
        feedback,
        first,
        moderate,
        projects,
        queues,
        webhooks,
        wordlists,
    )
    for module in several:
        app.include_router(module.router)
    errors.install(app)
    return app
