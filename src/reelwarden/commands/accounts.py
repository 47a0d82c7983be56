"""`reelwarden accounts`: who may use the server, and how much."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from reelwarden.commands.records import account_document, day, key_document, opened, plan_document, say, table

if TYPE_CHECKING:
    from reelwarden.accounts.plans import Plan
    from reelwarden.store.database import Database


NO_LIMIT = "none"
FIELDS = {
    "submissions": "concurrent_submissions",
    "streams": "concurrent_streams",
    "operations": "monthly_operations",
}
PLAN_HEADS = ("name", "requests a second", "submissions", "streams", "operations a month", "features")


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
        say(account_document(account) | ({"key": secret} if secret else {}))
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
        say([account_document(account) for account in found])
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
    say(account_document(changed)) if as_json else click.echo(f"{changed.name} has the plan {changed.plan}")


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
    table(PLAN_HEADS, [_plan_row(plan) for plan in found])
    click.echo("submissions and streams: at a time; -: no limit")


def _limit(context: click.Context, param: click.Parameter, said: str | None) -> float | str | None:
    """A number, or the word for no limit."""
    if said is None or said == NO_LIMIT:
        return said
    try:
        number = float(said)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise click.BadParameter(f"{said!r} is neither a number nor {NO_LIMIT}")
    return number


@command.command()
@click.argument("name")
@click.option("--requests-per-second", callback=_limit, help="Requests a second over time.")
@click.option("--burst", type=int, help="Requests at once after a pause.")
@click.option("--submissions", callback=_limit, help="Submissions at a time.")
@click.option("--streams", callback=_limit, help="Live streams at a time.")
@click.option("--operations", callback=_limit, help="Operations a month.")
@click.option("--most-bytes", callback=_limit, help="The largest media file.")
@click.option("--features", help="What else it has, as a comma list: domain_lists, commercial.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def define(name: str, as_json: bool, **said: Any) -> None:
    """Make the plan NAME, or change it for every account that has it.

    What is not said stays as it is; in a new plan it is without limit. A limit is a number, or none.
    """
    from dataclasses import replace

    from reelwarden.accounts import plans

    with opened() as database, database.begin() as connection:
        there = {plan.name: plan for plan in plans.every(connection)}
        plan = replace(there.get(name) or plans.Plan(name), **_limits(said))
        plans.put(connection, plan)
    say(plan_document(plan)) if as_json else table(PLAN_HEADS, [_plan_row(plan)])


@command.command()
@click.argument("account")
@click.argument("changes", required=False)
def settings(account: str, changes: str | None) -> None:
    """Show the settings of ACCOUNT as JSON, after CHANGES to them where given.

    CHANGES is a JSON object: {"retention": 3600, "policy": null}. Null takes a field back.
    """
    from reelwarden.accounts import accounts
    from reelwarden.accounts.options import shown

    said = _object(changes) if changes else None
    with opened() as database, database.begin() as connection:
        found = accounts.find(connection, account)
        if said is not None:
            found = accounts.change_settings(connection, found.id, said)
    say(shown(found.settings))


@command.command()
@click.argument("account")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def close(account: str, as_json: bool) -> None:
    """Close ACCOUNT: its keys open nothing any more, and what it has is kept until it expires."""
    from reelwarden.accounts import accounts

    with opened() as database, database.begin() as connection:
        closed = accounts.close(connection, accounts.find(connection, account).id)
    say(account_document(closed)) if as_json else click.echo(f"{closed.name} is closed")


def _whole(database: Database, named: str, days: int) -> Mapping[str, Any]:
    from dataclasses import asdict

    from reelwarden.accounts import accounts, keys, metering, plans
    from reelwarden.accounts.quota import quota

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
    return account_document(found) | more


def _plan_row(plan: Plan) -> tuple[str, ...]:
    rates = (plan.requests_per_second, plan.concurrent_submissions, plan.concurrent_streams, plan.monthly_operations)
    said = ["-" if limit is None else f"{limit:,}".removesuffix(".0") for limit in rates]
    return (plan.name, *said, ", ".join(sorted(plan.features)) or "-")


def _limits(said: Mapping[str, Any]) -> dict[str, Any]:
    """The plan's fields that were said on the command line."""
    fields: dict[str, Any] = {}
    for name, value in said.items():
        if value is None:
            continue
        field = FIELDS.get(name, name)
        if name == "features":
            fields[field] = frozenset(one.strip() for one in value.split(",") if one.strip())
        elif value == NO_LIMIT:
            fields[field] = None
        else:
            fields[field] = value if name == "requests_per_second" else int(value)
    return fields


def _object(text: str) -> dict[str, Any]:
    from reelwarden.errors import UsageError

    try:
        said = json.loads(text)
    except ValueError as error:
        raise UsageError(f"the changes are not JSON: {error}", '{"retention": 3600}') from error
    if not isinstance(said, dict):
        raise UsageError("the changes are not a JSON object", '{"retention": 3600}')
    return said
