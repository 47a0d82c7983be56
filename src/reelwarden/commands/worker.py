"""`reelwarden worker`: only this process; start as many as you like, on any machine."""

from __future__ import annotations

import click

from reelwarden.settings import load


@click.command()
def command() -> None:
    """Run one worker alone: it takes submissions from the database that all share."""
    from reelwarden import logs
    from reelwarden.app import work
    from reelwarden.supervisor import stop_on_signals

    settings = load()
    logs.set_up(settings.log_level)
    work(settings, stop_on_signals())
