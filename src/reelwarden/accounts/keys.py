"""Keys: shown once, known again by their hash, and forgotten within seconds once they are revoked."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from reelwarden.accounts import plans
from reelwarden.accounts.caller import OWN_SCOPES, Caller, known_scopes
from reelwarden.accounts.wording import is_keepable, keepable
from reelwarden.errors import NoSuch, UsageError
from reelwarden.store import tables
from reelwarden.store.database import Database, is_passing, new_id

MARK = "rw_"
SHOWN = 10
"""Letters of a key that are kept in the clear, to know it again; 41 stay secret."""
MEMORY = 2.0
"""Seconds that a key is believed without looking: so long does one live that another process revoked."""
MOST_REMEMBERED = 4096
LAST_USED_STEP = 60.0

_keys, _accounts, _plans = tables.accounts.keys, tables.accounts.accounts, tables.accounts.plans


@dataclass(frozen=True, slots=True)
class Key:
    """What may be shown of a key. Times are seconds since 1970; `revoked` may be to come."""

    id: str
    account: str
    name: str
    prefix: str
    scopes: frozenset[str]
    created: float
    last_used: float | None
    revoked: float | None

    def opens(self, now: float) -> bool:
        return self.revoked is None or self.revoked > now


def create(
    connection: sa.Connection, account: str, name: str, scopes: Collection[str] = OWN_SCOPES, now: float | None = None
) -> tuple[str, str]:
    """A new key's id, and the key itself, which nothing can show again. Raises UsageError for an unknown scope."""
    secret = MARK + secrets.token_urlsafe(32)
    row = {
        "id": new_id("key"),
        "account": account,
        "name": keepable(name, 200, "a key's name"),
        "prefix": secret[:SHOWN],
        "hash": hash_of(secret),
        "scopes": sorted(known_scopes(scopes)),
        "created": time.time() if now is None else now,
    }
    connection.execute(sa.insert(_keys).values(row))
    return str(row["id"]), secret


def authenticate(database: Database, secret: str, now: float | None = None) -> Caller | None:
    """Who has this key; None where nobody has, or no longer. One look at the database, or none."""
    if not 20 <= len(secret) <= 200:
        return None
    now = time.time() if now is None else now
    hashed, memory = hash_of(secret), _memory(database)
    if remembered := memory.get(hashed, now):
        return remembered
    with database.read() as connection:
        row = connection.execute(_WHO, {"hash": hashed, "now": now}).one_or_none()
    if row is None:
        return None
    caller = _caller(row._asdict())
    memory.put(hashed, caller, now)
    _note_use(database, row._mapping, now)
    return caller


def authenticate_pair(database: Database, user: str, secret: str, now: float | None = None) -> Caller | None:
    """As `authenticate`, for dialects that also send a user: the account's number, id or name."""
    caller = authenticate(database, secret, now)
    if caller is None:
        return None
    return caller if user in (caller.number, caller.account, caller.account_name) else None


def revoke(connection: sa.Connection, account: str, key: str, at: float | None = None) -> None:
    """The key opens nothing from `at` on (now, when not given). Raises UsageError where the account has no such key.

    Revoking again may only make it earlier.
    """
    at = time.time() if at is None else at
    earlier = sa.case((_keys.c.revoked < at, _keys.c.revoked), else_=at)
    find(connection, account, key)
    connection.execute(sa.update(_keys).where(_keys.c.id == key).values(revoked=earlier))
    forget(key)


def rotate(
    connection: sa.Connection, account: str, key: str, grace: float = 0.0, now: float | None = None
) -> tuple[str, str]:
    """A new key of the same name and scopes; the old one works for `grace` seconds more. Returns as `create`."""
    now = time.time() if now is None else now
    old = find(connection, account, key)
    if not old.opens(now):
        raise UsageError(f"the key {key} has been revoked already", "make a new one")
    revoke(connection, account, key, now + grace)
    return create(connection, account, old.name, old.scopes, now)


def find(connection: sa.Connection, account: str, key: str) -> Key:
    """Raises UsageError where the account has no such key."""
    query = _SHOWN.where(_keys.c.account == account, _keys.c.id == key)
    row = connection.execute(query).one_or_none() if is_keepable(key) else None
    if row is None:
        raise NoSuch(f"no such key: {key}")
    return _key(row)


def list_keys(connection: sa.Connection, account: str) -> list[Key]:
    """All keys that the account ever had, the oldest first."""
    return [_key(row) for row in connection.execute(_SHOWN.where(_keys.c.account == account).order_by("created", "id"))]


def hash_of(secret: str) -> str:
    """A key is 256 random bits: nobody can guess, so nothing slow is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def forget(key: str | None = None, account: str | None = None) -> None:
    """This process looks again before it believes the key, the keys of the account, or (neither given) any key."""
    with _lock:
        memories = list(_memories.values())
    for memory in memories:
        memory.forget(key, account)


class _Memory:
    """Callers by the hash of their key. Only keys that open something are kept, so strangers cannot fill it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Caller]] = {}
        self._lock = threading.Lock()

    def get(self, hashed: str, now: float) -> Caller | None:
        since, caller = self._known.get(hashed, (0.0, None))
        return caller if 0 <= now - since < MEMORY else None

    def put(self, hashed: str, caller: Caller, now: float) -> None:
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[hashed] = (now, caller)

    def forget(self, key: str | None, account: str | None) -> None:
        with self._lock:
            gone = [
                hashed
                for hashed, (_, caller) in self._known.items()
                if (key is None or caller.key == key) and (account is None or caller.account == account)
            ]
            for hashed in gone:
                del self._known[hashed]


_memories: WeakKeyDictionary[Database, _Memory] = WeakKeyDictionary()
_lock = threading.Lock()


def _memory(database: Database) -> _Memory:
    with _lock:
        return _memories.setdefault(database, _Memory())


_SHOWN = sa.select(*(column for column in _keys.columns if column.name != "hash"))
_WHO = (
    sa.select(
        _keys.c.id.label("key"),
        _keys.c.scopes,
        _keys.c.last_used,
        _accounts.c.id.label("account"),
        _accounts.c.name.label("account_name"),
        _accounts.c.number,
        _accounts.c.settings,
        *(column.label(f"plan_{column.name}") for column in _plans.columns),
    )
    .select_from(_keys.join(_accounts, _keys.c.account == _accounts.c.id).join(_plans))
    .where(
        _keys.c.hash == sa.bindparam("hash"),
        sa.or_(_keys.c.revoked.is_(None), _keys.c.revoked > sa.bindparam("now")),
        _accounts.c.closed.is_(None),
    )
)


def _caller(said: Any) -> Caller:
    same = {name: said[name] for name in ("account", "account_name", "number", "key", "settings")}
    return Caller(**same, plan=plans.from_row(said, "plan_"), scopes=frozenset(said["scopes"]))


def _key(row: sa.Row[Any]) -> Key:
    said = dict(row._mapping)
    return Key(**said | {"scopes": frozenset(said["scopes"])})


def _note_use(database: Database, said: Any, now: float) -> None:
    if said["last_used"] is not None and said["last_used"] > now - LAST_USED_STEP:
        return
    stale = sa.or_(_keys.c.last_used.is_(None), _keys.c.last_used <= now - LAST_USED_STEP)
    try:
        with database.begin() as connection:
            connection.execute(sa.update(_keys).where(_keys.c.id == said["key"], stale).values(last_used=now))
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        # A full disk must not keep those out who only read.
        if not is_passing(error):
            raise
