"""The token bucket's rule, and that the database's one statement is the same rule."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelwarden.accounts.bucket import Bucket, Granted, Rate, TooFast, decide
from reelwarden.accounts.caller import Caller
from reelwarden.accounts.limits import take
from reelwarden.accounts.plans import Plan
from reelwarden.store.database import Database

RATE = Rate(2.0, 4.0)
WHOLE = st.integers(0, 64).map(lambda n: n / 8)
"""Eighths are exact in binary, so that both sides must agree to the last bit."""


@pytest.mark.parametrize(
    ("bucket", "now", "left", "answer"),
    [
        (None, 100.0, 3.0, Granted(4, 3, 0.5)),  # a full bucket: one of four taken, half a second to fill it
        (Bucket(1.0, 100.0), 100.0, 0.0, Granted(4, 0, 2.0)),
        (Bucket(0.0, 100.0), 100.0, 0.0, TooFast(0.501, 4, 2.0)),  # two come a second
        (Bucket(0.5, 100.0), 100.0, 0.5, TooFast(0.251, 4, 1.75)),
        (Bucket(0.0, 100.0), 100.5, 0.0, Granted(4, 0, 2.0)),
        (Bucket(0.0, 100.0), 999.0, 3.0, Granted(4, 3, 0.5)),  # never more than the burst
        (Bucket(2.0, 100.0), 99.0, 1.0, Granted(4, 1, 1.5)),  # a clock that is behind takes nothing
    ],
)
def test_the_rule(bucket: Bucket | None, now: float, left: float, answer: Granted | TooFast) -> None:
    after, said = decide(bucket, RATE, now)
    assert said == answer
    assert after is not None
    assert after.tokens == left


def test_a_clock_that_is_behind_does_not_turn_the_bucket_s_clock_back() -> None:
    after, _ = decide(Bucket(2.0, 100.0), RATE, 99.0)
    assert after == Bucket(1.0, 100.0)


@settings(max_examples=40, deadline=None)
@given(
    per_second=st.integers(1, 64).map(lambda n: n / 8),
    burst=st.integers(1, 8),
    steps=st.lists(st.tuples(st.integers(-8, 64).map(lambda n: n / 8), st.integers(1, 3)), min_size=1, max_size=20),
)
def test_never_more_than_the_burst_and_what_has_come(
    per_second: float, burst: int, steps: list[tuple[float, int]]
) -> None:
    rate, bucket, now, begin, latest, taken = Rate(per_second, burst), None, 1000.0, 1000.0, 1000.0, 0
    for wait, cost in steps:
        now += wait
        latest = max(latest, now)
        bucket, answer = decide(bucket, rate, now, cost)
        if isinstance(answer, Granted):
            taken += cost
        elif cost <= burst:
            again, later = decide(bucket, rate, max(now, bucket.filled if bucket else now) + answer.retry_after, cost)
            assert isinstance(later, Granted)
            assert again is not None
    assert taken <= burst + (latest - begin) * per_second + burst  # the first request may come before `begin`'s clock


names = iter(range(10**9))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    per_second=st.integers(1, 64).map(lambda n: n / 8),
    burst=st.integers(1, 8),
    steps=st.lists(st.tuples(WHOLE, st.integers(1, 3)), min_size=1, max_size=12),
)
def test_the_statement_is_the_rule(
    planned: Database, per_second: float, burst: int, steps: list[tuple[float, int]]
) -> None:
    plan = Plan("p", requests_per_second=per_second, burst=burst)
    caller = Caller(f"acc_{next(names)}", "n", "1", "k", plan, frozenset(), {})
    bucket, now, rate = None, 1_000_000.0, Rate(per_second, burst)
    for wait, cost in steps:
        now += wait
        bucket, expected = decide(bucket, rate, now, cost)
        said = take(planned, caller, now, cost=cost)
        if cost <= burst:
            assert said == expected
        else:
            assert isinstance(said, TooFast)
            assert said.retry_after == float("inf")
