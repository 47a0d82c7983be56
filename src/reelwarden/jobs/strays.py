"""Bytes that belong to nothing: of an upload whose server was killed, of a submission that was deleted meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from reelwarden.jobs.uploading import submission_of
from reelwarden.store.blobs import Blobs
from reelwarden.store.database import Database, handfuls, time_of
from reelwarden.store.tables.submissions import submissions, uploads

PREFIXES = ("media", "uploads")
YOUNG = 86400.0
"""Seconds for which bytes may be on their way to a submission that is not there yet: slow senders take hours."""


def sweep(database: Database, blobs: Blobs, now: float) -> int:
    """Deletes them. Says of how many submissions and uploads there were any, and how many files were half written."""
    gone = blobs.drop_unfinished(now - YOUNG)
    for prefix in PREFIXES:
        old = [id for id in owners(blobs, prefix) if (made := time_of(id)) is None or made < now - YOUNG]
        for some in handfuls(old):
            for id in sorted(set(some) - _known(database, some)):
                blobs.delete_all(f"{prefix}/{id}")
                gone += 1
    return gone


def owners(blobs: Blobs, prefix: str) -> Iterator[str]:
    """The submissions or uploads that bytes are there for, each once."""
    seen = ""
    for key in blobs.keys(prefix):
        owner = key.split("/")[1] if key.count("/") else ""
        if owner and owner != seen:
            seen = owner
            yield owner


def _known(database: Database, ids: Sequence[str]) -> set[str]:
    with database.read() as connection:
        mine = connection.execute(sa.select(submissions.c.id).where(submissions.c.id.in_(ids))).scalars().all()
        open_ = connection.execute(sa.select(uploads.c.id)).scalars().all()
    return {*mine, *open_, *(submission_of(upload) for upload in open_)}
