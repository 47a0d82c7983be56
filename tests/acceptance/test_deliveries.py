"""Callbacks over real connections: 1,000 owed to receivers that behave in every bad way; a kill -9; a lost database."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from owing import add_accounts, callback, made, owe_one, row
from postgres import Postgres
from receiver import Receiver
from standardwebhooks import Webhook

from reelwarden.deliver import deliveries
from reelwarden.deliver.notifier import run
from reelwarden.deliver.schedules import schedule_of
from reelwarden.deliver.signing import Signer, new_secret
from reelwarden.ingest.egress import FIRST_BYTES, Egress
from reelwarden.settings import Settings
from reelwarden.store.database import Database
from reelwarden.store.tables.deliveries import attempts
from reelwarden.store.tables.deliveries import deliveries as table

PACE = 0.005
PROBES = 60
NOTIFIER = """
import sys, threading
from reelwarden.deliver.notifier import run
from reelwarden.ingest.egress import Egress
from reelwarden.settings import Settings
from reelwarden.store.database import Database
run(Database(sys.argv[1]), Egress(["127.0.0.0/8"]), Settings(), threading.Event())
"""


class Case(NamedTuple):
    account: str
    dialect: str
    path: str
    count: int
    attempts: int | None
    state: str


CASES = [
    Case("good", "native", "/ok", 300, 1, "delivered"),
    Case("exact", "deepcleer", "/ok", 150, 1, "delivered"),
    Case("flaky", "deepcleer", "/fails/19", 80, 20, "delivered"),
    Case("wobbly", "sightengine", "/fails/2", 60, 3, "delivered"),
    Case("down", "deepcleer", "/dead", 200, None, "delivered"),
    Case("moved", "moderationapi", "/redirects", 40, 5, "given_up"),
    Case("slow", "native", "/slow/0.3", 40, 1, "delivered"),
    Case("talker", "native", "/huge", 15, 1, "delivered"),
    Case("shy", "moderationapi", "/closes", 40, 5, "given_up"),
    Case("broken", "moderationapi", "/cut", 25, 5, "given_up"),
    Case("gone", "native", "/status/410", 40, None, "given_up"),  # after the first answer nothing more is sent to it
    Case("stuck", "moderationapi", "/hangs/1", 10, 2, "delivered"),
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def settings(pace: float = PACE) -> Settings:
    return Settings(callback_pace=pace, allow_networks=("127.0.0.0/8",))


@contextmanager
def notifying(store: Database, pace: float = PACE, signers: dict[str, Signer] | None = None) -> Iterator[None]:
    """A notifier in a thread as long as the block; what it raises is raised here."""
    stop, broke = threading.Event(), []
    chosen = settings(pace)

    def work() -> None:
        try:
            run(store, Egress(chosen.allow_networks), chosen, stop, signers)
        except Exception as error:
            broke.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(120)
    assert not thread.is_alive()
    assert not broke, broke


def wait_for(what: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def nothing_owed(store: Database) -> bool:
    with store.read() as connection:
        return deliveries.backlog(connection, time.time())[0] == 0


def owe_all(store: Database, receiver: Receiver) -> dict[str, Case]:
    """1,000 at once; an account's on twelve hosts."""
    owed, now = {}, time.time()
    with store.begin() as connection:
        for number, case in enumerate(CASES):
            for n in range(case.count):
                url = receiver.url(case.path, f"127.1.{number}.{n % 12 + 1}")
                facts = callback(case.account, url, dialect=case.dialect, body=b'{"n": %d}' % n, now=now)
                owed[deliveries.owe(connection, **facts)] = case
    assert len(owed) == 1000
    return owed


def probe(store: Database, receiver: Receiver) -> list[str]:
    """Somebody else's callbacks, one after the other. An endpoint is down until all have arrived: none waits for it."""
    wait_for(lambda: len(receiver.received) > 0)
    probes = []
    for _ in range(PROBES):
        probes.append(owe_one(store, "healthy", receiver.url("/ok", "127.2.0.1"), now=time.time()))
        time.sleep(0.1)
    wait_for(lambda: all(receiver.of(one) for one in probes))
    wait_for(lambda: in_vain(store) >= 8)
    receiver.is_down = False
    return probes


