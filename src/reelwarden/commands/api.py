"""`reelwarden api`: only the web API; start as many as you like."""

from __future__ import annotations

import click

from reelwarden.settings import load


@click.command()
def command() -> None:
    """Run the web API alone."""
    import uvicorn

    from reelwarden import logs
    from reelwarden.app import asgi

    settings = load()
    logs.set_up(settings.log_level)
    uvicorn.run(
        asgi(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=8,
    )
