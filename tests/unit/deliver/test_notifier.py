"""One attempt against a real receiver: what comes of each kind of answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from owing import add_accounts, made, owe_one, row
from receiver import Receiver
from serving import until

from reelwarden.deliver.claims import Held, Outcome
from reelwarden.deliver.notifier import attempt, run
from reelwarden.deliver.signing import Signer
from reelwarden.ingest.egress import Egress
from reelwarden.settings import Settings
from reelwarden.store.database import Database
from reelwarden.store.tables.accounts import accounts

OPEN = Egress(["127.0.0.0/8"])


def held(url: str, dialect: str = "native", secret: str | None = None) -> Held:
    return Held("dlv_1", "me", "a", "h", dialect, "event", url, {}, b"{}", secret, 1, 1)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def told(outcome: Outcome) -> tuple[int | None, bytes, str, float | None]:
    return outcome.status, outcome.answer, outcome.error, outcome.retry_after


@pytest.mark.parametrize(
    ("path", "dialect", "expected"),
    [
        ("/ok", "native", (200, b"ok", "", None)),
        ("/status/204", "deepcleer", (204, b"", "answered 204", None)),
        ("/status/503", "native", (503, b"no.", "answered 503", None)),
        ("/later/7", "native", (503, b"no.", "answered 503", 7.0)),
        ("/redirects", "native", (302, b"no.", "answered 302, and redirects are not followed", None)),
    ],
)
def test_what_was_answered(receiver: Receiver, path: str, dialect: str, expected: tuple[object, ...]) -> None:
    assert told(attempt(held(receiver.url(path), dialect), OPEN)) == expected


def test_no_answer_says_why(receiver: Receiver) -> None:
    closed, cut = (attempt(held(receiver.url(path)), OPEN) for path in ("/closes", "/cut"))
    assert (closed.status, cut.status) == (None, None)
    assert "ended before an answer" in closed.error
    assert "too early" in cut.error


def test_of_a_long_answer_the_beginning_is_enough(receiver: Receiver) -> None:
    outcome = attempt(held(receiver.url("/huge")), OPEN)
    assert (outcome.status, outcome.answer, outcome.error) == (200, b"x" * 2048, "")


def test_a_refused_address_says_so(receiver: Receiver) -> None:
    outcome = attempt(held(receiver.url("/ok")), Egress())
    assert outcome.status is None
    assert outcome.error.startswith("refused: ")


def test_where_the_account_lets_callbacks_go_counts_when_they_go(receiver: Receiver, database: Database) -> None:
    """Its list was made after they were ordered."""
    add_accounts(database, "a", "b")
    ours, theirs = (owe_one(database, name, receiver.url(f"/ok/{name}"), now=0.0) for name in ("a", "b"))
    listed = owe_one(database, "a", receiver.url("/ok/listed", "127.0.0.5"), now=0.0)
    with database.begin() as connection:
        mine = accounts.update().where(accounts.c.id == "a")
        connection.execute(mine.values(settings={"callback_domains": ["127.0.0.5"]}))
    stop = threading.Event()
    notifying = threading.Thread(target=run, args=(database, OPEN, Settings(), stop))
    notifying.start()
    until(lambda: all(made(database, id) for id in (ours, theirs, listed)) or None, 30, "an attempt of each")
    stop.set()
    notifying.join(30)
    assert made(database, ours)[0].error == "refused: 127.0.0.1 is none of the account's callback_domains"
    assert [row(database, id).state for id in (ours, theirs, listed)] == ["owed", "delivered", "delivered"]
    assert not [one for one in receiver.received if one.path == "/ok/a"]


def test_a_mistake_of_ours_is_a_failed_attempt_and_nothing_is_sent(receiver: Receiver) -> None:
    def broken(_body: bytes, _secret: str) -> dict[str, str]:
        raise ZeroDivisionError

    signer: Signer = broken
    before = len(receiver.received)
    outcome = attempt(held(receiver.url("/ok"), secret="s"), OPEN, signer)
    assert (outcome.status, outcome.error) == (None, "it could not be sent: ZeroDivisionError")
    assert len(receiver.received) == before
