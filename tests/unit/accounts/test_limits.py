"""What a plan allows, and not one more, whoever asks and however many at a time."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from reelwarden.accounts import keys, plans
from reelwarden.accounts.caller import Caller
from reelwarden.accounts.limits import Granted, OverQuota, Rate, Started, TooFast, TooMany, start_submission, take
from reelwarden.accounts.quota import quota, settle
from reelwarden.jobs.submissions import read
from reelwarden.jobs.usage import settle as settle_submission
from reelwarden.store.database import Database
from reelwarden.store.tables.accounts import buckets
from reelwarden.store.tables.submissions import submissions

RACE = Path(__file__).with_name("race.py")
NOW = 1_800_000_000.0
PROCESSES = 4

_spec = importlib.util.spec_from_file_location("race", RACE)
assert _spec is not None
assert _spec.loader is not None
race = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(race)


def start(database: Database, caller: Caller, source: str = "url", **more: object) -> object:
    """Asks, and inserts where it may."""
    with database.begin() as connection:
        answer = start_submission(connection, caller, source, **more)  # type: ignore[arg-type]
        if isinstance(answer, Started):
            connection.execute(sa.insert(submissions).values(race.row(caller, source=source)))
    return answer


def test_a_plan_without_a_rate_asks_the_database_nothing(make_caller: Callable[..., Caller]) -> None:
    caller = make_caller("free as a bird")
    closed = Database("sqlite:////nonexistent/never.db")
    assert take(closed, caller) == Granted()


def test_a_rate_is_the_account_s_and_refusals_say_when(planned: Database, make_caller: Callable[..., Caller]) -> None:
    caller = make_caller("slow", requests_per_second=2.0, burst=3)
    with planned.begin() as connection:
        _, secret = keys.create(connection, caller.account, "second")
    other = keys.authenticate(planned, secret)
    assert other is not None
    answers = [take(planned, one, NOW) for one in (caller, other, caller, other)]
    assert [isinstance(answer, Granted) for answer in answers] == [True, True, True, False]
    assert answers[0] == Granted(3, 2, 0.5)
    refusal = answers[3]
    assert isinstance(refusal, TooFast)
    assert refusal.retry_after == pytest.approx(0.501)
    assert isinstance(take(planned, caller, NOW + refusal.retry_after), Granted)


def test_refusals_cost_nothing(planned: Database, make_caller: Callable[..., Caller]) -> None:
    caller = make_caller("one a second", requests_per_second=1.0, burst=1)
    answers = [take(planned, caller, NOW + tenth / 10) for tenth in range(30)]
    assert sum(isinstance(answer, Granted) for answer in answers) == 3


def test_another_rule_has_its_own_bucket(planned: Database, make_caller: Callable[..., Caller]) -> None:
    """Of ten requests within ten milliseconds, a rule of three in that time lets three pass."""
    caller = make_caller("ten a second", requests_per_second=10.0, burst=10)
    spike = Rate(300.0, 3)
    answers = [take(planned, caller, NOW, rate=spike, bucket="spike") for _ in range(10)]
    assert sum(isinstance(answer, Granted) for answer in answers) == 3
    assert take(planned, caller, NOW) == Granted(10, 9, 0.1)
    with planned.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(buckets)).scalar() == 2


def test_more_than_the_plan_allows_at_a_time_is_refused_until_one_ends(
    planned: Database, make_caller: Callable[..., Caller]
) -> None:
    caller = make_caller("two", concurrent_submissions=2, concurrent_streams=1)
    assert [start(planned, caller) for _ in range(3)] == [Started(), Started(), TooMany(2, 2, False)]
    assert [start(planned, caller, "stream") for _ in range(2)] == [Started(), TooMany(1, 1, True)]
    with planned.begin() as connection:
        one = sa.select(submissions.c.id).where(submissions.c.source == "url").limit(1).scalar_subquery()
        connection.execute(sa.update(submissions).where(submissions.c.id == one).values(state="failed"))
    assert [start(planned, caller, "upload") for _ in range(2)] == [Started(), TooMany(2, 2, False)]


def test_accounts_do_not_count_for_each_other(planned: Database, make_caller: Callable[..., Caller]) -> None:
    one, other = make_caller("one", concurrent_submissions=1), make_caller("other", concurrent_submissions=1)
    assert [start(planned, caller) for caller in (one, other, one)] == [Started(), Started(), TooMany(1, 1, False)]


def test_none_at_all_is_a_plan_too(planned: Database, make_caller: Callable[..., Caller]) -> None:
    assert start(planned, make_caller("no streams", concurrent_streams=0), "stream") == TooMany(0, 0, True)


def test_a_submission_reserves_its_operations(planned: Database, make_caller: Callable[..., Caller]) -> None:
    caller = make_caller("ten", monthly_operations=10)
    assert start(planned, caller, operations=8, now=NOW) == Started()
    answer = start(planned, caller, operations=3, now=NOW)
    assert isinstance(answer, OverQuota)
    assert (answer.limit, answer.used) == (10, 8)
    assert start(planned, caller, operations=2, now=NOW) == Started()


def test_a_submission_of_unknown_length_needs_a_month_that_is_not_used_up(
    planned: Database, make_caller: Callable[..., Caller]
) -> None:
    caller = make_caller("ten", monthly_operations=10)
    assert start(planned, caller, now=NOW) == Started()
    with planned.begin() as connection:
        settle(connection, caller.account, 0, 12, NOW)
    answer = start(planned, caller, now=NOW)
    assert isinstance(answer, OverQuota)
    assert (answer.limit, answer.used) == (10, 10)


def test_a_transaction_that_fails_reserves_nothing(planned: Database, make_caller: Callable[..., Caller]) -> None:
    caller = make_caller("ten", monthly_operations=10)
    with pytest.raises(RuntimeError), planned.begin() as connection:
        start_submission(connection, caller, "url", operations=8, now=NOW)
        raise RuntimeError("something else went wrong")
    with planned.read() as connection:
        assert quota(connection, caller.account, NOW).used == 0


@pytest.mark.parametrize("reserved", [0, 8, 3])
def test_what_a_submission_used_is_what_the_month_has_less(
    planned: Database, make_caller: Callable[..., Caller], reserved: int
) -> None:
    caller = make_caller("hundred", monthly_operations=100)
    row = race.row(caller, vendor={"reserved": reserved}, created=NOW)
    with planned.begin() as connection:
        start_submission(connection, caller, "url", reserved, NOW)
        connection.execute(sa.insert(submissions).values(row))
        ended = read(connection, str(row["id"]))
        assert ended is not None
        settle_submission(connection, ended, 5)
        assert quota(connection, caller.account, NOW).used == 5


@pytest.mark.slow
def test_processes_that_race_get_what_one_would(planned: Database) -> None:
    from reelwarden.accounts import accounts

    plan = plans.Plan("race", 25.0, 25, concurrent_submissions=11, monthly_operations=1003)
    with planned.begin() as connection:
        plans.put(connection, plan)
        account = accounts.create(connection, "race", "race")
        _, key = keys.create(connection, account.id, "k")
    words = [sys.executable, str(RACE), planned.url, key, str(time.time() + 3)]
    racers = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(PROCESSES)]
    got = [json.loads(racer.communicate(timeout=120)[0]) for racer in racers]
    sums = {what: sum(one[what] for one in got) for what in got[0]}
    with planned.read() as connection:
        assert quota(connection, account.id, race.BEGIN).used == sums["operations"]
    ideal = plan.burst + plan.requests_per_second * race.SECONDS  # type: ignore[operator]
    assert ideal - 3 <= sums["requests"] <= ideal
    assert 1003 - 7 < sums["operations"] <= 1003
    assert sums["running"] == 11