def in_vain(store: Database) -> int:
    """Attempts at the dead endpoint that got no answer."""
    mine = attempts.join(table, table.c.id == attempts.c.delivery)
    unanswered = sa.and_(table.c.account == "down", attempts.c.status.is_(None))
    with store.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(mine).where(unanswered)).scalar_one()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_thousand(database_url: str, database: Database, receiver: Receiver) -> None:
    add_accounts(database, "healthy", *(case.account for case in CASES))
    began = time.monotonic()
    owed = owe_all(database, receiver)
    notifier = start_notifier(database_url)
    try:
        probes = probe(database, receiver)
        wait_for(lambda: nothing_owed(database), 240)
    finally:
        kill(notifier)
    took = time.monotonic() - began

    posts = Counter(one.id for one in receiver.received)
    with database.read() as connection:
        rows = {one.id: one for one in connection.execute(sa.select(table))}
        tried: dict[str, list[sa.Row[tuple[object, ...]]]] = {identity: [] for identity in rows}
        for one in connection.execute(sa.select(attempts).order_by(attempts.c.delivery, attempts.c.number)):
            tried[one.delivery].append(one)

    for identity, case in owed.items():
        assert (rows[identity].state, case) == (case.state, case)
        assert case.attempts in (None, len(tried[identity])), (case, tried[identity])
    for identity, mine in tried.items():
        assert [one.number for one in mine] == list(range(1, len(mine) + 1)), "one row per attempt"
        assert posts[identity] == len(mine), "and one attempt per row"
    assert {one.path for one in receiver.received if owed.get(one.id, CASES[0]).account == "moved"} == {"/redirects"}
    talked = [one for identity, case in owed.items() if case.account == "talker" for one in tried[identity]]
    assert {len(one.answer) for one in talked} == {FIRST_BYTES}
    assert max(receiver.sent_of_huge) < 16 << 20

    late = lateness(owed, tried)
    delays = [receiver.of(identity)[0].at - rows[identity].created for identity in probes]
    print(
        f"\n1,000 owed, {sum(posts.values())} attempts in {took:.1f} s, {in_vain(database)} in vain at the dead one"
        f"\nafter the scheduled moment: median {statistics.median(late):.2f} s, worst {max(late):.2f} s"
        f"\nanother account meanwhile, {len(delays)} callbacks: median {statistics.median(delays):.3f} s, "
        f"worst {max(delays):.3f} s"
    )
    assert statistics.median(delays) < schedule_of("deepcleer").limit, "as long as one attempt at a dead endpoint takes"


def lateness(owed: dict[str, Case], tried: dict[str, list[sa.Row[tuple[object, ...]]]]) -> list[float]:
    """Seconds after the moment that the schedule gives, of each attempt but the first; none is before it."""
    late = []
    for identity, case in owed.items():
        schedule = schedule_of(case.dialect)
        for wait, (before, after) in zip(schedule.waits, pairwise(tried[identity]), strict=False):
            gap = after.at - (before.at + before.seconds)
            assert gap >= wait * PACE - 0.002, (case, wait, gap)
            late.append(gap - wait * PACE)
    return late


@pytest.mark.slow
def test_notifiers_that_are_killed_at_any_moment_lose_nothing(
    database_url: str, database: Database, receiver: Receiver
) -> None:
    add_accounts(database, "a", "b")
    hung = owe_one(database, "a", receiver.url("/hangs/1"), dialect="deepcleer", now=time.time())
    many = [
        owe_one(database, "b", receiver.url(path, f"127.3.0.{n % 6 + 1}"), dialect="deepcleer", now=time.time())
        for n in range(60)
        for path in ("/slow/0.1", "/fails/1")
    ]
    running = [start_notifier(database_url), start_notifier(database_url)]
    try:
        wait_for(lambda: bool(receiver.of(hung)))
        for n in range(4):
            kill(running.pop(0))
            running.append(start_notifier(database_url))
            time.sleep(0.3 * n)
        wait_for(lambda: nothing_owed(database))
    finally:
        for process in running:
            kill(process)
    assert len(receiver.of(hung)) == 2, "posted, killed before it was written down, posted again"
    assert [(one.number, one.status) for one in made(database, hung)] == [(1, 200)]
    again = 0
    for identity in many:
        statuses = [one.status for one in made(database, identity)]
        assert (row(database, identity).state, statuses[-1]) == ("delivered", 200)
        assert len(statuses) == row(database, identity).attempts
        again += len(receiver.of(identity)) - len(statuses)
    print(f"\n4 of 6 notifiers killed: {len(many) + 1} delivered, {again + 1} attempts made again")
    assert 0 <= again <= 4 * settings().callbacks_at_once


