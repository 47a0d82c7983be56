"""Callers who give up and ask again: they wait for the same work, and what nobody waits for is judged all the same."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from clients import answer_of, python_client
from serving import unanswered, until

from reelwarden.accounts import accounts, keys
from reelwarden.api.moderationapi import moderate
from reelwarden.app import asgi
from reelwarden.settings import Settings
from reelwarden.store.tables.review import contents
from reelwarden.store.tables.submissions import submissions

pytestmark = [pytest.mark.slow, pytest.mark.models]
OLDER = {"x-stainless-lang": "js"}


def submitted(api: Any) -> int:
    with api.server.database.read() as connection:
        mine = submissions.c.account == api.account.id
        count: int = connection.execute(sa.select(sa.func.count()).select_from(submissions).where(mine)).scalar_one()
        return count


def is_looked_at(api: Any) -> bool | None:
    """Whether a content of the account waits for its media."""
    with api.server.database.read() as connection:
        waiting = sa.and_(contents.c.account == api.account.id, contents.c.state == "open")
        return any(connection.execute(sa.select(contents.c.submissions).where(waiting)).scalars()) or None


def give_up(api: Any, body: Any) -> None:
    """Asks, and hangs up as soon as the media are in. They must be held back until then."""
    headers = {"Authorization": f"Bearer {api.account.secret}", "Content_Type": "application/json"}
    with unanswered(f"{api.server.url}/v1/moderate", json.dumps(body).encode(), **headers):
        until(lambda: is_looked_at(api), 60, "the submission")


def test_who_asks_again_waits_for_the_same_work(another: Callable[..., Any], clip: Path) -> None:
    api = another()
    api.text("warm")
    url, come = api.server.media_later(clip)
    body = {"content": {"type": "video", "url": url}, "contentId": secrets.token_hex(4)}
    give_up(api, body)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(api.call, "POST", "/moderate", body)
        api.get("/account")
        time.sleep(0.5)  # it has been asked by now; and if not, the video has not been looked at yet
        come.set()
        answer = asking.result()
    assert answer["evaluation"]["flagged"]
    retry = {**OLDER, "x-stainless-retry-count": "1"}
    again = api.call("POST", "/moderate", body, headers=retry)
    assert again["policies"] == answer["policies"]
    assert submitted(api) == 1
    summary = api.get("/analytics/summary", range="24h")
    assert summary["totals"]["requests"] == 2, "the text, and the video once"
    assert api.call("POST", "/moderate", body)["evaluation"]["flagged"]
    assert submitted(api) == 2, "without being a retry it is looked at anew"


RETRYING = """
import json, os
from moderation_api import InternalServerError, ModerationAPI
client = ModerationAPI(secret_key=os.environ["KEY"], base_url=os.environ["URL"] + "/v1")
try:
    client.content.submit(content={"type": "video", "url": "http://example.com/long.mp4"}, content_id="long")
except InternalServerError as error:
    print(json.dumps([error.status_code, error.body["code"]]))
"""


def test_the_retries_of_the_second_generation_are_one_submission(
    tmp_path: Path, in_thread: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker is there, so nothing ends; the client is told before it gives up, and asks three times."""
    monkeypatch.setattr(moderate, "HURRIED", 0.3)
    app = asgi(Settings(data_dir=tmp_path, free_space=0))
    database = app.state.house.desk.database
    with database.begin() as connection:
        account = accounts.create(connection, "someone")
        _, secret = keys.create(connection, account.id, "x")
    with in_thread(app) as url:
        python = python_client("moderation-api==1.42.0")
        answer = answer_of([str(python), "-c"], RETRYING, KEY=secret, URL=url)
        with database.read() as connection:
            waiting = connection.execute(sa.select(contents.c.state)).scalars().all()
            handed_in = connection.execute(sa.select(submissions.c.id)).scalars().all()
    assert answer == [503, "still_processing"]
    assert waiting == ["open"]
    assert len(handed_in) == 1


def test_what_nobody_waits_for_is_in_its_queue(another: Callable[..., Any], clip: Path) -> None:
    api = another()
    api.text("warm")
    url, come = api.server.media_later(clip)
    give_up(api, {"content": {"type": "video", "url": url}, "contentId": "left", "authorId": "ann"})
    come.set()

    def judged() -> Any:
        with api.server.database.read() as connection:
            rows = connection.execute(sa.select(contents.c.state).where(contents.c.account == api.account.id))
            return set(rows.scalars()) == {"judged"} or None

    until(judged, 60, "a worker's judgement, which nobody asked for")
    queue = api.get("/queue")["data"][0]["id"]
    (item,) = api.get(f"/queue/{queue}/items")["data"]
    assert (item["contentId"], item["authorId"], item["content"]["type"]) == ("left", "ann", "video")


def test_what_is_not_to_be_stored_is_judged_and_no_item(another: Callable[..., Any], picture: Path) -> None:
    api = another()
    content = {"type": "image", "url": api.server.media(picture)}
    assert api.moderate(content, contentId="x", doNotStore=True)["evaluation"]["flagged"]
    queue = api.get("/queue")["data"][0]["id"]
    assert api.get(f"/queue/{queue}/items", includeResolved="true")["data"] == []
    assert api.get("/analytics/summary", range="24h")["totals"]["flagged"] == 1
