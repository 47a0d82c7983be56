"""Authors: known from their first content on, trusted by what they did, blocked by people."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from reelwarden.accounts.statements import upsert
from reelwarden.accounts.wording import is_keepable
from reelwarden.review import trust
from reelwarden.review.missing import NotThere, TakenAlready
from reelwarden.review.page import Page, Turn
from reelwarden.store.database import new_id
from reelwarden.store.tables.review import authors as rows
from reelwarden.store.tables.review import contents

ENABLED, SUSPENDED, BLOCKED = "enabled", "suspended", "blocked"
SORTS = {
    "trust": sa.func.coalesce(rows.c.trust_by_hand, rows.c.trust),
    "flagged": rows.c.flagged,
    "contents": rows.c.contents,
    "first_seen": rows.c.first_seen,
    "last_seen": rows.c.last_seen,
    "share": rows.c.flagged * 1.0 / sa.func.nullif(rows.c.contents, 0),
}


@dataclass(frozen=True, slots=True)
class Author:
    """`external_id` is the caller's own id. `profile` holds name, email, company, picture, link and facts.

    Blocked until `blocked_until`; None with the state `blocked` is for good.
    """

    id: str
    account: str
    project: str
    external_id: str
    profile: Mapping[str, Any]
    state: str
    blocked_until: float | None
    blocked_why: str | None
    trust: int
    trust_by_hand: int | None
    contents: int
    flagged: int
    first_seen: float
    last_seen: float
    last_incident: float | None

    @property
    def level(self) -> int:
        return self.trust if self.trust_by_hand is None else self.trust_by_hand

    @property
    def by_hand(self) -> bool:
        return self.trust_by_hand is not None

    def status(self, now: float) -> str:
        """A suspension ends by itself."""
        over = self.state == SUSPENDED and self.blocked_until is not None and self.blocked_until <= now
        return ENABLED if over else self.state


def create(connection: sa.Connection, account: str, project: str, external_id: str, **said: Any) -> Author:
    """Raises TakenAlready."""
    row = _row(account, project, external_id, time.time()) | said
    try:
        with connection.begin_nested():
            connection.execute(rows.insert().values(row))
    except IntegrityError as error:
        raise TakenAlready(f"there is an author {external_id[:80]} already") from error
    return Author(**row)


def seen(connection: sa.Connection, account: str, project: str, external_id: str, now: float) -> Author:
    """The author of a content that came now; known from now on."""
    row = _row(account, project, external_id, now)
    insert = upsert(connection, rows).values(row)
    known = sa.case((rows.c.last_seen > now, rows.c.last_seen), else_=now)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["project", "external_id"], set_={"last_seen": known})
    )
    return find(connection, project, external_id)


def find(connection: sa.Connection, project: str, named: str) -> Author:
    """By our id or the caller's. Raises NotThere."""
    meant = sa.or_(rows.c.id == named, rows.c.external_id == named)
    query = sa.select(rows).where(rows.c.project == project, meant).order_by(sa.desc(rows.c.id == named))
    found = connection.execute(query).mappings().first() if is_keepable(named) else None
    if found is None:
        raise NotThere("author", named)
    return Author(**found)


def listing(
    connection: sa.Connection,
    project: str,
    turn: Turn,
    sort: str = "last_seen",
    falling: bool = True,
    first_seen_from: float | None = None,
    last_seen_from: float | None = None,
) -> Page:
    """`sort` is one of SORTS."""
    query = sa.select(rows).where(rows.c.project == project)
    if first_seen_from is not None:
        query = query.where(rows.c.first_seen >= first_seen_from)
    if last_seen_from is not None:
        query = query.where(rows.c.last_seen >= last_seen_from)
    column = sa.func.coalesce(SORTS[sort], 0)
    return turn.of(connection, query.order_by(column.desc() if falling else column.asc(), rows.c.id))


def change(connection: sa.Connection, author: Author, **said: Any) -> Author:
    """Columns as the table has them; `profile` is merged."""
    if "profile" in said:
        facts = {**author.profile.get("facts", {}), **said["profile"].get("facts", {})}
        said["profile"] = {**author.profile, **said["profile"]} | ({"facts": facts} if facts else {})
    if said:
        connection.execute(sa.update(rows).where(rows.c.id == author.id).values(said))
    return find(connection, author.project, author.id)


def block(connection: sa.Connection, author: Author, until: float | None, why: str | None) -> Author:
    state = BLOCKED if until is None else SUSPENDED
    return change(connection, author, state=state, blocked_until=until, blocked_why=why)


def unblock(connection: sa.Connection, author: Author) -> Author:
    return change(connection, author, state=ENABLED, blocked_until=None, blocked_why=None)


def judged(connection: sa.Connection, author: Author, flagged: bool, now: float) -> Author:
    """One content more, which is in `contents` already; trust is worked out anew."""
    count = {"contents": rows.c.contents + 1, "flagged": rows.c.flagged + int(flagged)}
    incident = {"last_incident": now} if flagged else {}
    connection.execute(sa.update(rows).where(rows.c.id == author.id).values({**count, **incident}))
    after = find(connection, author.project, author.id)
    level = trust.level(_record(connection, after, now))
    return after if level == after.trust else change(connection, after, trust=level)


def _record(connection: sa.Connection, author: Author, now: float) -> trust.Record:
    lately = sa.and_(contents.c.author == author.id, contents.c.created > now - trust.WINDOW)
    total, flagged = connection.execute(
        sa.select(sa.func.count(), sa.func.sum(sa.case((contents.c.flagged, 1), else_=0))).where(
            lately, contents.c.state == "judged"
        )
    ).one()
    return trust.Record(now - author.first_seen, author.contents, author.flagged, total, flagged or 0)


def _row(account: str, project: str, external_id: str, now: float) -> dict[str, Any]:
    return {
        "id": new_id("aut"),
        "account": account,
        "project": project,
        "external_id": external_id,
        "profile": {},
        "state": ENABLED,
        "blocked_until": None,
        "blocked_why": None,
        "trust": trust.NEW,
        "trust_by_hand": None,
        "contents": 0,
        "flagged": 0,
        "first_seen": now,
        "last_seen": now,
        "last_incident": None,
    }
