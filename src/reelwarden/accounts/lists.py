"""Text lists of accounts: kept as rows, compiled when they are used, and again only when they have changed.

Every call names the account: a list of another is not there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from reelwarden.accounts.memory import Memory
from reelwarden.accounts.statements import upsert
from reelwarden.accounts.wording import is_keepable, keepable
from reelwarden.errors import NoSuch, UsageError
from reelwarden.store import tables
from reelwarden.store.database import Database, handfuls, new_id
from reelwarden.text.match import LANGUAGES

if TYPE_CHECKING:
    from reelwarden.text.lists import TextList

KINDS, MATCHES = ("disallow", "allow"), ("exact", "standard")
ALL = "all"
MOST_LETTERS, MOST_ENTRIES = 500, 100_000

_lists, _entries = tables.lists.text_lists, tables.lists.text_entries
_memory: Memory[Any] = Memory(256)


@dataclass(frozen=True, slots=True)
class StoredList:
    """A list without its entries. `vendor` is what only one dialect knows of it, by the dialect's name."""

    id: str
    account: str
    name: str
    kind: str
    vendor: Mapping[str, Any]
    revision: int
    created: float
    changed: float


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """`language` is an ISO 639-1 code or `all`; `category` is the account's own word. `id` is given out."""

    text: str
    match: str = "standard"
    language: str = ALL
    category: str = ""
    id: str = ""
    created: float = 0.0


def create(
    connection: sa.Connection,
    account: str,
    name: str,
    kind: str = "disallow",
    entries: Sequence[StoredEntry] = (),
    vendor: Mapping[str, Any] | None = None,
    now: float | None = None,
) -> StoredList:
    """A new list. Raises UsageError where the name is taken or anything is wrong."""
    now = time.time() if now is None else now
    made = StoredList(new_id("lst"), account, _name(name), _kind(kind), dict(vendor or {}), 1, now, now)
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(_lists).values({name: getattr(made, name) for name in made.__slots__}))
    except IntegrityError as error:
        raise UsageError(f"there is a text list of the name {name} already") from error
    _insert(connection, made.id, entries, now)
    return made


def get(connection: sa.Connection, account: str, named: str) -> StoredList:
    """The account's list of this id or name. Raises UsageError where there is none."""
    query = sa.select(_lists).where(_lists.c.account == account, sa.or_(_lists.c.id == named, _lists.c.name == named))
    row = connection.execute(query).first() if is_keepable(named) else None
    if row is None:
        raise NoSuch(f"no such text list: {named}")
    return StoredList(**row._mapping)


def every(connection: sa.Connection, account: str) -> list[StoredList]:
    """All lists of the account, the oldest first."""
    query = sa.select(_lists).where(_lists.c.account == account).order_by("created", "id")
    return [StoredList(**row._mapping) for row in connection.execute(query)]


def entries(
    connection: sa.Connection, account: str, named: str, after: str = "", most: int = MOST_ENTRIES
) -> list[StoredEntry]:
    """The entries in the order they came; those behind the entry `after`, at most so many."""
    found = get(connection, account, named)
    query = sa.select(*(column for column in _entries.columns if column.name != "list"))
    query = query.where(_entries.c.list == found.id).order_by("id").limit(most)
    if after:
        query = query.where(_entries.c.id > after)
    return [StoredEntry(**row._mapping) for row in connection.execute(query)]


def size(connection: sa.Connection, account: str, named: str) -> int:
    """How many entries there are."""
    found = get(connection, account, named)
    query = sa.select(sa.func.count()).select_from(_entries).where(_entries.c.list == found.id)
    return connection.execute(query).scalar_one()


def change(
    connection: sa.Connection,
    account: str,
    named: str,
    *,
    name: str | None = None,
    kind: str | None = None,
    vendor: Mapping[str, Any] | None = None,
    now: float | None = None,
) -> StoredList:
    """Another name, kind or vendor part; what is not given stays. Raises UsageError where the name is taken."""
    said = {"name": _name(name) if name else None, "kind": _kind(kind) if kind else None, "vendor": vendor}
    try:
        with connection.begin_nested():
            return _touch(connection, account, named, now, **{k: v for k, v in said.items() if v is not None})
    except IntegrityError as error:
        raise UsageError(f"there is a text list of the name {name} already") from error


def replace(
    connection: sa.Connection, account: str, named: str, entries: Sequence[StoredEntry], now: float | None = None
) -> StoredList:
    """The list has these entries and no other."""
    touched = _touch(connection, account, named, now)
    connection.execute(sa.delete(_entries).where(_entries.c.list == touched.id))
    _insert(connection, touched.id, entries, touched.changed)
    return touched


