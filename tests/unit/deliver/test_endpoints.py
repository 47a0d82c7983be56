"""A receiver that is gone is asked no more, by any callback that heeds it, until its account says so."""

from __future__ import annotations

import pytest
from owing import add_accounts, made, owe_one, row

from reelwarden.deliver import deliveries, endpoints
from reelwarden.deliver.claims import Outcome, claim, record
from reelwarden.deliver.fairness import Space
from reelwarden.store.database import Database

ALL = Space(64, 64, 1 << 20)
URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def store(database: Database) -> Database:
    add_accounts(database, "a", "b")
    return database


def answer(store: Database, url: str, status: int, now: float = 1000.0) -> list[str]:
    """Whatever is due at the address gets this answer; the ids."""
    held = [one for one in claim(store, "me", ALL, now=now) if one.url == url]
    record(store, [(one, Outcome(now, 0.5, status, b"", "no")) for one in held])
    return [one.id for one in held]


def states(store: Database, *ids: str) -> list[str]:
    return [row(store, id).state for id in ids]


def closed(store: Database, account: str = "a") -> list[endpoints.Closed]:
    with store.read() as connection:
        return endpoints.listing(connection, account)


def test_gone_is_gone_for_all_that_is_owed_there(store: Database) -> None:
    first = owe_one(store, "a", URL)
    later = owe_one(store, "a", URL, now=5000.0)
    elsewhere, others = owe_one(store, "a", URL + "?other"), owe_one(store, "b", URL)
    vendors = owe_one(store, "a", URL, dialect="deepcleer", now=5000.0)
    held = {one.id: one for one in claim(store, "me", ALL, now=1000.0)}
    record(store, [(held[first], Outcome(1000.0, 0.5, 410, b"", "answered 410"))])
    assert states(store, first, later, elsewhere, others, vendors) == ["given_up", "given_up", "owed", "owed", "owed"]
    assert (len(made(store, first)), len(made(store, later))) == (1, 0)
    (one,) = closed(store)
    assert (one.url, one.why, one.delivery, one.closed) == (URL, "answered 410 Gone", first, 1000.5)
    assert closed(store, "b") == []

    new, of_vendor = owe_one(store, "a", URL), owe_one(store, "a", URL, dialect="sightengine")
    assert states(store, new, of_vendor) == ["given_up", "owed"]
    assert made(store, new) == []


def test_opened_again_it_gets_what_was_given_up(store: Database) -> None:
    first = owe_one(store, "a", URL)
    answer(store, URL, 410)
    waiting = owe_one(store, "a", URL)
    (one,) = closed(store)
    with store.begin() as connection:
        assert endpoints.open_again(connection, "b", one.id) is None, "another's"
        assert endpoints.open_again(connection, "a", one.id) == URL
        assert endpoints.open_again(connection, "a", one.id) is None
        assert deliveries.redeliver_all(connection, account="a", now=2000.0) == 2
    assert sorted(answer(store, URL, 200, 2000.0)) == sorted([first, waiting])
    assert states(store, first, waiting, owe_one(store, "a", URL)) == ["delivered", "delivered", "owed"]


def test_vendors_callers_keep_their_schedule(store: Database) -> None:
    for dialect in ("sightengine", "deepengin", "deepcleer", "deepcleer.stream", "moderationapi"):
        mine = owe_one(store, "b", URL, dialect=dialect)
        answer(store, URL, 410)
        assert states(store, mine) == ["owed"]
    assert closed(store, "b") == []


def test_two_that_say_so_at_once_close_it_once(store: Database) -> None:
    for _ in range(3):
        owe_one(store, "a", URL)
    assert len(answer(store, URL, 410)) == 3
    owe_one(store, "a", URL)
    assert len(closed(store)) == 1
    with store.read() as connection:
        assert endpoints.count(connection) == 1


def test_what_must_not_be_kept_is_emptied_when_its_address_is_gone(store: Database) -> None:
    secret = {"body": b"xylophone", "headers": {"x": "xylophone"}, "secret": "xylophone", "keep": False}
    owe_one(store, "a", URL)
    waiting, kept = owe_one(store, "a", URL, now=5000.0, **secret), owe_one(store, "a", URL, now=5000.0, body=b"kept")
    answer(store, URL, 410)
    late = owe_one(store, "a", URL, **secret)
    for id in (waiting, late):
        assert (row(store, id).state, "xylophone" in str(row(store, id))) == ("given_up", False)
    assert (row(store, kept).state, row(store, kept).body) == ("given_up", b"kept")
