"""Accounts are made, found by three names, changed in part, and closed."""

from __future__ import annotations

import pytest

from reelwarden.accounts import accounts, keys
from reelwarden.accounts.accounts import Account
from reelwarden.errors import UsageError
from reelwarden.store.database import Database


def test_an_account_is_found_by_id_number_and_name(planned: Database, account: Account) -> None:
    with planned.read() as connection:
        assert all(accounts.find(connection, named) == account for named in (account.id, account.number, "Acme"))
        for named in ("acme", "", "0", "\0", "\ud800"):
            with pytest.raises(UsageError, match="no such account"):
                accounts.find(connection, named)


def test_a_name_that_cannot_be_is_refused(planned: Database) -> None:
    with planned.begin() as connection:
        for name in ("", "  ", "12345", "x" * 201, "a\0b", "a\ud800"):
            with pytest.raises(UsageError, match="an account's name"):
                accounts.create(connection, name)


def test_a_name_is_given_once_and_the_transaction_goes_on(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        with pytest.raises(UsageError, match="already"):
            accounts.create(connection, " Acme ")
        other = accounts.create(connection, "Other", "pro")
    with planned.read() as connection:
        assert [one.name for one in accounts.every(connection)] == ["Acme", "Other"]
        assert accounts.find(connection, other.number).plan == "pro"


def test_settings_change_field_by_field(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        accounts.change_settings(connection, account.id, {"retention": 60, "dialects": {"native": {"a": 1}}})
        accounts.change_settings(connection, account.id, {"policy": "strict", "dialects": {"deepcleer": {"b": 2}}})
        changed = accounts.change_settings(connection, account.id, {"retention": None})
    assert changed.settings == {"policy": "strict", "dialects": {"native": {"a": 1}, "deepcleer": {"b": 2}}}


def test_a_change_is_seen_by_the_next_caller(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        _, secret = keys.create(connection, account.id, "k")
    assert keys.authenticate(planned, secret)
    with planned.begin() as connection:
        accounts.change_settings(connection, account.id, {"policy": "strict"})
        accounts.change_plan(connection, account.id, "pro")
    caller = keys.authenticate(planned, secret)
    assert caller is not None
    assert (caller.settings, caller.plan.name) == ({"policy": "strict"}, "pro")


def test_a_wrong_plan_is_named(planned: Database, account: Account) -> None:
    with planned.begin() as connection, pytest.raises(UsageError, match="no such plan: gold") as error:
        accounts.change_plan(connection, account.id, "gold")
    assert "pro" in error.value.hint


def test_a_plan_without_lists_of_domains_does_not_take_an_account_that_has_them(
    planned: Database, account: Account
) -> None:
    with planned.begin() as connection:
        accounts.change_settings(connection, account.id, {"callback_domains": ["example.com"]})
        with pytest.raises(UsageError, match="has no lists of domains"):
            accounts.change_plan(connection, account.id, "starter")


def test_a_closed_account_opens_nothing_and_cannot_change(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        _, secret = keys.create(connection, account.id, "k")
    assert keys.authenticate(planned, secret)
    with planned.begin() as connection:
        accounts.close(connection, account.id)
    assert keys.authenticate(planned, secret) is None
    with planned.begin() as connection:
        assert accounts.every(connection) == []
        assert [one.name for one in accounts.every(connection, closed=True)] == ["Acme"]
        for act in (lambda: accounts.close(connection, account.id), lambda: keys_of_closed(connection, account)):
            with pytest.raises(UsageError, match="no such open account"):
                act()


def keys_of_closed(connection: object, account: Account) -> None:
    accounts.change_plan(connection, account.id, "pro")  # type: ignore[arg-type]
