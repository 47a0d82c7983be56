"""The front desk: what every door of the API may ask of submissions, whatever its dialect.

It checks what the account may do, accepts in one transaction, reads only the account's own, and waits for ends.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from reelwarden.accounts import limits, lists
from reelwarden.accounts.caller import Caller
from reelwarden.accounts.options import may_call, may_fetch
from reelwarden.accounts.quota import OverQuota
from reelwarden.errors import UsageError
from reelwarden.ingest import url as urls
from reelwarden.jobs import findings, submissions
from reelwarden.jobs.engine import JobEngine
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.refusals import Full, Missing, TooBusy, UsedUp
from reelwarden.jobs.submissions import STREAM, URL, New, Submission, Terms
from reelwarden.settings import Settings
from reelwarden.store.blobs import Blobs
from reelwarden.store.database import Database
from reelwarden.store.tables.submissions import submissions as rows
from reelwarden.taxonomy import expand

if TYPE_CHECKING:
    from sqlalchemy import Connection

WAIT_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Accepted:
    """`fresh` False: the account had submitted this id before, and this is that submission."""

    id: str
    fresh: bool


@dataclass(frozen=True, eq=False)
class Desk:
    """One a process. Safe to share between threads; every call blocks for a moment of database."""

    settings: Settings
    database: Database
    blobs: Blobs
    engine: JobEngine

    def submit(self, caller: Caller, new: New, operations: int = 0) -> Accepted:
        """Accepts a submission durably. `operations` are reserved of the month's quota.

        Raises UsageError, EgressRefused for an address we do not talk to, TooBusy, UsedUp, Full.
        """
        self._check(caller, new)
        now = time.time()
        terms = self._terms(caller)
        try:
            with self.database.begin() as connection:
                if there := self._earlier(connection, new):
                    return Accepted(there, False)
                self._start(connection, caller, new, operations, now)
                return Accepted(submissions.accept(connection, self.engine, new, terms, now), True)
        except sa.exc.IntegrityError:
            # Two requests with one id at one moment: the other was first.
            with self.database.read() as connection:
                there = self._earlier(connection, new)
            if there is None:
                raise
            return Accepted(there, False)

    def read(self, caller: Caller, id: str) -> Submission:
        """The account's submission. Raises Missing."""
        with self.database.read() as connection:
            found = submissions.read(connection, id, caller.account)
        if found is None:
            raise Missing("there is no such submission", "it may have expired")
        return found

    def find(self, caller: Caller, dialect: str, external_id: str) -> Submission:
        """The account's submission with that id of its own. Raises Missing."""
        with self.database.read() as connection:
            id = submissions.find(connection, caller.account, dialect, external_id)
            found = submissions.read(connection, id, caller.account) if id else None
        if found is None:
            raise Missing("there is no such submission", "it may have expired")
        return found

    def findings(self, submission: Submission) -> Findings | None:
        """What was found, where it has ended with anything found."""
        with self.database.read() as connection:
            packed = submissions.result_of(connection, submission.id)
        return findings.unpack(packed) if packed else None

    def stop(self, caller: Caller, id: str) -> Submission:
        """Asks for its end; what was found until then stays. Nothing happens to one that has ended. Raises Missing."""
        with self.database.begin() as connection:
            submissions.want_stop(connection, id, caller.account)
        return self.read(caller, id)

    def release(self, caller: Caller, id: str) -> None:
        """Its external id may be used again. Nothing happens to one that is still looked at."""
        with self.database.begin() as connection:
            submissions.release(connection, id, caller.account)

    def delete(self, caller: Caller, id: str) -> None:
        """Deletes it and all that belongs to it; an open one is stopped first by losing its row. Raises Missing."""
        from reelwarden.jobs import erasure

        self.read(caller, id)
        erasure.delete(self.database, self.blobs, self.engine, id)

    def wait(self, id: str, seconds: float) -> Submission | None:
        """The submission when it has ended, or as it is after so many seconds; None where it is gone."""
        end = time.monotonic() + seconds
        while True:
            with self.database.read() as connection:
                state = connection.execute(sa.select(rows.c.state).where(rows.c.id == id)).scalar_one_or_none()
                if state is None:
                    return None
                if state in submissions.ENDED or time.monotonic() >= end:
                    return submissions.read(connection, id)
            time.sleep(WAIT_STEP)

    def has_space(self) -> bool:
        """Whether the folder of media has room for more; S3 always has."""
        folder = self.blobs.folder
        return folder is None or shutil.disk_usage(folder).free >= self.settings.free_space

    def _check(self, caller: Caller, new: New) -> None:
        expand(new.asked)
        _ = new.options.sampling
        if new.source in (URL, STREAM):
            urls.parse(new.address, urls.LIVE if new.source == STREAM else urls.WEB)
            may_fetch(caller.settings, new.address)
        if new.options.callback:
            urls.parse(new.options.callback)
            may_call(caller.settings, new.options.callback)
        with self.database.read() as connection:
            for named in new.options.lists:
                lists.get(connection, caller.account, named)
        self.check_space()

    def check_space(self) -> None:
        """Raises Full: a full disk must not take what it cannot finish."""
        if not self.has_space():
            raise Full("the server has no space left for new submissions", "try again later")

    def _terms(self, caller: Caller) -> Terms:
        retention = caller.settings.get("retention")
        kept = self.settings.retention if retention is None else float(retention)
        return Terms(self.settings.submission_timeout, kept)

    def _earlier(self, connection: Connection, new: New) -> str | None:
        """The submission that the caller handed in before under the same id of its own."""
        if new.external_id is None:
            return None
        return submissions.find(connection, new.account, new.dialect, new.external_id)

    def _start(self, connection: Connection, caller: Caller, new: New, operations: int, now: float) -> None:
        answer = limits.start_submission(connection, caller, new.source, operations, now)
        if isinstance(answer, limits.TooMany):
            what = "streams" if answer.streams else "submissions"
            raise TooBusy(f"{answer.running} {what} are running, and the plan allows {answer.limit} at a time")
        if isinstance(answer, OverQuota):
            raise UsedUp(f"{answer.used} of the month's {answer.limit} operations are used")


def for_caller(caller: Caller, new: New) -> New:
    """The submission with what the account has said once for all of them."""
    said, options = caller.settings, new.options
    theirs = replace(
        options,
        callback=options.callback or str(said.get("callback_url") or ""),
        secret=options.secret or str(said.get("callback_secret") or ""),
        keep=options.keep and said.get("keep") is not False,
        most_bytes=caller.plan.most_bytes,
    )
    return replace(new, account=caller.account, key=caller.key, options=theirs)


def policy_text(database: Database, caller: Caller, named: str | None = None) -> str:
    """The policy file that judges: the named one, else the account's usual one; empty: the built-in one.

    Raises UsageError for a name that there is not.
    """
    from reelwarden.accounts import policies

    name = named or caller.settings.get("policy")
    if not name:
        return ""
    with database.read() as connection:
        return policies.get(connection, caller.account, str(name)).document


def check_label_names(asked: tuple[str, ...]) -> None:
    """Raises UsageError for what is no label."""
    if not asked:
        raise UsageError("nothing was asked for", "name labels or families of labels")
    expand(asked)
