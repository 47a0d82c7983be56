"""Judges contents whose media were looked at while nobody waited any more. One a worker, which calls it all the time.

What says that a content is to be judged is its row, so that nothing is forgotten, whoever dies: the caller's request,
the server that took it, or a worker.
"""

from __future__ import annotations

import time
from collections import Counter

import structlog
from sqlalchemy.exc import DBAPIError

from reelwarden.accounts import accounts
from reelwarden.api.door import House
from reelwarden.api.moderationapi.concluding import conclude
from reelwarden.api.moderationapi.settings import rejection
from reelwarden.errors import ReelwardenError
from reelwarden.jobs.submissions import ENDED
from reelwarden.review import contents
from reelwarden.review.contents import Content

log = structlog.get_logger()
HEAD_START = 2.0
"""Seconds that a caller who waits has to judge it themselves, and to answer with it."""
TRIES = 3


class Judge:
    """`look` once in a while, from one thread."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._tries: Counter[str] = Counter()

    def look(self) -> None:
        """Judges all that are ripe. One that cannot be judged has failed after a few times."""
        database = self._house.desk.database
        with database.read() as connection:
            ripe = contents.ripe(connection, ENDED, time.time() - HEAD_START)
        self._tries = Counter({one.id: self._tries[one.id] for one in ripe})
        for content in ripe:
            try:
                self._judge(content)
            except DBAPIError:
                raise
            except Exception as error:
                self._failed(content, error)

    def _judge(self, content: Content) -> None:
        with self._house.desk.database.read() as connection:
            settings = accounts.settings_of(connection, content.account)
        conclude(self._house, content, rejection(settings))

    def _failed(self, content: Content, error: Exception) -> None:
        self._tries[content.id] += 1
        expected = isinstance(error, ReelwardenError)
        said = str(error) if expected else type(error).__name__
        log.warning("moderationapi.content_failed", content=content.id, error=said, exc_info=not expected)
        if self._tries[content.id] >= TRIES:
            with self._house.desk.database.begin() as connection:
                contents.close(connection, content, None, request={})
