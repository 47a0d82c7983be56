"""What nobody waits for any more is judged by a worker: from its row alone, once, and never for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from reelwarden.accounts import accounts, plans
from reelwarden.api.moderationapi import judge as room
from reelwarden.api.moderationapi.judge import HEAD_START, Judge
from reelwarden.api.moderationapi.policies import Wish
from reelwarden.app import judge, workbench
from reelwarden.review import contents, items, news, projects, queues
from reelwarden.review.items import Wanted
from reelwarden.review.page import Turn
from reelwarden.review.projects import Project
from reelwarden.settings import Settings
from reelwarden.store.database import Database
from reelwarden.store.tables.deliveries import deliveries
from reelwarden.store.tables.review import contents as rows
from reelwarden.store.tables.submissions import submissions

pytestmark = pytest.mark.slow
TEXT = {"type": "text", "text": "you fucking idiot"}
PICTURE = {"type": "image", "url": "https://example.com/a.png"}


@dataclass(frozen=True)
class Left:
    """Contents of an account whose caller went away."""

    database: Database
    project: Project
    judges: Callable[[], Judge]

    def content(self, name: str, *parts: Any, ended: float | None = None) -> str:
        """One content whose parts but the texts are one submission, that `ended` then, or has not."""
        made, now = f"sub_{name}", time.time()
        row = {"id": made, "account": self.project.account, "key": "k", "dialect": "moderationapi", "source": "url"}
        row |= {"address": "", "name": "a", "asked": [], "options": {}, "vendor": {}, "created": now}
        row |= {"state": "running" if ended is None else "failed", "ended": ended, "deadline": now, "expires": now + 99}
        request = {
            "parts": {f"part{n}": part for n, part in enumerate(parts)} if len(parts) > 1 else {"": parts[0]},
            "wishes": [Wish("toxicity", True, 0.5, True, {}).document()],
            "untold": [],
            "said": {"contentId": name},
        }
        with self.database.begin() as connection:
            connection.execute(submissions.insert().values(row))
            said = {"key": "k", "fingerprint": name, "channel": None, "author": None, "submissions": {"": made}}
            of = {"account": self.project.account, "project": self.project.id}
            return contents.open_(connection, request=request, **of, **said).id

    def end(self, name: str, at: float) -> None:
        with self.database.begin() as connection:
            mine = submissions.update().where(submissions.c.id == f"sub_{name}")
            connection.execute(mine.values(state="failed", ended=at))

    def states(self) -> dict[str, str]:
        with self.database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(sa.select(rows.c.fingerprint, rows.c.state))}

    def queue(self) -> list[str]:
        with self.database.read() as connection:
            page = items.listing(connection, queues.usual(connection, self.project.id) or "", Wanted(), Turn())
        return [row["external_id"] for row in page.rows]


@pytest.fixture
def left(database: Database, database_url: str, tmp_path: Path) -> Iterator[Left]:
    bench = workbench(Settings(data_dir=tmp_path, database_url=database_url), "w")
    with database.begin() as connection:
        plans.seed(connection)
        account = accounts.create(connection, "someone")
        project = projects.usual(connection, account.id, account.name)
        said = {"name": "n", "description": None, "url": "https://example.com/hook", "dialect": "moderationapi"}
        news.subscribe(connection, account.id, project.id, kinds=[news.ITEM_NEW], **said)
    yield Left(database, project, lambda: judge(bench))
    bench.engine.close()
    bench.database.close()


def test_it_is_in_its_queue_without_anybody_reading_it(left: Left) -> None:
    ago = time.time() - HEAD_START - 1
    left.content("over", TEXT, PICTURE, ended=ago)
    left.content("going-on", TEXT, PICTURE)
    left.content("just-over", TEXT, PICTURE, ended=time.time() + 60)
    worker, another = left.judges(), left.judges()
    worker.look()
    another.look()
    assert left.states() == {"over": "judged", "going-on": "open", "just-over": "open"}
    assert left.queue() == ["over"]
    with left.database.read() as connection:
        assert connection.execute(sa.select(deliveries.c.event)).all() == [("queue_item.new",)], "told once"
    left.end("going-on", ago)
    another.look()
    assert sorted(left.queue()) == ["going-on", "over"]


def test_a_content_of_nothing_that_could_be_looked_at_has_failed(left: Left) -> None:
    left.content("lost", PICTURE, ended=time.time() - 60)
    left.judges().look()
    assert left.states() == {"lost": "failed"}
    assert left.queue() == []


def test_one_that_cannot_be_judged_does_not_keep_the_others_and_ends(
    left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of ours in the middle: tried a few times, then written down as failed."""
    real = room.conclude

    def conclude(house: Any, content: Any, rejects_from: float) -> Any:
        if content.fingerprint == "poison":
            raise ZeroDivisionError("a mistake")
        return real(house, content, rejects_from)

    monkeypatch.setattr(room, "conclude", conclude)
    left.content("poison", TEXT, PICTURE, ended=time.time() - 60)
    left.content("good", TEXT, PICTURE, ended=time.time() - 60)
    worker = left.judges()
    worker.look()
    assert left.states() == {"poison": "open", "good": "judged"}
    for _ in range(room.TRIES - 1):
        worker.look()
    assert left.states() == {"poison": "failed", "good": "judged"}
