"""An author who asks to be forgotten, by Moderation API: afterwards nothing of them is in any table or on the disk."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from clips import text_picture
from findings import seen
from serving import until
from traces import files_with, rows_of

from reelwarden.jobs import retention
from reelwarden.store.tables.submissions import submissions

pytestmark = [pytest.mark.slow, pytest.mark.models]
MARK = "xylophone"
JOB_NAMES = {"workflow_status", "workflow_input"}
"""Where the job engine remembers for a day that there was a job of this id, and nothing else of it."""


@pytest.fixture
def api(opened: Callable[..., Any]) -> Any:
    native = opened()
    tenant = native.tenant()

    def ask(verb: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = native.http.request(verb, f"{native.url}/v1{path}", json=body, headers=tenant.headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    ask.native = native  # type: ignore[attr-defined]
    return ask


def moderated(api: Any, content: Any, author: str) -> None:
    api(
        "POST",
        "/moderate",
        {"content": content, "authorId": author, "metadata": {"of": author}, "conversationId": author},
    )


def picture_of(api: Any, author: str, folder: Path) -> str:
    """Hands in a picture, and ends its submission as a worker would. Gives the submission's id."""
    path = folder / "picture.png"
    text_picture("hello", (320, 180)).save(path, pnginfo=None)
    data = base64.b64encode(path.read_bytes() + author.encode() * 50).decode()
    asking = threading.Thread(target=moderated, args=(api, {"type": "image", "data": data}, author))
    asking.start()
    database = api.native.bench.database

    def there() -> Any:
        with database.read() as connection:
            return connection.execute(sa.select(submissions.c.id)).scalars().first()

    id = until(there, 20, "the submission")
    api.native.finish(id, *(seen("text.insult", time, text=author) for time in (1.0, 2.0, 3.0)))
    asking.join(30)
    return str(id)


def test_nothing_of_an_author_stays(api: Any, tmp_path: Path) -> None:
    native = api.native
    folder = Path(native.bench.settings.data_dir)
    id = picture_of(api, MARK, tmp_path)
    moderated(api, {"type": "text", "text": f"you fucking idiot {MARK}"}, MARK)
    moderated(api, {"type": "text", "text": "you fucking idiot"}, "somebody else")
    api("PUT", f"/authors/{MARK}", {"name": MARK, "email": f"{MARK}@example.com"})
    api("POST", "/actions/execute", {"actionKey": "block", "authorIds": [MARK], "value": f"a {MARK}"})
    queue = api("GET", "/queue")["data"][0]["id"]
    assert len(api("GET", f"/queue/{queue}/items")["data"]) == 2, "the picture passed"
    known = {table for table, row in rows_of(native.bench.database) if MARK in row or id in row}
    assert known >= {"authors", "review_items", "contents", "decisions", "submissions", "results", "events"}
    assert any(f"media/{id}/source" in path for path in files_with(folder, MARK)), "by the same looking"

    api("DELETE", f"/authors/{MARK}")
    api("GET", f"/authors/{MARK}", status=404)
    (left,) = api("GET", f"/queue/{queue}/items")["data"]
    assert left["authorId"] == "somebody else"
    retention.sweep(native.bench, time.time())
    native.bench.database.purge()
    assert [row for row in rows_of(native.bench.database) if MARK in " ".join(row)] == []
    assert {table for table, row in rows_of(native.bench.database) if id in row} <= JOB_NAMES
    assert files_with(folder, MARK) == [], "the database's file and its log too"
    assert api("GET", "/analytics/summary?range=24h")["totals"]["requests"] == 3, "the numbers stay"
