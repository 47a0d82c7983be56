"""`reelwarden keys`: what opens an account."""

from __future__ import annotations

import time
from typing import Any

import click

from reelwarden.commands.records import day, key_document, opened, say, table


@click.group
def command() -> None:
    """Make, list and revoke the keys of an account.

    Works on the database of the settings, whether the server runs or not. ACCOUNT is a name, a number or an id.
    """


@command.command()
@click.argument("account")
@click.option("--name", default="key", show_default=True, help="What people call the key.")
@click.option(
    "--scopes", help="What it opens, as a comma list: submit, read, review, manage, admin (default: all but admin)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def create(account: str, name: str, scopes: str | None, as_json: bool) -> None:
    """Make a key of ACCOUNT, and show it: nothing can show it again."""
    from reelwarden.accounts import accounts, keys
    from reelwarden.accounts.caller import OWN_SCOPES

    wanted = frozenset(scope.strip() for scope in scopes.split(",") if scope.strip()) if scopes else OWN_SCOPES
    with opened() as database, database.begin() as connection:
        found = accounts.find(connection, account)
        key, secret = keys.create(connection, found.id, name, wanted)
    if as_json:
        say({"id": key, "account": found.id, "number": found.number, "name": name, "key": secret})
        return
    click.echo(f"{secret}\n\n{key} opens account {found.number} ({found.name}): {', '.join(sorted(wanted))}")


@command.command("list")
@click.argument("account")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_keys(account: str, as_json: bool) -> None:
    """List the keys that ACCOUNT ever had."""
    from reelwarden.accounts import accounts, keys

    now = time.time()
    with opened() as database, database.read() as connection:
        found = [key_document(key, now) for key in keys.list_keys(connection, accounts.find(connection, account).id)]
    if as_json:
        say(found)
        return
    table(("id", "begins with", "name", "scopes", "last used", ""), [_row(key) for key in found])


@command.command()
@click.argument("account")
@click.argument("key")
def revoke(account: str, key: str) -> None:
    """Revoke the KEY (its id) of ACCOUNT: within seconds it opens nothing any more."""
    from reelwarden.accounts import accounts, keys

    with opened() as database, database.begin() as connection:
        keys.revoke(connection, accounts.find(connection, account).id, key)
    click.echo(f"{key} is revoked")


@command.command()
@click.argument("account")
@click.argument("key")
@click.option("--grace", default=0.0, type=click.FloatRange(min=0), help="Seconds that the old key still works.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def rotate(account: str, key: str, grace: float, as_json: bool) -> None:
    """Make a key like KEY (its id) of ACCOUNT, show it, and revoke the old one."""
    from reelwarden.accounts import accounts, keys

    with opened() as database, database.begin() as connection:
        new, secret = keys.rotate(connection, accounts.find(connection, account).id, key, grace)
    say({"id": new, "key": secret}) if as_json else click.echo(f"{secret}\n\n{new} takes the place of {key}")


def _row(key: dict[str, Any]) -> tuple[str, ...]:
    used = day(key["last_used"]) if key["last_used"] else "never"
    return (
        key["id"],
        key["prefix"] + "…",
        key["name"],
        ",".join(key["scopes"]),
        used,
        "" if key["opens"] else "revoked",
    )
