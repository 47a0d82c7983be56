"""Accounts: made, found, changed, closed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from reelwarden.accounts import keys, options, plans
from reelwarden.accounts.wording import is_keepable, keepable
from reelwarden.errors import NoSuch, UsageError
from reelwarden.store import tables
from reelwarden.store.database import new_id

_accounts, _keys = tables.accounts.accounts, tables.accounts.keys


@dataclass(frozen=True, slots=True)
class Account:
    """`number` is its name in digits, `plan` the plan's name, `settings` as accounts/options.py has them."""

    id: str
    number: str
    name: str
    plan: str
    settings: Mapping[str, Any]
    created: float
    closed: float | None = None


def create(
    connection: sa.Connection,
    name: str,
    plan: str = plans.UNLIMITED,
    settings: Mapping[str, Any] | None = None,
    now: float | None = None,
) -> Account:
    """A new account, without a key yet. Raises UsageError where the name is taken, or what is asked is wrong."""
    name = keepable(name, 200, "an account's name")
    if name.isdecimal():
        raise UsageError("an account's name cannot be a number", "numbers are given out by the server")
    said = options.validated(settings or {}, plans.get(connection, plan))
    created = time.time() if now is None else now
    account = Account(new_id("acc"), tables.accounts.new_number(), name, plan, said, created)
    values = {field: getattr(account, field) for field in account.__slots__}
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(_accounts).values(values))
    except IntegrityError as error:
        raise UsageError(f"there is an account of the name {name} already") from error
    return account


def find(connection: sa.Connection, named: str) -> Account:
    """The account of this id, number or name. Raises UsageError where there is none."""
    wanted = sa.or_(_accounts.c.id == named, _accounts.c.number == named, _accounts.c.name == named)
    row = connection.execute(sa.select(_accounts).where(wanted)).first() if is_keepable(named) else None
    if row is None:
        raise NoSuch(f"no such account: {named}", "reelwarden accounts list")
    return Account(**row._mapping)


def settings_of(connection: sa.Connection, account: str, hold: bool = False) -> Mapping[str, Any]:
    """What the account of this id says; nothing where it is gone. `hold`: nobody else changes it meanwhile."""
    query = sa.select(_accounts.c.settings).where(_accounts.c.id == account)
    return connection.execute(query.with_for_update(key_share=True) if hold else query).scalar_one_or_none() or {}


def every(connection: sa.Connection, closed: bool = False) -> list[Account]:
    """All accounts, the oldest first; those that are closed only where asked for."""
    query = sa.select(_accounts).order_by("created", "id")
    rows = connection.execute(query if closed else query.where(_accounts.c.closed.is_(None)))
    return [Account(**row._mapping) for row in rows]


def change_plan(connection: sa.Connection, account: str, plan: str) -> Account:
    """The account has another plan. Raises UsageError where its settings are more than the plan allows."""
    found = _held(connection, account)
    options.validated(found.settings, plans.get(connection, plan))
    return _changed(connection, account, plan=plan)


def change_settings(connection: sa.Connection, account: str, changes: Mapping[str, Any]) -> Account:
    """What is named changes, None takes it back, the rest stays. Raises UsageError for what is wrong."""
    found = _held(connection, account)
    said = options.validated(options.merged(found.settings, changes), plans.get(connection, found.plan))
    return _changed(connection, account, settings=said)


def close(connection: sa.Connection, account: str, now: float | None = None) -> Account:
    """Its keys open nothing any more. What it has is kept until it expires."""
    now = time.time() if now is None else now
    _held(connection, account)
    still = sa.or_(_keys.c.revoked.is_(None), _keys.c.revoked > now)
    connection.execute(sa.update(_keys).where(_keys.c.account == account, still).values(revoked=now))
    return _changed(connection, account, closed=now)


def _held(connection: sa.Connection, account: str) -> Account:
    """The open account, which nobody else changes until this transaction ends."""
    query = sa.select(_accounts).where(_accounts.c.id == account, _accounts.c.closed.is_(None))
    row = connection.execute(query.with_for_update(key_share=True)).one_or_none()
    if row is None:
        raise NoSuch(f"no such open account: {account}")
    return Account(**row._mapping)


def _changed(connection: sa.Connection, account: str, **values: Any) -> Account:
    update = sa.update(_accounts).where(_accounts.c.id == account).values(values).returning(*_accounts.columns)
    row = connection.execute(update).one()
    keys.forget(account=account)
    return Account(**row._mapping)
