"""Stored policies: read when they are stored, read again only when they changed, and nobody else's."""

from __future__ import annotations

import pytest

from reelwarden.accounts import accounts, policies
from reelwarden.accounts.accounts import Account
from reelwarden.errors import PolicyError, UsageError
from reelwarden.store.database import Database

STRICT = 'name = "strict"\n[labels.nudity]\nreview = 0.4\nreject = 0.6\n'


def test_a_policy_is_kept_as_it_was_written(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        stored = policies.put(connection, account.id, "night", STRICT)
        assert (
            policies.get(connection, account.id, "night") == stored == policies.get(connection, account.id, stored.id)
        )
        again = policies.put(connection, account.id, "night", STRICT + "# more\n")
        assert (again.id, again.revision, again.created) == (stored.id, 2, stored.created)
        assert policies.every(connection, account.id) == [again]


def test_a_wrong_policy_is_not_kept_and_the_mistake_is_named(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        policies.put(connection, account.id, "night", STRICT)
        with pytest.raises(PolicyError, match="night:3: review must be"):
            policies.put(connection, account.id, "night", STRICT.replace("0.4", "40"))
        for wrong in ("\0", "name =", "x" * 200_001):
            with pytest.raises(PolicyError):
                policies.put(connection, account.id, "night", wrong)
        for name in ("", "x" * 201, "\ud800"):
            with pytest.raises(UsageError):
                policies.put(connection, account.id, name, STRICT)
        assert policies.get(connection, account.id, "night").document == STRICT


def test_a_policy_is_read_again_when_it_changed(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        policies.put(connection, account.id, "night", STRICT)
    first = policies.load(planned, account.id, "night")
    assert first is policies.load(planned, account.id, "night")
    assert first.rule("nudity.explicit").reject == 0.6
    with planned.begin() as connection:
        policies.put(connection, account.id, "night", STRICT.replace("0.6", "0.9"))
    assert policies.load(planned, account.id, "night").rule("nudity.explicit").reject == 0.9


def test_the_policy_of_another_account_is_not_there(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        stored = policies.put(connection, account.id, "night", STRICT)
        other = accounts.create(connection, "Other").id
        for act in (policies.get, policies.delete):
            with pytest.raises(UsageError, match="no such policy"):
                act(connection, other, stored.id)
        assert policies.every(connection, other) == []
    with pytest.raises(UsageError, match="no such policy"):
        policies.load(planned, other, "night")


def test_a_deleted_policy_is_gone(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        policies.put(connection, account.id, "night", STRICT)
        policies.delete(connection, account.id, "night")
    with pytest.raises(UsageError, match="no such policy"):
        policies.load(planned, account.id, "night")
