"""What every job of a worker works with: the stores, the ways out, and moderators whose models stay loaded."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reelwarden.jobs.announce import Announcers
from reelwarden.jobs.engine import JobEngine
from reelwarden.jobs.submissions import Submission
from reelwarden.media.limits import Limits
from reelwarden.models.store import ModelStore
from reelwarden.moderate import Moderator
from reelwarden.settings import Settings
from reelwarden.store.blobs import Blobs
from reelwarden.store.database import Database
from reelwarden.text.moderation import TextOptions
from reelwarden.words import SOURCES

if TYPE_CHECKING:
    from reelwarden.text.lists import TextList

IDLE_MODERATORS = 8
"""Moderators kept for the next submission that asks the same; models are shared, so one costs little."""

Lists = Callable[[str, tuple[str, ...]], "tuple[TextList, ...]"]
"""(account, ids of text lists) → the lists, ready for the text engine."""


def no_lists(account: str, ids: tuple[str, ...]) -> tuple[TextList, ...]:
    return ()


class Moderators:
    """Lends moderators; each is used by one thread at a time and comes back for the next submission."""

    def __init__(self, store: ModelStore, lists: Lists = no_lists) -> None:
        self.store = store
        self._lists = lists
        self._idle: OrderedDict[object, list[Moderator]] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def lent(self, submission: Submission, live: bool = False) -> Iterator[Moderator]:
        """A moderator for what the submission asks. Raises UsageError for labels or languages that there are not."""
        options = self._text_options(submission)
        sources = frozenset(f"text.{place}" for place in submission.options.words) or SOURCES
        key = (frozenset(submission.asked), options, live, sources)
        with self._lock:
            waiting = self._idle.get(key)
            moderator = waiting.pop() if waiting else None
        moderator = moderator or Moderator(self.store, submission.asked, options, live=live, sources=sources)
        moderator.reset()
        yield moderator
        with self._lock:
            self._idle.setdefault(key, []).append(moderator)
            self._idle.move_to_end(key)
            while len(self._idle) > IDLE_MODERATORS:
                self._idle.popitem(last=False)

    def _text_options(self, submission: Submission) -> TextOptions:
        options, usual = submission.options, TextOptions()
        return TextOptions(
            languages=options.languages or usual.languages,
            countries=options.countries or usual.countries,
            lists=self._lists(submission.account, options.lists) if options.lists else (),
            semantic=options.semantic,
        )


@dataclass(frozen=True, eq=False)
class Workbench:
    """One a worker, shared by its threads."""

    settings: Settings
    database: Database
    blobs: Blobs
    engine: JobEngine
    moderators: Moderators
    announcers: Announcers
    worker: str
    limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", Limits.of(self.settings))
