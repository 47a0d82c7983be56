"""One attempt against a real receiver: what comes of each kind of answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from receiver import Receiver

from reelwarden.deliver.claims import Held, Outcome
from reelwarden.deliver.notifier import attempt
from reelwarden.deliver.signing import Signer
from reelwarden.ingest.egress import Egress

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


def test_a_mistake_of_ours_is_a_failed_attempt_and_nothing_is_sent(receiver: Receiver) -> None:
    def broken(_body: bytes, _secret: str) -> dict[str, str]:
        raise ZeroDivisionError

    signer: Signer = broken
    before = len(receiver.received)
    outcome = attempt(held(receiver.url("/ok"), secret="s"), OPEN, signer)
    assert (outcome.status, outcome.error) == (None, "it could not be sent: ZeroDivisionError")
    assert len(receiver.received) == before
