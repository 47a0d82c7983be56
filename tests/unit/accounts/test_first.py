"""The first start makes everything once, also when several processes start at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reelwarden.accounts import accounts, first, keys, plans
from reelwarden.errors import SettingsError
from reelwarden.store.database import Database


def test_one_of_many_gets_the_key(planned: Database) -> None:
    with planned.begin() as connection:
        connection.execute(first.tables.accounts.plans.delete())
    others = [Database(planned.url) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(first.first_admin, others))
    for other in others:
        other.close()
    (secret,) = [one for one in got if one]
    caller = keys.authenticate(planned, secret)
    assert caller is not None
    assert (caller.account_name, caller.plan.name, caller.may("admin")) == ("admin", "unlimited", True)
    assert first.first_admin(planned) is None
    with planned.read() as connection:
        assert [one.name for one in accounts.every(connection)] == ["admin"]
        assert len(plans.every(connection)) == len(plans.BUILT_IN)


def test_a_database_is_opened_in_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a' / 'b' / 'rw.db'}"
    for _ in range(2):
        database = first.open_database(url)
        with database.read() as connection:
            assert len(plans.every(connection)) == len(plans.BUILT_IN)
        database.close()


@pytest.mark.parametrize("url", ["mysql://a/b", "nonsense", "sqlite:////proc/no/such.db"])
def test_an_impossible_database_is_a_mistake_in_the_settings(url: str) -> None:
    with pytest.raises(SettingsError):
        first.open_database(url)
