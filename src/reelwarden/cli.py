"""The command line. A command's module is imported when that command is called, so `--help` loads nothing heavy."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from reelwarden import __version__
from reelwarden.errors import ReelwardenError

COMMANDS = {
    "check": "Look at videos, images and audio files, and say what is wrong, where and when.",
    "replay": "Judge stored signals again, under another policy.",
    "transcribe": "Say what is spoken in a video or an audio file, and when.",
    "text": "Moderate a text, or a stream of texts.",
    "serve": "Run the server: the API, workers and the notifier.",
    "api": "Run the web API alone.",
    "worker": "Run one worker alone.",
    "notifier": "Run the notifier alone.",
    "doctor": "Say what is wrong with this set-up, and what to do.",
    "labels": "List the labels, and which of them can be told here.",
    "models": "List, install and verify the weight files.",
    "accounts": "Say who may use the server, and how much.",
    "keys": "Make, list and revoke the keys of an account.",
    "demo": "Check a demonstration clip whose truth is known.",
}
"""Command = what `--help` says of it; the module is reelwarden.commands.<command>."""

EXIT_ERROR = 2


class LazyGroup(click.Group):
    """Lists commands from the table above and imports one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"reelwarden.commands.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reelwarden")
def group() -> None:
    """Reelwarden looks at videos, images and sound, and says what is wrong, where and when, with the evidence."""


def main(args: list[str] | None = None) -> Any:
    """Runs the command line. Our own errors end as one line with a hint and exit code 2."""
    try:
        return group.main(args, prog_name="reelwarden", standalone_mode=True)
    except ReelwardenError as error:
        click.echo(f"error: {error}", err=True)
        if error.hint:
            click.echo(f"  hint: {error.hint}", err=True)
        sys.exit(EXIT_ERROR)


if __name__ == "__main__":
    main()
