"""The review desk on real databases: authors, items, queues, actions, decisions, and who is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from reelwarden.accounts import keys
from reelwarden.errors import UsageError
from reelwarden.review import (
    actions,
    authors,
    channels,
    contents,
    decisions,
    emptying,
    items,
    news,
    projects,
    queues,
    report,
)
from reelwarden.review.contents import Judgement
from reelwarden.review.decisions import Chair, Deed
from reelwarden.review.items import GRAVEST, NEWEST, Item, New, Wanted
from reelwarden.review.missing import Needed, NotThere, TakenAlready
from reelwarden.review.news import Letter, News
from reelwarden.review.page import Turn
from reelwarden.review.projects import Project
from reelwarden.store.database import Database
from reelwarden.store.tables.deliveries import deliveries
from reelwarden.store.tables.review import decisions as decision_rows
from reelwarden.store.tables.review import project_keys


def letter(told: News) -> Letter:
    said = {"kind": told.kind, "item": told.item.external_id if told.item else None}
    return Letter(told.kind, json.dumps(said).encode(), {})


@dataclass(frozen=True)
class Desk:
    connection: sa.Connection
    project: Project
    queue: str

    @property
    def chair(self) -> Chair:
        return Chair(self.project.account, self.project.id, "key", {"moderationapi": letter})

    def keep(self, name: str, **said: object) -> tuple[Item, bool]:
        values = {"content": {"": {"type": "text", "text": name}}, "outcome": "review", "flagged": True}
        values |= {"severity": 0.7, "labels": [{"label": "toxicity", "score": 0.7, "flagged": True}]}
        values |= {"queue": self.queue, **said}
        return items.keep(self.connection, New(self.project.account, self.project.id, name, **values))  # type: ignore[arg-type]

    def act(self, key: str, *names: str, value: str | None = None, seconds: float | None = None) -> list[str]:
        deed = Deed(actions.get(self.connection, self.project.id, key), value, self.queue, seconds)
        return decisions.on_items(self.connection, self.chair, deed, names)

    def seen(self, name: str = "ann") -> authors.Author:
        return authors.seen(self.connection, self.project.account, self.project.id, name, time.time())

    def listed(self, wanted: Wanted | None = None) -> list[str]:
        page = items.listing(self.connection, self.queue, wanted or Wanted(), Turn())
        return [row["external_id"] for row in page.rows]


@pytest.fixture
def desk(database: Database, place: tuple[Project, str]) -> Iterator[Desk]:
    with database.begin() as connection:
        yield Desk(connection, *place)


def test_the_usual_project_is_made_once_with_all_that_belongs_to_it(desk: Desk) -> None:
    again = projects.usual(desk.connection, desk.project.account, "another name")
    assert again == desk.project
    assert channels.usual(desk.connection, desk.project.id).key == "default"
    page = actions.listing(desk.connection, desk.project.id, Turn())
    assert [row["key"] for row in page.rows] == [key for key, *_ in actions.BUILT_IN]
    with pytest.raises(Needed):
        projects.delete(desk.connection, desk.project)


def test_a_project_keeps_to_itself_and_goes_with_all_it_has(desk: Desk) -> None:
    other = projects.create(desk.connection, desk.project.account, "other", {"domain": "x"})
    key, _ = keys.create(desk.connection, desk.project.account, "other's")
    projects.bind(desk.connection, key, other.id)
    assert projects.of_key(desk.connection, key) == other.id
    with pytest.raises(NotThere):
        queues.get(desk.connection, other.id, desk.queue)
    with pytest.raises(TakenAlready):
        projects.create(desk.connection, desk.project.account, "other", {})
    copy = projects.duplicate(desk.connection, other)
    assert (copy.name, copy.settings) == ("other (copy)", {"domain": "x"})
    projects.delete(desk.connection, other)
    assert desk.connection.execute(sa.select(project_keys)).first() is None
    with pytest.raises(NotThere):
        projects.get(desk.connection, desk.project.account, other.id)


def test_the_same_content_again_is_the_same_item(desk: Desk) -> None:
    first, entered = desk.keep("c1")
    assert entered
    second, entered = desk.keep("c1", severity=0.9)
    assert (second.id, second.severity, entered) == (first.id, 0.9, False)
    decisions.resolve(desk.connection, desk.chair, second)
    clean, entered = desk.keep("c1", flagged=False, queue=None, severity=0.0)
    assert (clean.state, clean.queue, entered) == ("resolved", desk.queue, False)
    again, entered = desk.keep("c1")
    assert (again.state, entered) == ("pending", True)


def test_what_nobody_is_asked_about_is_kept_but_in_no_queue(desk: Desk) -> None:
    item, entered = desk.keep("c1", queue=None, flagged=False)
    assert (item.queue, item.state, entered) == (None, "resolved", False)
    assert desk.listed() == []
    assert desk.act("allow", "c1") == ["c1"]


def test_orders_and_filters(desk: Desk) -> None:
    ann = desk.seen("ann")
    desk.keep("a", created=100.0, severity=0.2, author=ann.id, conversation="room")
    desk.keep("b", created=200.0, severity=0.9, labels=[{"label": "hate", "score": 0.9, "flagged": True}])
    desk.keep("c", created=300.0, severity=0.5)
    assert desk.listed() == ["a", "b", "c"]
    assert desk.listed(Wanted(NEWEST)) == ["c", "b", "a"]
    assert desk.listed(Wanted(GRAVEST)) == ["b", "c", "a"]
    assert desk.listed(Wanted(labels=["hate"])) == ["b"]
    assert desk.listed(Wanted(author="ann")) == ["a"]
    assert desk.listed(Wanted(conversations=["room"])) == ["a"]
    assert desk.listed(Wanted(after=150.0, before=250.0)) == ["b"]
    desk.act("reject", "b")
    assert desk.listed() == ["a", "c"]
    assert desk.listed(Wanted(acted=["reject"], resolved=True)) == ["b"]


def test_each_decision_is_written_and_takes_effect(desk: Desk) -> None:
    desk.keep("c1")
    desk.act("reject", "c1", value="spam")
    item = items.find(desk.connection, desk.project.id, "c1")
    assert (item.state, item.decision) == ("resolved", "reject")
    decisions.unresolve(desk.connection, desk.chair, item)
    assert items.find(desk.connection, desk.project.id, "c1").state == "pending"
    kinds = desk.connection.execute(sa.select(decision_rows.c.kind).order_by(decision_rows.c.id)).scalars().all()
    assert kinds == ["item.reject", "unresolve"]
    stats = queues.stats(desk.connection, queues.get(desk.connection, desk.project.id, desk.queue), 0.0)
    assert (stats.pending, stats.resolved, stats.by_action) == (1, 0, {"reject": ("Reject", 1)})


def test_an_action_about_authors_finds_the_items_author(desk: Desk) -> None:
    ann = desk.seen()
    desk.keep("c1", author=ann.id)
    desk.act("block", "c1", value="fraud")
    blocked = authors.find(desk.connection, desk.project.id, "ann")
    assert (blocked.state, blocked.blocked_until, blocked.blocked_why) == ("blocked", None, "fraud")
    desk.act("unblock", "c1")
    assert authors.find(desk.connection, desk.project.id, "ann").state == "enabled"


def test_a_suspension_ends_by_itself(desk: Desk) -> None:
    desk.seen()
    deed = Deed(actions.get(desk.connection, desk.project.id, "suspend"), seconds=60.0)
    decisions.on_authors(desk.connection, desk.chair, deed, ["ann"])
    ann = authors.find(desk.connection, desk.project.id, "ann")
    assert ann.blocked_until
    assert ann.status(ann.blocked_until - 1) == "suspended"
    assert ann.status(ann.blocked_until) == "enabled"


def test_a_needed_value_is_needed(desk: Desk) -> None:
    desk.keep("c1")
    said = {"key": "warn", "name": "Warn", "needs_value": True, "choices": ["rude", "spam"]}
    actions.create(desk.connection, desk.project.account, desk.project.id, **said)
    for value in (None, "other"):
        with pytest.raises(UsageError):
            desk.act("warn", "c1", value=value)
    assert desk.act("warn", "c1", "nobody", value="rude") == ["c1"]
    with pytest.raises(NotThere):
        desk.act("warn", "nobody", value="rude")


def test_subscribers_are_told_in_the_same_transaction(desk: Desk) -> None:
    said = {"name": "x", "description": None, "url": "http://example.com/", "dialect": "moderationapi"}
    kinds = [news.ITEM_RESOLVED, news.ITEM_REJECTED]
    news.subscribe(desk.connection, desk.project.account, desk.project.id, kinds=kinds, **said)
    desk.keep("c1")
    desk.act("reject", "c1")
    rows = desk.connection.execute(sa.select(deliveries).order_by(deliveries.c.id)).mappings().all()
    assert [row["event"] for row in rows] == [news.ITEM_REJECTED, news.ITEM_RESOLVED]
    assert {row["secret"] for row in rows} == {desk.project.secret}
    assert json.loads(rows[0]["body"])["item"] == "c1"


def test_contents_count_for_trust_and_the_report(desk: Desk) -> None:
    ann = desk.seen()
    now = time.time()
    for n, flagged in enumerate([False, False, True]):
        content = contents.open_(
            desk.connection,
            account=desk.project.account,
            project=desk.project.id,
            key="key",
            fingerprint=f"{n}",
            channel=None,
            author=ann.id,
            request={"text": "x"},
            submissions={},
        )
        outcome = "reject" if flagged else "pass"
        judgement = Judgement(flagged, outcome, (), ["hate"] if flagged else [])
        assert contents.close(desk.connection, content, judgement)
        assert not contents.close(desk.connection, content, judgement), "once is enough"
        ann = authors.judged(desk.connection, ann, flagged, now)
    assert (ann.contents, ann.flagged, ann.level) == (3, 1, -1)
    span = report.Span(desk.project.id, now - 3600, now + 60)
    totals = report.totals(desk.connection, span)
    assert (totals.contents, totals.flagged, totals.outcomes["pass"], totals.authors) == (3, 1, 2, 1)
    assert report.labels(desk.connection, span) == {"hate": 1}
    assert report.top_authors(desk.connection, span, 5) == [("ann", None, 1)]
    assert sum(cell.contents for _, cell in report.volumes(desk.connection, span, 3600.0)) == 3
    assert contents.again(desk.connection, desk.project.account, "0", now - 1.0)
    emptying.requests(desk.connection, now + 60)
    assert contents.again(desk.connection, desk.project.account, "0", 0.0) is None
    assert report.totals(desk.connection, span) == totals


def test_who_asks_again_finds_a_content_whose_media_are_looked_at(desk: Desk) -> None:
    said = {"account": desk.project.account, "project": desk.project.id, "key": "key", "fingerprint": "print"}
    said |= {"channel": None, "author": None, "request": {}, "submissions": {}}
    content = contents.open_(desk.connection, **said)
    assert contents.again(desk.connection, desk.project.account, "print", 0.0) is None, "nothing to wait for yet"
    contents.attach(desk.connection, content, {"": "sub_1"})
    found = contents.again(desk.connection, desk.project.account, "print", float("inf"))
    assert found
    assert (found.id, found.submissions) == (content.id, {"": "sub_1"})
    assert contents.again(desk.connection, "another", "print", 0.0) is None
    assert contents.ripe(desk.connection, ["finished"], 0.0) == [found], "its submission is gone"
    assert contents.close(desk.connection, found, None)
    assert contents.again(desk.connection, desk.project.account, "print", 0.0) is None


def test_that_an_author_was_deleted_stays_written(desk: Desk) -> None:
    desk.seen()
    actions.create(desk.connection, desk.project.account, desk.project.id, key="gone", name="x", does=actions.DELETE)
    deed = Deed(actions.get(desk.connection, desk.project.id, "gone"))
    decisions.on_authors(desk.connection, desk.chair, deed, ["ann"])
    with pytest.raises(NotThere):
        authors.find(desk.connection, desk.project.id, "ann")
    (row,) = desk.connection.execute(sa.select(decision_rows.c.kind, decision_rows.c.by, decision_rows.c.reason)).all()
    assert row == (actions.DELETE, "key", None), "that it was done, by whom; not to whom"
