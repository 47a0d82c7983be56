"""What was promised to go from the review desk, goes: each account has its terms, else those of the server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import sqlalchemy as sa

from reelwarden.review import emptying
from reelwarden.review.contents import REMEMBERED
from reelwarden.review.queues import PENDING
from reelwarden.settings import Settings
from reelwarden.store.database import Database
from reelwarden.store.tables.accounts import accounts
from reelwarden.store.tables.review import authors, contents, decisions, review_items

AT_ONCE = 500
UNASKED = 3600.0
"""Seconds after which a content counts as lost whose caller went away before its media were handed in."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Seconds that are kept: an item since the last word on it, one that waits for a word, an author not seen."""

    review_retention: float
    review_waiting: float
    author_retention: float


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts with the same terms; `whose` tells them by a column of accounts' ids."""

    terms: Terms
    ids: frozenset[str]
    others: bool = False

    def whose(self, column: sa.Column[str]) -> sa.ColumnElement[bool]:
        return column.not_in(self.ids) if self.others else column.in_(self.ids)


def sweep_contents(database: Database, now: float) -> None:
    """What was asked is forgotten soon after it was answered. Cheap: done often."""
    with database.begin() as connection:
        emptying.requests(connection, now - REMEMBERED)
        unasked = sa.and_(contents.c.state == "open", contents.c.created < now - UNASKED)
        nothing = sa.cast(contents.c.submissions, sa.Text) == "{}"
        connection.execute(sa.delete(contents).where(unasked, nothing))


def sweep(database: Database, settings: Settings, now: float) -> int:
    """Empties items and decisions, and forgets authors, whose time is over. How many of the first and the last."""
    usual = Terms(settings.review_retention, settings.review_waiting, settings.author_retention)
    return sum(_sweep_group(database, group, now) for group in _groups(database, usual))


def _groups(database: Database, usual: Terms) -> Iterator[Group]:
    with database.read() as connection:
        rows = connection.execute(sa.select(accounts.c.id, accounts.c.settings)).all()
    own: dict[Terms, set[str]] = {}
    for id, settings in rows:
        said = {field.name: float(settings[field.name]) for field in fields(Terms) if settings.get(field.name)}
        if said:
            own.setdefault(replace(usual, **said), set()).add(id)
    yield from (Group(terms, frozenset(ids)) for terms, ids in own.items())
    yield Group(usual, frozenset(id for ids in own.values() for id in ids), others=True)


def _sweep_group(database: Database, group: Group, now: float) -> int:
    terms, items = group.terms, review_items.c
    done, waiting = now - terms.review_retention, now - terms.review_waiting
    mine = group.whose(items.account)
    over = sa.or_(
        sa.and_(items.state != PENDING, items.changed < done), sa.and_(items.state == PENDING, items.changed < waiting)
    )
    gone = 0
    while True:
        with database.begin() as connection:
            count = emptying.items(connection, sa.and_(mine, items.changed < max(done, waiting), over), now)
        gone += count
        if count < emptying.ABOUT:
            break
    with database.begin() as connection:
        emptying.decided(connection, sa.and_(group.whose(decisions.c.account), decisions.c.at < done))
        emptying.authorship(connection, group.whose(contents.c.account), done)
    return gone + _authors(database, group, now - terms.author_retention)


def _authors(database: Database, group: Group, before: float) -> int:
    """Who was not seen for so long is forgotten; of whom people blocked or trusted, all but that."""
    c = authors.c
    unseen = sa.and_(group.whose(c.account), c.last_seen < before)
    by_hand = sa.or_(c.state != "enabled", c.trust_by_hand.is_not(None))
    known = sa.or_(sa.cast(c.profile, sa.Text) != "{}", c.blocked_why.is_not(None))
    with database.begin() as connection:
        bare = sa.update(authors).where(unseen, by_hand, known).values(profile={}, blocked_why=None)
        emptied = connection.execute(bare).rowcount
        some = sa.select(c.id).where(unseen, ~by_hand).limit(AT_ONCE)
        ids = list(connection.execute(some).scalars())
        connection.execute(sa.update(decisions).where(decisions.c.author.in_(ids)).values(author=None))
        connection.execute(sa.delete(authors).where(c.id.in_(ids)))
    return emptied + len(ids)
