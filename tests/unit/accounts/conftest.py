"""Accounts to test with, in a database of either kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from postgres import Postgres

from reelwarden.accounts import accounts, keys, plans
from reelwarden.accounts.caller import Caller
from reelwarden.store import tables
from reelwarden.store.database import Database

MakeCaller = Callable[..., Caller]


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database of each kind for all these tests: making one for each would take longer than the tests."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('accounts') / 'reelwarden.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture(scope="session")
def shared(shared_url: str) -> Iterator[Database]:
    opened = Database(shared_url)
    opened.create()
    yield opened
    opened.close()


@pytest.fixture
def planned(shared: Database) -> Iterator[Database]:
    """A database with the built-in plans and no account."""
    with shared.begin() as connection:
        plans.seed(connection)
    yield shared
    with shared.begin() as connection:
        for table in (tables.accounts.accounts, tables.accounts.plans, tables.accounts.buckets):
            connection.execute(table.delete())
    keys.forget()


@pytest.fixture
def account(planned: Database) -> accounts.Account:
    """An account without limits."""
    with planned.begin() as connection:
        return accounts.create(connection, "Acme")


@pytest.fixture
def make_caller(planned: Database) -> MakeCaller:
    """`make_caller("bob", requests_per_second=5.0)`: a caller by a key of an account with a plan of its own."""

    def make(name: str, **limits: object) -> Caller:
        with planned.begin() as connection:
            plans.put(connection, plans.Plan(name, **limits))  # type: ignore[arg-type]
            account = accounts.create(connection, name, name)
            _, secret = keys.create(connection, account.id, "only")
        caller = keys.authenticate(planned, secret)
        assert caller is not None
        return caller

    return make