def add(
    connection: sa.Connection, account: str, named: str, entries: Sequence[StoredEntry], now: float | None = None
) -> StoredList:
    """The list has these entries too; one that is there already takes the new category."""
    touched = _touch(connection, account, named, now)
    _insert(connection, touched.id, entries, touched.changed)
    return touched


def remove(
    connection: sa.Connection,
    account: str,
    named: str,
    *,
    texts: Sequence[str] = (),
    ids: Sequence[str] = (),
    now: float | None = None,
) -> int:
    """Takes out the entries with these texts or ids, and returns how many there were."""
    touched = _touch(connection, account, named, now)
    gone = 0
    for column, wanted in ((_entries.c.text, [text.strip() for text in texts]), (_entries.c.id, list(ids))):
        sound = [one for one in wanted if is_keepable(one)]
        for some in handfuls(sound):
            meant = sa.and_(_entries.c.list == touched.id, column.in_(some))
            gone += connection.execute(sa.delete(_entries).where(meant)).rowcount
    return gone


def delete(connection: sa.Connection, account: str, named: str) -> None:
    """The list and its entries. Raises UsageError where there is none."""
    found = get(connection, account, named)
    connection.execute(sa.delete(_lists).where(_lists.c.id == found.id))


def compiled(database: Database, account: str, named: Sequence[str] | None = None) -> tuple[TextList, ...]:
    """The account's lists (those named, or all) as the text engine takes them. Raises UsageError for an unknown one."""
    with database.read() as connection:
        # Revisions before entries: a change in between is compiled under the older number, and then again.
        lists = every(connection, account) if named is None else [get(connection, account, name) for name in named]
        return tuple(_compile(connection, one) for one in lists)


def _compile(connection: sa.Connection, stored: StoredList) -> TextList:
    from reelwarden.text.lists import ListEntry, TextList

    def make() -> TextList:
        rows = entries(connection, stored.account, stored.id)
        read = [ListEntry(row.text, row.language, row.match, row.category or None) for row in rows]  # type: ignore[arg-type]
        return TextList(read, stored.kind, stored.name)  # type: ignore[arg-type]

    made: TextList = _memory.get(stored.id, stored.revision, make)
    return made


def _touch(connection: sa.Connection, account: str, named: str, now: float | None, **values: Any) -> StoredList:
    """Counts the change first, which also makes other changes of the list wait for this one."""
    found = get(connection, account, named)
    values |= {"revision": _lists.c.revision + 1, "changed": time.time() if now is None else now}
    update = sa.update(_lists).where(_lists.c.id == found.id).values(values).returning(*_lists.columns)
    return StoredList(**connection.execute(update).one()._mapping)


def _insert(connection: sa.Connection, owner: str, entries: Sequence[StoredEntry], now: float) -> None:
    # The same entry twice in one statement would be refused: the last one is meant.
    unique = {(entry.text.strip(), entry.match, entry.language): entry for entry in entries}
    ids = sorted(new_id("ent") for _ in unique)
    rows = [_row(id_, owner, entry, now) for id_, entry in zip(ids, unique.values(), strict=True)]
    if not rows:
        return
    insert = upsert(connection, _entries)
    keys, newer = ["list", "text", "match", "language"], {"category": insert.excluded.category}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=newer), rows)
    _check_size(connection, owner)


def _check_size(connection: sa.Connection, owner: str) -> None:
    query = sa.select(sa.func.count()).select_from(_entries).where(_entries.c.list == owner)
    if connection.execute(query).scalar_one() > MOST_ENTRIES:
        raise UsageError(f"a text list has at most {MOST_ENTRIES} entries")


def _row(id_: str, owner: str, entry: StoredEntry, now: float) -> dict[str, Any]:
    if entry.match not in MATCHES:
        raise UsageError(f"no such match: {entry.match}", f"there are {' and '.join(MATCHES)}")
    if entry.language not in (ALL, *LANGUAGES):
        raise UsageError(f"no such language: {entry.language}", f"there are {ALL}, {', '.join(LANGUAGES)}")
    if len(entry.category) > 40 or not is_keepable(entry.category):
        raise UsageError("an entry's category has at most 40 letters")
    text = keepable(entry.text, MOST_LETTERS, "an entry's text")
    same = {"match": entry.match, "language": entry.language, "category": entry.category}
    return {"id": id_, "list": owner, "text": text, **same, "created": now}


def _name(name: str) -> str:
    return keepable(name, 200, "a text list's name")


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise UsageError(f"no such kind of text list: {kind}", f"there are {' and '.join(KINDS)}")
    return kind
