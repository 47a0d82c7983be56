"""Every command and every option of it stands in docs/reference/commands.md, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from reelwarden.cli import COMMANDS

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "commands.md").read_text("utf-8")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Each command with its whole name, those in groups too."""
    waiting = [(name, import_module(f"reelwarden.commands.{name}").command) for name in COMMANDS]
    while waiting:
        name, command = waiting.pop()
        yield name, command
        if isinstance(command, click.Group):
            waiting += [(f"{name} {below}", one) for below, one in command.commands.items()]


def sections() -> dict[str, str]:
    parts = re.split(r"^#+ reelwarden (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_has_its_section_and_none_is_left_over() -> None:
    assert set(sections()) == {name for name, _ in commands()}


def test_every_option_is_documented_and_none_is_left_over() -> None:
    for name, command in commands():
        if isinstance(command, click.Group):
            continue
        options = {o for p in command.params if isinstance(p, click.Option) for o in (*p.opts, *p.secondary_opts)}
        assert set(re.findall(r"`(--?[\w-]+)`", sections()[name])) == options, name
