"""A key opens its account, is shown once, and opens nothing once it is revoked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from reelwarden.accounts import accounts, keys
from reelwarden.accounts.accounts import Account
from reelwarden.accounts.caller import OWN_SCOPES, SCOPES
from reelwarden.errors import UsageError
from reelwarden.store.database import Database
from reelwarden.store.tables.accounts import keys as table

NOW = 1_800_000_000.0
LONG = keys.MEMORY + 0.1


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is sent to the database meanwhile, without begin and end."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(database.engine, "before_cursor_execute", note)


def make(database: Database, account: Account, **more: object) -> tuple[str, str]:
    with database.begin() as connection:
        return keys.create(connection, account.id, "back end", now=NOW, **more)  # type: ignore[arg-type]


def test_a_key_says_who_is_asking(planned: Database, account: Account) -> None:
    key, secret = make(planned, account)
    caller = keys.authenticate(planned, secret, NOW)
    assert caller is not None
    assert (caller.account, caller.account_name, caller.number) == (account.id, "Acme", account.number)
    assert (caller.key, caller.plan.name, caller.scopes) == (key, "unlimited", OWN_SCOPES)


def test_the_key_itself_is_nowhere_in_the_database(planned: Database, account: Account) -> None:
    _, secret = make(planned, account)
    with planned.read() as connection:
        row = connection.execute(sa.select(table)).one()
    assert len(secret) == 46
    assert secret[: keys.SHOWN + 1] not in str(row)
    assert row.prefix == secret[: keys.SHOWN]


def test_what_is_no_key_opens_nothing(planned: Database, account: Account) -> None:
    make(planned, account)
    strange = ["", "rw_", "rw_" + "A" * 43, "\ud800" * 30, "\0" * 40, "x" * 1_000_000, "' or 1=1 --" * 3]
    assert [keys.authenticate(planned, secret) for secret in strange] == [None] * 7


def test_a_revoked_key_opens_nothing_at_once(planned: Database, account: Account) -> None:
    key, secret = make(planned, account)
    assert keys.authenticate(planned, secret, NOW)
    with planned.begin() as connection:
        keys.revoke(connection, account.id, key, NOW)
    assert keys.authenticate(planned, secret, NOW + 0.01) is None


def test_a_key_that_another_process_revoked_opens_nothing_after_some_seconds(
    planned: Database, account: Account
) -> None:
    key, secret = make(planned, account)
    assert keys.authenticate(planned, secret, NOW)
    with planned.begin() as connection:
        connection.execute(sa.update(table).where(table.c.id == key).values(revoked=NOW))
    assert keys.authenticate(planned, secret, NOW + keys.MEMORY - 0.1) is not None
    assert keys.authenticate(planned, secret, NOW + keys.MEMORY) is None


def test_revoking_again_does_not_bring_a_key_back(planned: Database, account: Account) -> None:
    key, secret = make(planned, account)
    with planned.begin() as connection:
        keys.revoke(connection, account.id, key, NOW)
        keys.revoke(connection, account.id, key, NOW + 3600)
    assert keys.authenticate(planned, secret, NOW + LONG) is None


def test_rotation_gives_the_old_key_some_time(planned: Database, account: Account) -> None:
    key, old = make(planned, account, scopes={"read"})
    with planned.begin() as connection:
        fresh, new = keys.rotate(connection, account.id, key, grace=60, now=NOW)
    assert keys.authenticate(planned, old, NOW + 59)
    assert keys.authenticate(planned, old, NOW + 59 + LONG) is None
    caller = keys.authenticate(planned, new, NOW + 100)
    assert caller is not None
    assert (caller.key, caller.scopes) == (fresh, frozenset({"read"}))
    with planned.begin() as connection, pytest.raises(UsageError, match="revoked already"):
        keys.rotate(connection, account.id, key, now=NOW + 100)


def test_a_key_of_another_account_is_not_there(planned: Database, account: Account) -> None:
    key, secret = make(planned, account)
    with planned.begin() as connection:
        other = accounts.create(connection, "Other")
        for act in (keys.revoke, keys.rotate, keys.find):
            with pytest.raises(UsageError, match="no such key"):
                act(connection, other.id, key)
        assert keys.list_keys(connection, other.id) == []
    assert keys.authenticate(planned, secret)


def test_a_key_is_remembered_for_some_seconds(planned: Database, account: Account) -> None:
    _, secret = make(planned, account)
    with statements(planned) as first:
        keys.authenticate(planned, secret, NOW)
    with statements(planned) as second:
        keys.authenticate(planned, secret, NOW + 1)
    with statements(planned) as third:
        keys.authenticate(planned, secret, NOW + LONG)
    assert [len(first), len(second), len(third)] == [2, 0, 1]


def test_the_last_use_is_written_once_a_minute(planned: Database, account: Account) -> None:
    key, secret = make(planned, account)

    def used(at: float) -> float | None:
        keys.authenticate(planned, secret, at)
        with planned.read() as connection:
            return keys.find(connection, account.id, key).last_used

    assert used(NOW) == NOW
    assert used(NOW + 59) == NOW
    assert used(NOW + 62) == NOW + 62


def test_strangers_do_not_fill_the_memory(planned: Database, account: Account) -> None:
    for number in range(50):
        keys.authenticate(planned, f"rw_{number:043}", NOW)
    assert not keys._memory(planned)._known


def test_a_pair_is_the_account_and_its_key(planned: Database, account: Account) -> None:
    _, secret = make(planned, account)
    assert account.number.isdecimal()
    assert len(account.number) == 10
    for user in (account.number, account.id, account.name):
        assert keys.authenticate_pair(planned, user, secret)
    with planned.begin() as connection:
        other = accounts.create(connection, "Other")
    for user in (other.number, "", "0", "\ud800"):
        assert keys.authenticate_pair(planned, user, secret) is None
    assert keys.authenticate_pair(planned, account.number, secret[:-1] + "~") is None


def test_scopes_are_known_and_admin_is_all_of_them(planned: Database, account: Account) -> None:
    with pytest.raises(UsageError, match="no such scope: fly"):
        make(planned, account, scopes={"fly", "read"})
    with pytest.raises(UsageError, match="none given"):
        make(planned, account, scopes=())
    caller = keys.authenticate(planned, make(planned, account, scopes={"admin"})[1])
    reader = keys.authenticate(planned, make(planned, account, scopes={"read"})[1])
    assert caller is not None
    assert reader is not None
    assert all(caller.may(scope) for scope in SCOPES)
    assert [scope for scope in SCOPES if reader.may(scope)] == ["read"]


def test_keys_are_listed_without_their_secret(planned: Database, account: Account) -> None:
    first, second = make(planned, account), make(planned, account, scopes={"read", "submit"})
    with planned.read() as connection:
        listed = keys.list_keys(connection, account.id)
    assert {key.id for key in listed} == {first[0], second[0]}
    assert not any(secret in repr(listed) for _, secret in (first, second))
