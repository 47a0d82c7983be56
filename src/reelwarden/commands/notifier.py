"""`reelwarden notifier`: only this process; start as many as you like, on any machine."""

from __future__ import annotations

import click

from reelwarden.settings import load


@click.command()
def command() -> None:
    """Run the notifier alone: it delivers the owed callbacks."""
    from reelwarden import logs
    from reelwarden.app import notify
    from reelwarden.supervisor import stop_on_signals

    settings = load()
    logs.set_up(settings.log_level)
    notify(settings, stop_on_signals())
