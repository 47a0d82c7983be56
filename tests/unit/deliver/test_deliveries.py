"""Callbacks as rows: owed with their cause, seen by their owner only, owed anew, forgotten."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from owing import add_accounts, add_submission, callback, made, owe_one, row

from reelwarden.deliver import deliveries
from reelwarden.deliver.claims import Held, Outcome, claim, record
from reelwarden.deliver.fairness import Space
from reelwarden.errors import UsageError
from reelwarden.store.database import Database
from reelwarden.store.tables.deliveries import attempts

ALL = Space(64, 64, 1 << 20)


@pytest.fixture
def store(database: Database) -> Database:
    add_accounts(database, "a", "b")
    return database


def end(store: Database, *identities: str, status: int = 200, now: float = 1000.0) -> None:
    """One attempt of each that is due, answered with `status`."""
    held = claim(store, "me", ALL, now=now)
    assert {one.id for one in held} == set(identities)
    record(store, [(one, Outcome(now, 0.5, status, b"answer", "" if status == 200 else "no")) for one in held])


def test_it_is_owed_if_and_only_if_its_cause_has_happened(store: Database) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as connection:
        deliveries.owe(connection, **callback("a", "http://h/"))
        raise ZeroDivisionError
    kept = owe_one(store, "a")
    with store.read() as connection:
        assert [one.id for one in deliveries.listing(connection, account="a", now=0.0)] == [kept]


@pytest.mark.parametrize(("wrong", "error"), [({"dialect": "other"}, UsageError), ({"body": b"\xff"}, ValueError)])
def test_what_could_never_be_delivered_is_refused_at_once(
    store: Database, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        owe_one(store, "a", **wrong)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://Example.COM/x?y", "example.com"),
        ("http://h:8080/", "h:8080"),
        ("http://user@h/", "h"),
        ("http://[::1/", ""),
        ("nonsense", ""),
    ],
)
def test_the_endpoint_is_the_host_and_its_port(url: str, endpoint: str) -> None:
    assert deliveries.endpoint_of(url) == endpoint


def test_its_owner_sees_it_with_every_attempt_and_nobody_else_does(store: Database) -> None:
    mine = owe_one(store, "a", "http://h/x", body=b'{"n": 1}', headers={"X-Own": "1"})
    end(store, mine, status=500)
    with store.read() as connection:
        found = deliveries.read(connection, account="a", identity=mine, now=1002.0)
        assert deliveries.read(connection, account="b", identity=mine, now=1002.0) is None
        assert deliveries.body_of(connection, account="a", identity=mine) == b'{"n": 1}'
        assert deliveries.body_of(connection, account="b", identity=mine) is None
        assert deliveries.listing(connection, account="b", now=1002.0) == []
    assert found is not None
    delivery, tries = found
    assert (delivery.state, delivery.attempts, delivery.next_at, delivery.in_flight) == ("owed", 1, 1005.5, False)
    assert delivery.headers == {"Content-Type": "application/json", "X-Own": "1"}
    assert tries == [deliveries.Attempt(1, 1000.0, 0.5, 500, b"answer", "no")]


def test_the_list_has_pages_the_newest_first(store: Database) -> None:
    made_in_order = sorted(owe_one(store, "a") for _ in range(5))
    with store.read() as connection:
        first = deliveries.listing(connection, account="a", now=0.0, limit=3)
        rest = deliveries.listing(connection, account="a", now=0.0, limit=3, older_than=first[-1].id)
        assert deliveries.listing(connection, account="a", now=0.0, state="delivered") == []
    assert [one.id for one in first + rest] == made_in_order[::-1]


def test_owed_anew_it_has_a_whole_schedule_again_and_its_attempts_are_numbered_on(store: Database) -> None:
    mine = owe_one(store, "a")
    end(store, mine, status=410)
    assert row(store, mine).state == "given_up"
    with store.begin() as connection:
        assert not deliveries.redeliver(connection, account="b", identity=mine, now=2000.0)
        assert deliveries.redeliver(connection, account="a", identity=mine, now=2000.0)
    end(store, mine, status=500, now=2000.0)
    assert row(store, mine).next_at == 2005.5, "the first wait of the schedule"
    assert [(one.number, one.status) for one in made(store, mine)] == [(1, 410), (2, 500)]


def test_one_that_waits_for_its_next_attempt_can_go_at_once_but_not_twice_at_a_time(store: Database) -> None:
    mine = owe_one(store, "a")
    end(store, mine, status=500)
    with store.begin() as connection:
        assert deliveries.redeliver(connection, account="a", identity=mine, now=1001.0)
    assert [one.id for one in claim(store, "me", ALL, now=1001.0)] == [mine]
    with store.begin() as connection:
        assert not deliveries.redeliver(connection, account="a", identity=mine, now=1002.0), "it is in flight"


def test_many_are_owed_anew_at_once(store: Database) -> None:
    old, new = owe_one(store, "a", now=500.0), owe_one(store, "a", now=900.0)
    good, others = owe_one(store, "a", now=901.0), owe_one(store, "b", now=900.0)
    end_each = {old: 410, new: 410, others: 410, good: 200}
    for held in claim(store, "me", ALL, now=1000.0):
        record(store, [(held, Outcome(1000.0, 0.1, end_each[held.id], b"", "x"))])

    def again(**meant: Any) -> int:
        with store.begin() as connection:
            return deliveries.redeliver_all(connection, account="a", now=2000.0, **meant)

    assert again(submission="none of these") == 0
    assert again(created_from=800.0) == 1
    assert (row(store, new).state, row(store, old).state, row(store, others).state) == ("owed", "given_up", "given_up")
    assert again(states=("given_up", "delivered")) == 2
    assert row(store, good).state == "owed"


def test_what_must_not_be_kept_is_emptied_when_it_ends(store: Database) -> None:
    mine = owe_one(store, "a", body=b"secret words", headers={"X": "secret"}, secret="secret key", keep=False)
    end(store, mine, status=500)
    assert row(store, mine).body == b"secret words"
    end(store, mine, status=200, now=2000.0)
    left = row(store, mine)
    assert (left.state, left.body, left.headers, left.secret) == ("delivered", b"", {}, None)
    assert [one.answer for one in made(store, mine)] == [b"", b""]
    with store.begin() as connection:
        assert not deliveries.redeliver(connection, account="a", identity=mine, now=3000.0), "there is nothing to send"


def test_what_ended_long_ago_is_forgotten_with_its_attempts(store: Database) -> None:
    ended = owe_one(store, "a", now=900.0)
    end(store, ended)
    owed = owe_one(store, "a", now=100.0)
    with store.begin() as connection:
        assert deliveries.forget(connection, before=1000.5) == 0
        assert deliveries.forget(connection, before=1000.6) == 1
        assert connection.execute(sa.select(sa.func.count()).select_from(attempts)).scalar() == 0
    assert row(store, owed).state == "owed"


def test_of_a_submission_what_ended_goes_at_once_and_what_is_owed_when_it_has_ended(store: Database) -> None:
    add_submission(store, "a", "s")
    ended = owe_one(store, "a", submission="s", now=900.0)
    end(store, ended)
    owed, another = owe_one(store, "a", submission="s", body=b"words"), owe_one(store, "a")
    with store.begin() as connection:
        assert [one.id for one in deliveries.listing(connection, account="a", now=0.0, submission="s")] == [owed, ended]
        assert deliveries.forget_submission(connection, "s") == 1
    assert row(store, owed).body == b"words", "it is still owed"
    end(store, owed, another)
    assert (row(store, owed).body, row(store, another).body) == (b"", b"{}")


def test_the_backlog_says_how_many_and_how_late(store: Database) -> None:
    with store.read() as connection:
        assert deliveries.backlog(connection, 5.0) == (0, 0.0)
    owe_one(store, "a", now=1000.0)
    owe_one(store, "b", now=1007.0)
    with store.read() as connection:
        assert deliveries.backlog(connection, 1010.0) == (2, 10.0)


def test_a_held_one_reads_as_it_was_owed(store: Database) -> None:
    mine = owe_one(store, "a", "http://H/x", body=b"{}", headers={"X": "1"}, secret="s", event="moment")
    [held] = claim(store, "me", ALL, now=1000.0)
    assert held == Held(
        id=mine,
        holder="me",
        account="a",
        host="h",
        dialect="native",
        event="moment",
        url="http://H/x",
        headers={"Content-Type": "application/json", "X": "1"},
        body=b"{}",
        secret="s",
        number=1,
        round=1,
    )
