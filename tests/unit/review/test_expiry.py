"""What people worked on goes when its time is over, or its author asks; what was counted stays counted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from traces import rows_of

from reelwarden.accounts import accounts
from reelwarden.review import actions, authors, contents, decisions, erasure, expiry, items, news, projects, queues
from reelwarden.review.authors import Author
from reelwarden.review.contents import REMEMBERED, Judgement
from reelwarden.review.decisions import Chair, Deed
from reelwarden.review.items import Item, New, Wanted
from reelwarden.review.missing import NotThere
from reelwarden.review.news import Letter, News
from reelwarden.review.page import Turn
from reelwarden.review.projects import Project
from reelwarden.settings import Settings
from reelwarden.store.database import Database
from reelwarden.store.tables.deliveries import deliveries
from reelwarden.store.tables.review import contents as content_rows
from reelwarden.store.tables.submissions import submissions

MARK = "xylophone"
DAY = 86400.0
SETTINGS = Settings(review_retention=10 * DAY, review_waiting=20 * DAY, author_retention=30 * DAY)


def letter(told: News) -> Letter:
    return Letter(told.kind, f'"{MARK} {told.author.external_id if told.author else ""}"'.encode(), {})


@dataclass(frozen=True)
class Desk:
    """One account's, on a database of its own. Every text that a caller sent has the MARK."""

    database: Database
    project: Project
    queue: str

    def keep(self, connection: sa.Connection, name: str, author: Author | None = None, **said: Any) -> Item:
        labels = [{"label": "hate", "score": 0.7, "flagged": True, "matches": [{"match": MARK}]}]
        said = {"outcome": "review", "flagged": True, "severity": 0.7, "queue": self.queue, "labels": labels, **said}
        shown = {"": {"type": "text", "text": f"a {MARK}"}}
        new = New(
            self.project.account,
            self.project.id,
            f"{MARK}-{name}",
            shown,
            author=author.id if author else None,
            facts={"metadata": {"from": MARK}},
            conversation=MARK,
            **said,
        )
        return items.keep(connection, new)[0]

    def judge(self, connection: sa.Connection, author: Author) -> None:
        said = {
            "key": "k",
            "fingerprint": MARK,
            "channel": None,
            "request": {"text": MARK},
            "submissions": {"": "sub_1"},
        }
        content = contents.open_(
            connection, account=self.project.account, project=self.project.id, author=author.id, **said
        )
        contents.close(connection, content, Judgement(True, "reject", (), ["hate"]))

    def author(self, connection: sa.Connection, name: str = f"{MARK}-ann") -> Author:
        seen = authors.seen(connection, self.project.account, self.project.id, name, time.time())
        return authors.change(connection, seen, profile={"email": f"{MARK}@example.com"})

    def act(self, connection: sa.Connection, key: str, item: Item) -> None:
        chair = Chair(self.project.account, self.project.id, "the-key", {"moderationapi": letter})
        deed = Deed(actions.get(connection, self.project.id, key), f"because of {MARK}", self.queue)
        decisions.on_items(connection, chair, deed, [item.id])

    def counts(self) -> tuple[int, int, int]:
        """(pending, resolved, decisions of 100 days)."""
        with self.database.read() as connection:
            queue = queues.get(connection, self.project.id, self.queue)
            found = queues.stats(connection, queue, time.time() - 100 * DAY)
        assert set(found.reviewers) <= {"the-key"}
        return found.pending, found.resolved, sum(found.reviewers.values())

    def traces(self) -> set[str]:
        """The tables that still know the mark."""
        return {table for table, row in rows_of(self.database) if MARK in row}

    def names(self) -> list[str]:
        with self.database.read() as connection:
            page = items.listing(connection, self.queue, Wanted(resolved=True), Turn())
        return sorted(row["external_id"] for row in page.rows)


@pytest.fixture
def desk(database: Database, place: tuple[Project, str]) -> Desk:
    return Desk(database, *place)


def test_items_and_what_was_said_of_them_go_and_are_still_counted(desk: Desk) -> None:
    now = time.time()
    with desk.database.begin() as connection:
        ann = desk.author(connection)
        desk.act(connection, "reject", desk.keep(connection, "decided", ann))
        desk.keep(connection, "waits", ann)
        desk.judge(connection, ann)
    before = desk.counts()
    assert before == (1, 1, 1)
    assert desk.traces() == {"review_items", "decisions", "contents", "authors"}
    assert expiry.sweep(desk.database, SETTINGS, now + 9 * DAY) == 0
    assert desk.names() == [f"{MARK}-decided", f"{MARK}-waits"]

    assert expiry.sweep(desk.database, SETTINGS, now + 11 * DAY) == 1
    assert desk.names() == [f"{MARK}-waits"], "who waits for a decision waits longer"
    assert desk.counts() == before

    assert expiry.sweep(desk.database, SETTINGS, now + 21 * DAY) == 1
    expiry.sweep_contents(desk.database, now + 21 * DAY)
    assert desk.names() == []
    assert desk.counts() == (0, 1, 1), "nobody decided on the other, and nobody can"
    assert desk.traces() == {"authors"}

    assert expiry.sweep(desk.database, SETTINGS, now + 31 * DAY) == 1
    assert desk.traces() == set()
    with desk.database.read() as connection:
        assert connection.execute(sa.select(content_rows.c.outcome, content_rows.c.author)).all() == [("reject", None)]


