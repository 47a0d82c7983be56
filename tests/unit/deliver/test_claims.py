"""Who may attempt what, and when: in a time that the tests make."""

from __future__ import annotations

import threading
from collections import Counter
from itertools import pairwise

import pytest
import sqlalchemy as sa
from owing import add_accounts, made, owe_one, row

from reelwarden.deliver.claims import GRACE, Held, Outcome, claim, record
from reelwarden.deliver.fairness import AT_ONCE, Space
from reelwarden.deliver.schedules import SCHEDULES
from reelwarden.store.database import Database
from reelwarden.store.tables.accounts import accounts

ALL = Space(64, 64, 1 << 20)


@pytest.fixture
def store(database: Database) -> Database:
    add_accounts(database, "a", "b")
    return database


def outcome(at: float, status: int | None = 500, seconds: float = 0.0) -> Outcome:
    return Outcome(at, seconds, status, b"", "no" if status != 200 else "")


def ids(held: list[Held]) -> list[str]:
    return [one.id for one in held]


def test_the_published_list_is_kept_to_the_second(store: Database) -> None:
    mine = owe_one(store, "a", dialect="deepcleer", now=0.0)
    starts, now = [], 0.0
    while row(store, mine).state == "owed":
        assert claim(store, "me", ALL, now=now - 0.001) == []
        [held] = claim(store, "me", ALL, now=now)
        starts.append(now)
        record(store, [(held, outcome(now, 503))])
        now = row(store, mine).next_at
    assert [b - a for a, b in pairwise(starts)] == list(SCHEDULES["deepcleer"].waits)
    assert (len(starts), starts[-1], row(store, mine).state) == (20, 1505.0, "given_up")
    assert [one.number for one in made(store, mine)] == list(range(1, 21))


def test_a_wait_begins_where_the_attempt_ended(store: Database) -> None:
    mine = owe_one(store, "a")
    [held] = claim(store, "me", ALL, now=1000.0)
    record(store, [(held, outcome(1000.0, None, seconds=15.0))])
    assert row(store, mine).next_at == 1020.0


def test_whoever_dies_with_it_leaves_it_to_the_next_under_the_same_number(store: Database) -> None:
    mine = owe_one(store, "a", dialect="deepcleer")
    [first] = claim(store, "dead", ALL, now=1000.0)
    assert claim(store, "other", ALL, now=1000.0 + 5 + GRACE - 0.1) == []
    [second] = claim(store, "other", ALL, now=1000.0 + 5 + GRACE)
    assert (first.id, first.number) == (second.id, second.number)
    assert record(store, [(second, outcome(1010.0, 200))]) == []
    assert record(store, [(first, outcome(1000.0, 500))]) == [first], "it woke up, and is too late"
    assert [(one.number, one.status) for one in made(store, mine)] == [(1, 200)]
    assert row(store, mine).state == "delivered"


def test_written_down_twice_it_is_one_attempt(store: Database) -> None:
    mine = owe_one(store, "a")
    [held] = claim(store, "me", ALL, now=1000.0)
    record(store, [(held, outcome(1000.0, 500))])
    record(store, [(held, outcome(1000.0, 500))])
    assert (len(made(store, mine)), row(store, mine).attempts) == (1, 1)


def test_those_of_a_sequence_go_one_after_the_other(store: Database) -> None:
    first, second, third = (owe_one(store, "a", sequence="s", dialect="deepcleer") for _ in range(3))
    alone = owe_one(store, "a")
    held = claim(store, "me", ALL, now=1000.0)
    assert set(ids(held)) == {first, alone}
    record(store, [(one, outcome(1000.0, 500)) for one in held])
    assert claim(store, "me", ALL, now=1004.9) == [], "the second waits as long as the first is owed"
    [held_first, _] = claim(store, "me", ALL, now=1005.0)
    record(store, [(held_first, outcome(1005.0, 200))])
    [held_second] = claim(store, "me", ALL, now=1005.0)
    assert held_second.id == second
    record(store, [(held_second, outcome(1005.0, 200))])
    assert ids(claim(store, "me", ALL, now=1005.0)) == [third]


def test_one_given_up_lets_the_next_of_its_sequence_go(store: Database) -> None:
    owe_one(store, "a", sequence="s")
    second = owe_one(store, "a", "http://127.0.0.1:9/next", sequence="s")
    [held] = claim(store, "me", ALL, now=1000.0)
    record(store, [(held, outcome(1000.0, 410))])
    assert ids(claim(store, "me", ALL, now=1000.0)) == [second]


def test_an_endpoint_that_holds_all_it_may_delays_nobody(store: Database) -> None:
    for _ in range(30):
        owe_one(store, "a", "http://dead/")
    assert len(claim(store, "one", ALL, now=1000.0)) == AT_ONCE
    assert claim(store, "two", ALL, now=1000.0) == [], "together they keep to it, too"
    late = owe_one(store, "b", "http://dead/", now=1001.0)
    assert ids(claim(store, "two", ALL, now=1001.0)) == [late]


def test_bodies_share_the_room(store: Database) -> None:
    for n in range(4):
        owe_one(store, "a", f"http://h{n}/", body=b"x" * 100)
    assert len(claim(store, "me", Space(64, 64, 250), now=1000.0)) == 2


@pytest.mark.slow
def test_of_many_notifiers_only_one_has_each(store: Database) -> None:
    owed = {owe_one(store, name, f"http://h{n}/") for n in range(30) for name in ("a", "b")}
    taken: Counter[str] = Counter()

    def take(holder: str) -> None:
        while held := claim(store, holder, Space(5, 5, 1 << 20), now=1000.0):
            taken.update(ids(held))

    threads = [threading.Thread(target=take, args=(f"n{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == Counter(owed)


def test_of_a_deleted_account_nothing_is_written_down(store: Database) -> None:
    mine = owe_one(store, "a")
    [held] = claim(store, "me", ALL, now=1000.0)
    with store.begin() as connection:
        connection.execute(sa.delete(accounts).where(accounts.c.id == "a"))
    assert record(store, [(held, outcome(1000.0, 200))]) == [held]
    assert made(store, mine) == []
