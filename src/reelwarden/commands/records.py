"""Accounts, plans and keys as the commands open and show them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from reelwarden.accounts.accounts import Account
    from reelwarden.accounts.keys import Key
    from reelwarden.accounts.plans import Plan
    from reelwarden.store.database import Database


@contextmanager
def opened() -> Iterator[Database]:
    """The database of the settings, ready to use."""
    from reelwarden.accounts.first import open_database
    from reelwarden.settings import load

    database = open_database(load().database_url)
    try:
        yield database
    finally:
        database.close()


def say(document: object) -> None:
    click.echo(json.dumps(document, indent=1, ensure_ascii=False))


def day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as what stands in them."""
    cells = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def account_document(account: Account) -> dict[str, Any]:
    from reelwarden.accounts.options import shown

    return asdict(account) | {"settings": shown(account.settings)}


def plan_document(plan: Plan) -> dict[str, Any]:
    return asdict(plan) | {"features": sorted(plan.features)}


def key_document(key: Key, now: float) -> dict[str, Any]:
    """What may be shown of a key; `opens` is whether it still does."""
    return asdict(key) | {"scopes": sorted(key.scopes), "opens": key.opens(now)}