def start_notifier(database_url: str) -> subprocess.Popen[bytes]:
    words, paced = [sys.executable, "-c", NOTIFIER, database_url], os.environ | {"REELWARDEN_CALLBACK_PACE": str(PACE)}
    return subprocess.Popen(words, env=paced, stdout=subprocess.DEVNULL)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@pytest.mark.slow
def test_a_database_that_goes_away_in_the_middle_loses_nothing(
    postgres: Postgres, postgres_url: str, receiver: Receiver
) -> None:
    store = Database(postgres_url)
    store.create()
    add_accounts(store, "a")
    slow = [owe_one(store, "a", receiver.url("/slow/1"), now=time.time()) for _ in range(6)]
    with notifying(store):
        wait_for(lambda: len(receiver.received) == 6)
        postgres.stop(signal.SIGQUIT)
        time.sleep(2)
        postgres.start()
        wait_for(lambda: all(row(store, one).state == "delivered" for one in slow))
    assert Counter(one.id for one in receiver.received) == Counter(slow), "what was answered is not sent again"
    assert [len(made(store, one)) for one in slow] == [1] * 6
    store.close()


def test_what_arrives_is_signed_and_whole(database: Database, receiver: Receiver) -> None:
    add_accounts(database, "a")
    secret = new_secret()
    body = b'{"text": "' + "é".encode() * 50_000 + b'"}'
    with notifying(database, signers={"moderationapi": lambda data, key: {"own-signature": f"{len(data)} {key[:6]}"}}):
        mine = owe_one(
            database,
            "a",
            receiver.url("/ok"),
            dialect="moderationapi",
            body=body,
            headers={"User-Agent": "Own/1.0"},
            secret=secret,
            now=time.time(),
        )
        wait_for(lambda: nothing_owed(database))
    [post] = receiver.of(mine)
    assert Webhook(secret).verify(post.body, post.headers) == {"text": "é" * 50_000}
    assert post.headers["own-signature"] == "100012 whsec_"
    assert (post.headers["content-type"], post.headers["user-agent"]) == ("application/json", "Own/1.0")


def test_what_we_do_not_talk_to_is_a_failed_attempt_that_says_so(database: Database) -> None:
    add_accounts(database, "a")
    refused = owe_one(database, "a", "http://169.254.169.254/latest", now=time.time())
    odd = owe_one(database, "a", "nonsense", headers={"Bad\nName": "x"}, now=time.time())
    with notifying(database):
        wait_for(lambda: bool(made(database, refused) and made(database, odd)))
    first, second = made(database, refused)[0], made(database, odd)[0]
    assert (first.status, second.status) == (None, None)
    assert first.error.startswith("refused: ")
    assert second.error.startswith("refused: ")
    assert row(database, refused).state == "owed"


@pytest.mark.slow
def test_those_of_one_submission_arrive_in_order(database: Database, receiver: Receiver) -> None:
    add_accounts(database, "a")
    now = time.time()
    path = "/fails/1"
    mine = [
        owe_one(database, "a", receiver.url(path), sequence="s", dialect="deepcleer", now=now - n) for n in range(4)
    ]
    with notifying(database, pace=0.001):
        wait_for(lambda: nothing_owed(database))
    assert [one.id for one in receiver.received] == [one for identity in mine for one in (identity, identity)]


def test_a_notifier_that_stops_writes_down_what_is_under_way(database: Database, receiver: Receiver) -> None:
    add_accounts(database, "a")
    mine = owe_one(database, "a", receiver.url("/slow/0.3"), now=time.time())
    with notifying(database):
        wait_for(lambda: bool(receiver.received))
    assert row(database, mine).state == "delivered"