def test_a_word_more_makes_it_stay_and_the_same_id_again_is_a_new_item(desk: Desk) -> None:
    now = time.time()
    with desk.database.begin() as connection:
        item = desk.keep(connection, "one")
    assert expiry.sweep(desk.database, SETTINGS, now + 21 * DAY) == 1
    with desk.database.begin() as connection:
        again = desk.keep(connection, "one")
        with pytest.raises(NotThere):
            items.find(connection, desk.project.id, item.id)
        with pytest.raises(NotThere):
            items.in_queue(connection, desk.queue, item.id)
    assert again.id != item.id
    assert desk.names() == [f"{MARK}-one"]


def test_an_account_has_terms_of_its_own(desk: Desk) -> None:
    now = time.time()
    with desk.database.begin() as connection:
        desk.keep(connection, "one")
        other = accounts.create(connection, "other", settings={"review_waiting": 3600, "author_retention": 40 * DAY})
        project = projects.usual(connection, other.id, other.name)
        queue = queues.usual(connection, project.id)
        assert queue
        theirs = Desk(desk.database, project, queue)
        theirs.keep(connection, "two", theirs.author(connection))
    assert expiry.sweep(desk.database, SETTINGS, now + 2 * 3600) == 1
    assert (desk.names(), theirs.names()) == ([f"{MARK}-one"], [])
    expiry.sweep(desk.database, SETTINGS, now + 35 * DAY)
    assert desk.traces() == {"authors"}, "that account keeps them longer than the server"
    expiry.sweep(desk.database, SETTINGS, now + 41 * DAY)
    assert desk.traces() == set()


def test_a_block_outlives_the_profile(desk: Desk) -> None:
    with desk.database.begin() as connection:
        ann = desk.author(connection, "ann")
        authors.block(connection, ann, None, f"for {MARK}")
    assert expiry.sweep(desk.database, SETTINGS, time.time() + 31 * DAY) == 1
    with desk.database.read() as connection:
        after = authors.find(connection, desk.project.id, "ann")
    assert (after.state, after.profile, after.blocked_why) == (authors.BLOCKED, {}, None)
    assert expiry.sweep(desk.database, SETTINGS, time.time() + 32 * DAY) == 0


def test_a_request_is_soon_forgotten_and_one_without_media_is_lost(desk: Desk) -> None:
    now = time.time()
    with desk.database.begin() as connection:
        ann = desk.author(connection, "ann")
        desk.judge(connection, ann)
        lost = {"key": "k", "fingerprint": "f", "channel": None, "request": {"text": MARK}, "submissions": {}}
        contents.open_(connection, account=desk.project.account, project=desk.project.id, author=None, **lost)
    expiry.sweep_contents(desk.database, now + REMEMBERED - 60)
    with desk.database.read() as connection:
        assert contents.again(connection, desk.project.account, MARK, now - 60), "a retry finds it"
    expiry.sweep_contents(desk.database, now + REMEMBERED + 60)
    assert "contents" in desk.traces(), "whoever is still at it gets an hour"
    expiry.sweep_contents(desk.database, now + expiry.UNASKED + 60)
    assert "contents" not in desk.traces()


def test_an_author_who_asks_is_forgotten_at_once_with_all_that_they_sent(desk: Desk) -> None:
    now = time.time()
    with desk.database.begin() as connection:
        ann, bob = desk.author(connection), desk.author(connection, "bob")
        authors.change(connection, bob, profile={"email": "bob@example.com"})
        row = {"id": "sub_1", "account": desk.project.account, "key": "k", "dialect": "moderationapi", "source": "url"}
        row |= {"address": "http://example.com/a", "name": "a", "asked": [], "options": {}, "vendor": {}}
        row |= {"state": "running", "created": now, "deadline": now + 9, "expires": now + DAY}
        connection.execute(submissions.insert().values(row))
        said = {"name": "n", "description": None, "url": "https://example.com/hook", "dialect": "moderationapi"}
        news.subscribe(connection, desk.project.account, desk.project.id, kinds=[news.ITEM_REJECTED], **said)
        desk.act(connection, "reject", desk.keep(connection, "decided", ann))
        desk.keep(connection, "waits", ann)
        desk.judge(connection, ann)
        kept = desk.keep(connection, "of-bob", bob)
        connection.execute(sa.update(deliveries).values(state="delivered"))
    before = desk.counts()
    with desk.database.begin() as connection:
        erasure.erase(connection, ann)
    assert desk.names() == [kept.external_id]
    left = [row for _, row in rows_of(desk.database) if MARK in row and kept.id not in row]
    assert left == []
    assert desk.counts() == (before[0] - 1, *before[1:])
    with desk.database.read() as connection:
        (state,) = connection.execute(sa.select(submissions.c.expires, submissions.c.stop_wanted)).all()
        assert state == (erasure.AT_ONCE, True), "a worker stops and deletes it"
        with pytest.raises(NotThere):
            authors.find(connection, desk.project.id, ann.id)
