"""What a dialect has to say to the caller's back end while a submission goes on and when it ends.

A dialect's body is its own; `app` hands this room a table {dialect: Announcer}. What an announcer returns becomes
owed in the transaction that makes the news true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reelwarden.domain import Moment
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.submissions import Submission

RUNNING, MOMENTS, FINISHED, STOPPED, FAILED = "running", "moments", "finished", "stopped", "failed"
LOOKED = "looked"
"""So much more was looked at: the findings are those of this piece alone. Only for announcers that `want_pieces`."""


@dataclass(frozen=True, slots=True)
class News:
    """What happened to a submission. `moments` are the new ones; `findings` all that is known so far, None where
    nothing is. For `failed`, the submission's `error` says why.
    """

    kind: str
    submission: Submission
    findings: Findings | None = None
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True)
class Callback:
    """One callback that is owed. `sequence`: those of one sequence are delivered one after the other."""

    event: str
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    sequence: str | None = None


class Announcer(Protocol):
    def announce(self, news: News) -> Sequence[Callback]:
        """The callbacks that this news owes; none for most. Pure: it only renders."""


Announcers = Mapping[str, Announcer]


def wants_pieces(announcers: Announcers, dialect: str) -> bool:
    """Whether the dialect's announcer wants to hear of every piece that was looked at."""
    return bool(getattr(announcers.get(dialect), "want_pieces", False))


def callbacks(announcers: Announcers, news: News) -> Sequence[Callback]:
    announcer = announcers.get(news.submission.dialect)
    return announcer.announce(news) if announcer else ()
