"""Policies of accounts: the same files that the command line reads, kept by name."""

from __future__ import annotations

import time
from dataclasses import dataclass

import sqlalchemy as sa

from reelwarden.accounts.memory import Memory
from reelwarden.accounts.statements import upsert
from reelwarden.accounts.wording import is_keepable, keepable
from reelwarden.decide import policy
from reelwarden.decide.rules import Policy
from reelwarden.errors import NoSuch, PolicyError
from reelwarden.store import tables
from reelwarden.store.database import Database, new_id

MOST_LETTERS = 200_000

_policies = tables.lists.policies
_memory: Memory[Policy] = Memory(256)


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """`document` is TOML; `revision` grows by one with every change. Times are seconds since 1970."""

    id: str
    account: str
    name: str
    document: str
    revision: int
    created: float
    changed: float


def put(connection: sa.Connection, account: str, name: str, document: str, now: float | None = None) -> StoredPolicy:
    """Keeps the policy under the name, in place of one that was there. Raises PolicyError for a wrong document."""
    name = keepable(name, 200, "a policy's name")
    if len(document) > MOST_LETTERS or not is_keepable(document):
        raise PolicyError(f"{name}: a policy is a text of at most {MOST_LETTERS} letters")
    policy.parse(document, name)
    now = time.time() if now is None else now
    values = {"account": account, "name": name, "document": document, "changed": now}
    insert = upsert(connection, _policies).values(id=new_id("pol"), created=now, revision=1, **values)
    statement = insert.on_conflict_do_update(
        index_elements=["account", "name"],
        set_={"document": document, "changed": now, "revision": _policies.c.revision + 1},
    )
    return StoredPolicy(**connection.execute(statement.returning(*_policies.columns)).one()._mapping)


def get(connection: sa.Connection, account: str, named: str) -> StoredPolicy:
    """The account's policy of this name or id. Raises UsageError where there is none."""
    query = sa.select(_policies).where(_policies.c.account == account, _named(named))
    row = connection.execute(query).first() if is_keepable(named) else None
    if row is None:
        raise NoSuch(f"no such policy: {named}")
    return StoredPolicy(**row._mapping)


def every(connection: sa.Connection, account: str) -> list[StoredPolicy]:
    """All policies of the account, by name."""
    query = sa.select(_policies).where(_policies.c.account == account).order_by("name")
    return [StoredPolicy(**row._mapping) for row in connection.execute(query)]


def delete(connection: sa.Connection, account: str, named: str) -> None:
    """Raises UsageError where there is none of this name or id."""
    found = get(connection, account, named)
    connection.execute(sa.delete(_policies).where(_policies.c.id == found.id))


def load(database: Database, account: str, named: str) -> Policy:
    """The account's policy, read; one that has not changed is not read again. Raises UsageError."""
    with database.read() as connection:
        found = get(connection, account, named)
    return _memory.get(found.id, found.revision, lambda: policy.parse(found.document, found.name))


def _named(named: str) -> sa.ColumnElement[bool]:
    return sa.or_(_policies.c.name == named, _policies.c.id == named)
