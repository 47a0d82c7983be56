"""What the tests of callbacks share: accounts with callbacks owed to them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from reelwarden.deliver.deliveries import owe
from reelwarden.store.database import Database
from reelwarden.store.tables.accounts import accounts, plans
from reelwarden.store.tables.deliveries import attempts, deliveries
from reelwarden.store.tables.submissions import submissions


def add_accounts(database: Database, *names: str) -> None:
    """Accounts whose ids are their names."""
    with database.begin() as connection:
        if not connection.execute(sa.select(plans.c.name)).first():
            connection.execute(sa.insert(plans).values(name="plan"))
        rows = [{"id": name, "name": name, "plan": "plan", "settings": {}, "created": 0.0} for name in names]
        connection.execute(sa.insert(accounts), rows)


def add_submission(database: Database, account: str, identity: str) -> str:
    texts = ("key", "dialect", "source", "address", "name", "state")
    facts = dict.fromkeys(texts, "x") | {key: {} for key in ("asked", "options", "vendor")}
    with database.begin() as connection:
        times = {"created": 0.0, "deadline": 0.0, "expires": 0.0}
        connection.execute(sa.insert(submissions).values(id=identity, account=account, **facts, **times))
    return identity


def owe_one(database: Database, account: str, url: str = "http://127.0.0.1:9/", **facts: Any) -> str:
    """One owed callback, due at `now`, 1000 unless told."""
    with database.begin() as connection:
        return owe(connection, **callback(account, url, **facts))


def callback(account: str, url: str, **facts: Any) -> dict[str, Any]:
    usual = {"submission": None, "dialect": "native", "event": "finished", "body": b"{}", "headers": {}, "now": 1000.0}
    return usual | {"account": account, "url": url} | facts


def row(database: Database, identity: str) -> Any:
    with database.read() as connection:
        return connection.execute(sa.select(deliveries).where(deliveries.c.id == identity)).one()


def made(database: Database, identity: str) -> list[Any]:
    """Its attempts, in order."""
    with database.read() as connection:
        mine = sa.select(attempts).where(attempts.c.delivery == identity).order_by(attempts.c.number)
        return list(connection.execute(mine))
