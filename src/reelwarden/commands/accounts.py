"""`reelwarden accounts`: who may use the server, and how much."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from reelwarden.accounts.accounts import Account
    from reelwarden.accounts.plans import Plan
    from reelwarden.store.database import Database


@click.group
def command() -> None:
    """Say who may use the server, and how much.

    Works on the database of the settings, whether the server runs or not. ACCOUNT is a name, a number or an id.
    """


@command.command()
@click.argument("name")
@click.option("--plan", default="unlimited", show_default=True, help="What the account may do.")
@click.option("--key", "wants_key", is_flag=True, help="Make a key too, and show it: nothing can show it again.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def create(name: str, plan: str, wants_key: bool, as_json: bool) -> None:
    """Make the account NAME."""
    from reelwarden.accounts import accounts, keys

    with opened() as database, database.begin() as connection:
        account = accounts.create(connection, name, plan)
        secret = keys.create(connection, account.id, "first key")[1] if wants_key else None
    if as_json:
        say(_document(account) | ({"key": secret} if secret else {}))
        return
    click.echo(f"{account.name} is account {account.number} ({account.id}), plan {account.plan}")
    if secret:
        click.echo(f"key: {secret}")


@command.command("list")
@click.option("--closed", is_flag=True, help="Those that were closed, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_accounts(closed: bool, as_json: bool) -> None:
    """List the accounts."""
    from reelwarden.accounts import accounts

    with opened() as database, database.read() as connection:
        found = accounts.every(connection, closed)
    if as_json:
        say([_document(account) for account in found])
        return
    rows = [(a.name, a.number, a.plan, day(a.created), "closed" if a.closed else "") for a in found]
    table(("name", "number", "plan", "since", ""), rows)


@command.command()
@click.argument("account")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366), help="Days of usage to add up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(account: str, days: int, as_json: bool) -> None:
    """Show one ACCOUNT: its plan, settings, keys and usage."""
    with opened() as database:
        said = _whole(database, account, days)
    if as_json:
        say(said)
        return
    month, plan = said["month"], said["plan"]
    click.echo(f"{said['name']}: account {said['number']} ({said['id']}), since {day(said['created'])}")
    if said["closed"]:
        click.echo(f"closed {day(said['closed'])}")
    limit = "no limit" if month["limit"] is None else f"of {month['limit']}"
    click.echo(f"plan {plan['name']}; {month['used']} operations in {month['month']}, {limit}")
    click.echo(f"settings: {json.dumps(said['settings'], ensure_ascii=False)}")
    click.echo(f"{sum(1 for key in said['keys'] if key['opens'])} keys; the last {days} days:")
    table(
        ("label", "operations", "submissions"), [(u["label"], u["operations"], u["submissions"]) for u in said["usage"]]
    )


@command.command()
@click.argument("account")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def plan(account: str, name: str, as_json: bool) -> None:
    """Give ACCOUNT the plan NAME."""
    from reelwarden.accounts import accounts

    with opened() as database, database.begin() as connection:
        changed = accounts.change_plan(connection, accounts.find(connection, account).id, name)
    say(_document(changed)) if as_json else click.echo(f"{changed.name} has the plan {changed.plan}")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def plans(as_json: bool) -> None:
    """List the plans, and what each allows."""
    from reelwarden.accounts.plans import every

    with opened() as database, database.read() as connection:
        found = every(connection)
    if as_json:
        say([plan_document(plan) for plan in found])
        return
    heads = ("name", "requests a second", "submissions", "streams", "operations a month", "features")
    table(heads, [_plan_row(plan) for plan in found])
    click.echo("submissions and streams: at a time; -: no limit")


@command.command()
@click.argument("account")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def close(account: str, as_json: bool) -> None:
    """Close ACCOUNT: its keys open nothing any more, and what it has is kept until it expires."""
    from reelwarden.accounts import accounts

    with opened() as database, database.begin() as connection:
        closed = accounts.close(connection, accounts.find(connection, account).id)
    say(_document(closed)) if as_json else click.echo(f"{closed.name} is closed")


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


def plan_document(plan: Plan) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(plan) | {"features": sorted(plan.features)}


def _document(account: Account) -> dict[str, Any]:
    from dataclasses import asdict

    from reelwarden.accounts.options import shown

    return asdict(account) | {"settings": shown(account.settings)}


def _whole(database: Database, named: str, days: int) -> Mapping[str, Any]:
    from dataclasses import asdict

    from reelwarden.accounts import accounts, keys, metering, plans
    from reelwarden.accounts.quota import quota
    from reelwarden.commands.keys import key_document

    now = time.time()
    with database.read() as connection:
        found = accounts.find(connection, named)
        plan = plans.get(connection, found.plan)
        held = keys.list_keys(connection, found.id)
        month = quota(connection, found.id, now)
    used = metering.report(database, found.id, *metering.last_days(now, days), by=("label",))
    usage = [{"label": u.label, "operations": u.operations, "submissions": u.submissions} for u in used]
    listed = [key_document(key, now) for key in held]
    more = {"plan": plan_document(plan), "month": asdict(month), "keys": listed, "usage": usage}
    return _document(found) | more


def _plan_row(plan: Plan) -> tuple[object, ...]:
    limits = (plan.requests_per_second, plan.concurrent_submissions, plan.concurrent_streams, plan.monthly_operations)
    return (
        plan.name,
        *("-" if limit is None else f"{limit:g}" for limit in limits[:-1]),
        _many(limits[-1]),
        _features(plan),
    )


def _many(limit: float | None) -> str:
    return "-" if limit is None else f"{int(limit):,}"


def _features(plan: Plan) -> str:
    return ", ".join(sorted(plan.features)) or "-"
