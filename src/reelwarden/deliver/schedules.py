"""When a callback counts as received, and when it is tried again: one schedule a dialect. Pure.

docs/reference/callbacks.md says the same to those who receive them, and which parts no vendor has published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from reelwarden.errors import UsageError

ANY_2XX = range(200, 300)
ONLY_200 = range(200, 201)
GONE = 410
HOUR = 3600.0
LONGEST_ASKED = 24 * HOUR

# Standard Webhooks 1.0, the schedule of its example: ten attempts in 75 hours.
STANDARD_WAITS = (5.0, 300.0, 1800.0, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`waits` are the seconds between the end of an attempt and the next one; `limit` those that one may take.

    `received` are the statuses that count as arrived. `jitter` is the share by which a wait may grow by chance.
    `heeds` says whether the receiver's own words count: 410 ends it, Retry-After makes a wait longer.
    """

    waits: tuple[float, ...]
    limit: float
    received: range = ANY_2XX
    jitter: float = 0.0
    heeds: bool = False

    @property
    def attempts(self) -> int:
        return len(self.waits) + 1


SCHEDULES: Mapping[str, Schedule] = {
    "native": Schedule(STANDARD_WAITS, limit=15.0, jitter=0.1, heeds=True),
    "sightengine": Schedule(STANDARD_WAITS, limit=15.0, jitter=0.1),
    "deepengin": Schedule(STANDARD_WAITS, limit=15.0, jitter=0.1),
    # Exact, as published: 1,505 s between the first attempt and the last.
    "deepcleer": Schedule(
        (5.0, *(10.0 * n for n in range(1, 12)), *(120.0,) * 7),
        limit=5.0,
        received=ONLY_200,
    ),
    "deepcleer.stream": Schedule(tuple(5.0 * n for n in range(1, 13)), limit=5.0, received=ONLY_200),
    # Five attempts within 5 s each are published, "exponential" is all that is said of the waits.
    "moderationapi": Schedule((5.0, 30.0, 180.0, 1080.0), limit=5.0, jitter=0.1),
}


def schedule_of(dialect: str) -> Schedule:
    """The schedule of that name. Raises UsageError."""
    try:
        return SCHEDULES[dialect]
    except KeyError:
        raise UsageError(
            f"no schedule of callbacks is named {dialect!r}", f"there are {', '.join(SCHEDULES)}"
        ) from None


def has_arrived(schedule: Schedule, status: int | None) -> bool:
    """No published contract looks at the answer's body. `None`: no whole answer came."""
    return status is not None and status in schedule.received


def next_wait(
    schedule: Schedule,
    attempt: int,
    status: int | None,
    retry_after: float | None = None,
    *,
    chance: float = 0.0,
    pace: float = 1.0,
) -> float | None:
    """Seconds until the next attempt after the failed one numbered `attempt` (from 1); None gives it up.

    `chance` in [0, 1) places the wait within its jitter. `pace` is a factor on all waits, for tests.
    """
    if attempt > len(schedule.waits) or (schedule.heeds and status == GONE):
        return None
    wait = schedule.waits[attempt - 1] * (1 + schedule.jitter * chance)
    if schedule.heeds and retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_ASKED))
    return wait * pace


def asked_wait(retry_after: str | None, now: float) -> float | None:
    """The seconds that a Retry-After header asks for: a number, or a date. None where it says nothing."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - now)
