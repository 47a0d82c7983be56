"""The token bucket as a pure rule: `rate` tokens come every second, up to `burst`; a request takes what it costs."""

from __future__ import annotations

from dataclasses import dataclass

MARGIN = 0.001
"""Seconds beyond the exact moment, lest who comes back on time is refused by a rounding."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests a second over time, and how many at once after a pause."""

    per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class Granted:
    """`limit` and `remaining` are whole requests, None without a limit; in `reset` seconds the bucket is full."""

    limit: int | None = None
    remaining: int | None = None
    reset: float = 0.0


@dataclass(frozen=True, slots=True)
class TooFast:
    """Come back after `retry_after` seconds; in `reset` seconds the bucket is full."""

    retry_after: float
    limit: int
    reset: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was left at the time `filled`, in seconds since 1970."""

    tokens: float
    filled: float


def level(bucket: Bucket | None, rate: Rate, now: float) -> float:
    """The tokens there now. A clock that is behind the one that last wrote takes nothing away."""
    if bucket is None:
        return rate.burst
    return min(rate.burst, bucket.tokens + max(now - bucket.filled, 0.0) * rate.per_second)


def decide(bucket: Bucket | None, rate: Rate, now: float, cost: float = 1.0) -> tuple[Bucket | None, Granted | TooFast]:
    """The bucket afterwards, which a refused request leaves as it was, and the answer."""
    there = level(bucket, rate, now)
    if there < cost:
        return bucket, refused(there, rate, cost)
    left = Bucket(there - cost, max(now, bucket.filled) if bucket else now)
    return left, granted(left.tokens, rate)


def granted(left: float, rate: Rate) -> Granted:
    return Granted(int(rate.burst), int(left), (rate.burst - left) / rate.per_second)


def refused(there: float, rate: Rate, cost: float) -> TooFast:
    return TooFast((cost - there) / rate.per_second + MARGIN, int(rate.burst), (rate.burst - there) / rate.per_second)
