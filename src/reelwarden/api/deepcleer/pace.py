"""The vendor's rule of pace: no more than the agreed requests in a second, nor 30 % of them within 10 milliseconds."""

from __future__ import annotations

from reelwarden.accounts import limits
from reelwarden.accounts.bucket import Rate, TooFast
from reelwarden.accounts.caller import Caller
from reelwarden.jobs.refusals import TooQuick
from reelwarden.store.database import Database

SHARE, INSTANT = 0.3, 0.01


def rates(most: float) -> tuple[Rate, Rate]:
    """The two buckets of `most` requests a second: that of an instant, and that of a second.

    A bucket holds at least one request. Whoever keeps the vendor's rule never finds one empty.
    """
    burst = max(1.0, SHARE * most)
    return Rate(burst / INSTANT, burst), Rate(most, max(1.0, most))


def keep(database: Database, caller: Caller, what: str, now: float | None = None) -> None:
    """Takes one request of the account's pace for `what` (submit, query …). Raises TooQuick."""
    most = caller.plan.requests_per_second
    if most is None:
        return
    for name, rate in zip(("instant", "second"), rates(most), strict=True):
        granted = limits.take(database, caller, now, rate=rate, bucket=f"deepcleer.{what}.{name}")
        if isinstance(granted, TooFast):
            raise TooQuick("more requests a second than agreed", retry_after=granted.retry_after)
