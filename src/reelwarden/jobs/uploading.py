"""Uploads that come in parts: resumed where they were broken off, and in the end a submission's media.

Each part is a blob of its own, and counts from the moment that its row says so. The whole becomes the media of the
submission whose id is the upload's own, so that taking the same upload twice is the same submission.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from reelwarden.errors import ReelwardenError
from reelwarden.jobs.refusals import Missing
from reelwarden.jobs.source import blob_key
from reelwarden.store.blobs import Blobs
from reelwarden.store.database import Database, new_id
from reelwarden.store.tables.submissions import uploads

MARK = "upl_"
OPEN_FOR = 86400.0
"""Seconds after the last part for which an upload waits for the next, or for its submission."""
HELD_FOR = 10.0
"""Seconds without a sign after which whoever writes to an upload has lost it."""
PART = 64 << 20
"""Bytes of a part: what a killed server loses at most."""


class Held(ReelwardenError):
    """Somebody else is writing to this upload."""

    code = "locked"


class WrongOffset(ReelwardenError):
    """The part does not begin where the last one ended."""

    code = "conflict"


class Unfinished(ReelwardenError):
    """Not all of its bytes have come."""

    code = "conflict"


@dataclass(frozen=True, slots=True)
class Upload:
    """`length` bytes are to come, `offset` have. `facts` is what the caller said of it. Times in seconds since 1970."""

    id: str
    account: str
    name: str
    length: int
    offset: int
    parts: tuple[str, ...]
    facts: Mapping[str, Any] = field(repr=False)
    created: float
    expires: float

    @property
    def whole(self) -> bool:
        return self.offset == self.length

    @property
    def submission(self) -> str:
        return submission_of(self.id)


def submission_of(upload: str) -> str:
    """The id of the submission that the upload becomes."""
    return f"sub_{upload.removeprefix(MARK)}"


def create(database: Database, account: str, key: str, name: str, length: int, facts: Mapping[str, Any]) -> Upload:
    """A new upload without a byte."""
    now = time.time()
    row: dict[str, Any] = {"id": new_id("upl"), "account": account, "key": key, "name": name[:300], "length": length}
    row |= {"offset": 0, "parts": [], "facts": dict(facts), "created": now, "expires": now + OPEN_FOR}
    with database.begin() as connection:
        return _of(connection.execute(uploads.insert().values(row).returning(*uploads.c)).one())


def read(database: Database, account: str, id: str) -> Upload:
    """The account's upload. Raises Missing, for one whose time is over too."""
    with database.read() as connection:
        return _of(_row(connection, account, id))


def hold(database: Database, account: str, id: str, offset: int) -> tuple[Upload, str]:
    """The upload, and a token by which to write to it from `offset` on. Raises Missing, Held, WrongOffset."""
    token, now = secrets.token_hex(8), time.time()
    with database.begin() as connection:
        row = _row(connection, account, id, lock=True)
        if row.facts.get("holder") and now - row.facts.get("held", 0.0) < HELD_FOR:
            raise Held("another request is writing to this upload", "ask for its offset a little later")
        if row.offset != offset:
            raise WrongOffset(f"{row.offset} bytes have come, not {offset}", "ask for its offset first")
        _say(connection, id, facts=dict(row.facts) | {"holder": token, "held": now})
    return _of(row), token


def hold_on(database: Database, upload: Upload, token: str) -> None:
    """Still there. Raises Held where it was too late."""
    with database.begin() as connection:
        facts = _held(connection, upload, token).facts
        _say(connection, upload.id, facts=dict(facts) | {"held": time.time()})


def keep(database: Database, upload: Upload, token: str, part: str, size: int) -> Upload:
    """So many more bytes are there, under the key `part`. Raises Held, Missing."""
    now = time.time()
    with database.begin() as connection:
        row = _held(connection, upload, token)
        said: dict[str, Any] = {"offset": row.offset + size, "parts": [*row.parts, part], "expires": now + OPEN_FOR}
        _say(connection, upload.id, **said, facts=dict(row.facts) | {"held": now})
        return _of(_row(connection, upload.account, upload.id))


def let_go(database: Database, upload: Upload, token: str) -> None:
    """Others may write to it."""
    with database.begin() as connection:
        row = connection.execute(sa.select(uploads).where(uploads.c.id == upload.id).with_for_update()).one_or_none()
        if row is not None and row.facts.get("holder") == token:
            _say(connection, upload.id, facts={k: v for k, v in row.facts.items() if k not in ("holder", "held")})


def join(database: Database, blobs: Blobs, upload: Upload) -> None:
    """Makes one media of a whole upload's parts; by its holder only. May be done again."""
    if not _there(blobs, upload):
        whole = blob_key(upload.submission)
        blobs.join(whole, upload.parts) if upload.parts else blobs.put(whole, b"")
    with database.begin() as connection:
        _say(connection, upload.id, parts=[])


def media(database: Database, blobs: Blobs, account: str, id: str) -> Upload:
    """The upload, whole and one. Raises Missing, Unfinished."""
    found = read(database, account, id)
    if not found.whole:
        raise Unfinished(f"{found.offset} of {found.length} bytes of this upload have come", "send the rest first")
    if found.parts or not _there(blobs, found):
        # Whoever took the last byte was killed before it had made one of the parts.
        held, token = hold(database, account, id, found.offset)
        join(database, blobs, held)
        let_go(database, held, token)
    return found


def forget(database: Database, id: str) -> None:
    """It has become a submission."""
    with database.begin() as connection:
        connection.execute(uploads.delete().where(uploads.c.id == id))


def end(database: Database, blobs: Blobs, account: str, id: str) -> None:
    """Nothing of it stays, as long as no submission was made of it. Raises Missing."""
    found = read(database, account, id)
    forget(database, id)
    blobs.delete_all(f"uploads/{id}")
    blobs.delete_all(f"media/{found.submission}")


def part_key(upload: Upload, token: str) -> str:
    """Where the next part lies."""
    return f"uploads/{upload.id}/{upload.offset:015d}-{token}"


def _there(blobs: Blobs, upload: Upload) -> bool:
    try:
        return blobs.size(blob_key(upload.submission)) == upload.length
    except FileNotFoundError:
        return False


def _row(connection: sa.Connection, account: str, id: str, lock: bool = False) -> sa.Row[Any]:
    mine = sa.and_(uploads.c.id == id, uploads.c.account == account, uploads.c.expires > time.time())
    query = sa.select(uploads).where(mine)
    sound = id.startswith(MARK) and id.isascii() and id.isprintable()
    row = connection.execute(query.with_for_update() if lock else query).one_or_none() if sound else None
    if row is None:
        raise Missing("there is no such upload", "its time may be over")
    return row


def _held(connection: sa.Connection, upload: Upload, token: str) -> sa.Row[Any]:
    row = _row(connection, upload.account, upload.id, lock=True)
    if row.facts.get("holder") != token:
        raise Held("another request writes to this upload by now", "ask for its offset")
    return row


def _say(connection: sa.Connection, id: str, **values: Any) -> None:
    connection.execute(uploads.update().where(uploads.c.id == id).values(values))


def _of(row: sa.Row[Any]) -> Upload:
    said = row._mapping
    names = ("id", "account", "name", "length", "offset", "facts", "created", "expires")
    return Upload(**{name: said[name] for name in names}, parts=tuple(said["parts"]))
