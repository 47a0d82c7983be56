"""How far an author is trusted, from what is known of their contents. Pure.

-1 untrusted: too many flagged lately; 0 new; 1 to 3 with time and clean contents; 4 trusted, which only people say.
"""

from __future__ import annotations

from dataclasses import dataclass

UNTRUSTED, NEW, TRUSTED = -1, 0, 4
DAY = 86400.0
WINDOW = 30 * DAY
"""Seconds that count as lately."""
MOST_FLAGGED = 0.05
LADDER = ((3, 90 * DAY, 100), (2, 30 * DAY, 25), (1, 7 * DAY, 5))
"""(level, seconds since the first content, clean contents), the highest first."""


@dataclass(frozen=True, slots=True)
class Record:
    """What an author did: `age` seconds since the first content, contents in all, and those within the window."""

    age: float
    contents: int
    flagged: int
    lately: int
    flagged_lately: int

    @property
    def share(self) -> float:
        return self.flagged_lately / self.lately if self.lately else 0.0


def level(record: Record) -> int:
    """-1..3."""
    if record.share > MOST_FLAGGED:
        return UNTRUSTED
    clean = record.contents - record.flagged
    return next((n for n, age, contents in LADDER if record.age >= age and clean >= contents), NEW)
