"""`reelwarden serve`: the whole server on this machine."""

from __future__ import annotations

import os

import click

from reelwarden.settings import load


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on.")
@click.option("--workers", type=int, help="Worker processes; the usual is one a core.")
def command(host: str | None, port: int | None, workers: int | None) -> None:
    """Run the server: the API, workers and the notifier, over one database and one folder."""
    from reelwarden import logs, telemetry
    from reelwarden.accounts.first import first_admin
    from reelwarden.app import opened
    from reelwarden.supervisor import Supervisor, program, stop_on_signals

    for name, value in (("HOST", host), ("PORT", port), ("WORKERS", workers)):
        if value is not None:
            os.environ[f"REELWARDEN_{name}"] = str(value)
    settings = load()
    logs.set_up(settings.log_level)
    telemetry.check(settings.telemetry_url)
    stop = stop_on_signals()
    database = opened(settings)
    secret = first_admin(database)
    database.close()
    if secret:
        welcome(secret, f"http://{settings.host}:{settings.port}")
    count = settings.workers or os.cpu_count() or 1
    programs = {"api": program("api"), "notifier": program("notifier")}
    programs |= {f"worker-{number}": program("worker") for number in range(1, count + 1)}
    Supervisor(programs).run(stop)


def welcome(secret: str, address: str) -> None:
    """The first start: the one key, and a line to try it with."""
    click.echo(
        f"Reelwarden listens on {address}\n\n"
        f"Your admin key, shown this once:\n  {secret}\n\n"
        "Try it:\n"
        f"  curl -H 'Authorization: Bearer {secret}' -F file=@video.mp4 -F labels=nudity,violence,weapon \\\n"
        f"    {address}/reelwarden/v1/submissions\n"
    )
