"""Odd requests by the thousand, on the real application and a real database: never a 5xx, always the envelope.

`REELWARDEN_ODD_REQUESTS=10000` asks for so many. Nothing is looked at: whatever gets as far as a submission is
failed at once, as a worker would do with media that are none.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from serving import in_process

from reelwarden.accounts import accounts, keys
from reelwarden.api.door import House
from reelwarden.api.sightengine.models import catalogue
from reelwarden.app import asgi, workbench
from reelwarden.errors import NotMedia
from reelwarden.jobs import close
from reelwarden.jobs.submissions import OPEN, of_row
from reelwarden.jobs.workbench import Workbench
from reelwarden.settings import Settings
from reelwarden.store.tables.submissions import submissions

pytestmark = pytest.mark.slow
MANY = int(os.environ.get("REELWARDEN_ODD_REQUESTS", "300"))

PATHS = [
    "check.json",
    "check-workflow.json",
    "video/check.json",
    "video/check-sync.json",
    "video/check-workflow.json",
    "video/check-workflow-sync.json",
    "video/byid.json",
    "video/ongoing.json",
    "upload/create-video.json",
    "upload/med_000000000000000000000/token",
    "text/check.json",
    "feedback.json",
]
ODD = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", " ", "\0", "null", "[]", "{}", "NaN", "-1", "1e999", "٣", "💥" * 20, ",,,", "a" * 3000, "\ud83d"]
    ),
    st.integers().map(str),
    st.floats().map(str),
)
KNOWN: dict[str, st.SearchStrategy[str]] = {
    "models": st.lists(st.sampled_from(sorted(catalogue())), max_size=5).map(",".join),
    "url": st.sampled_from(
        ["http://127.0.0.1:9/x.jpg", "http://example.com/a", "ftp://x/", "http://[::1", "//", "http://a\0b/"]
    ),
    "stream_url": st.sampled_from(["rtmp://127.0.0.1/live/x", "http://example.com/a.m3u8", "rtsp://", "data:,x"]),
    "callback_url": st.sampled_from(["http://example.com/cb", "javascript:1", "http://127.0.0.1/", "http:///"]),
    "media_id": st.sampled_from(["med_000000000000000000000", "med_"]),
    "id": st.sampled_from(["med_000000000000000000000", "sub_1"]),
    "interval": st.sampled_from(["0.5", "2", "0", "inf"]),
    "max_duration": st.sampled_from(["10", "-1", "nan", "1e400"]),
    "workflow": st.sampled_from(["wfl_one", "wfl_two"]),
    "text": st.text(max_size=200),
    "lang": st.sampled_from(["en", "en,fr,zh", "auto", "EN"]),
    "mode": st.sampled_from(["rules", "ml", "ml,rules", "username", "standard", "rules,rules"]),
    "categories": st.sampled_from(["profanity", "personal,link", "self-harm,self_harm", "all"]),
    "text_categories": st.sampled_from(["sexual,insult", "blacklist", "phone_number", "insult,insult"]),
    "opt_lang": st.sampled_from(["en", "en,fr", "zh,ko,ru", "xx"]),
    "opt_countries": st.sampled_from(["us", "fr,gb", "zz", "US"]),
    "opt_textlist": st.sampled_from(["lst_0", "none"]),
    "model": st.sampled_from(["nudity", "nudity-2.1"]),
    "class": st.sampled_from(["safe", "raw"]),
}
FIELDS = st.fixed_dictionaries({}, optional={name: st.one_of(usual, ODD) for name, usual in KNOWN.items()})
FILES = st.one_of(
    st.none(),
    st.binary(max_size=300),
    st.sampled_from(
        [b"\x89PNG\r\n\x1a\n", b"iVBORw0KGgo=====", b"/9j/4AAQSkZJRgABAQ" * 3, b"\xff\xd8\xff" + b"\0" * 90]
    ),
)
BODIES = st.one_of(
    st.binary(max_size=200), st.sampled_from([b"{", b"[1,2]", b'{"models": {"a": [1]}}', b'{"url": 7}', b"a=%zz&&=;"])
)
NOWHERE = st.text(st.characters(exclude_characters="\n\r/."), max_size=20)
"""No dots, which lead out of this door, and no ends of lines, which no door has in its addresses."""
KINDS = st.sampled_from(
    [
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/x-www-form-urlencoded",
        "\xff",
    ]
)


@dataclass(frozen=True)
class Client:
    """Plain HTTP to the application, which runs in a thread of this process."""

    http: httpx.Client
    house: House

    def request(self, verb: str, path: str, **sent: Any) -> httpx.Response:
        return self.http.request(verb, path, **sent)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def door(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Client, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("odd")
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{folder / 'odd.db'}" if sqlite else request.getfixturevalue("postgres").new_database()
    said = Settings(data_dir=folder, database_url=url, free_space=0)
    app = asgi(said)
    bench = workbench(said, "odd")
    with bench.database.begin() as connection:
        workflow = {"models": "qr-content", "rules": [{"path": "qr.link", "over": 0.5}]}
        settings_ = {"dialects": {"sightengine": {"untold": "omit", "workflows": {"wfl_one": workflow}}}}
        account = accounts.create(connection, "odd", settings=settings_)
        _, secret = keys.create(connection, account.id, "odd")
    over = threading.Event()
    failing = threading.Thread(target=_fail_all, args=(bench, over))
    failing.start()
    with in_process(app) as url, httpx.Client(base_url=url, timeout=60) as http:
        yield Client(http, app.state.house), {"api_user": account.number, "api_secret": secret}
    over.set()
    failing.join(10)
    bench.engine.close()
    bench.database.close()


def _fail_all(bench: Workbench, over: threading.Event) -> None:
    while not over.wait(0.01):
        with bench.database.read() as connection:
            rows = connection.execute(submissions.select().where(submissions.c.state.in_(OPEN))).mappings().all()
        for row in rows:
            close.fail(bench, of_row(row), NotMedia("nothing of this is looked at here"))


@settings(
    max_examples=MANY,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(
    path=st.one_of(st.sampled_from(PATHS), st.sampled_from(PATHS), NOWHERE),
    verb=st.sampled_from(["GET", "POST", "POST", "DELETE", "PUT", "HEAD", "PATCH"]),
    fields=FIELDS,
    where=st.sampled_from(["query", "form", "multipart", "json", "both", "raw"]),
    file=FILES,
    body=BODIES,
    kind=KINDS,
    keyed=st.sampled_from([True, True, True, True, False]),
)
def test_no_odd_request_is_our_fault(
    door: tuple[Client, dict[str, str]],
    path: str,
    verb: str,
    fields: dict[str, str],
    where: str,
    file: bytes | None,
    body: bytes,
    kind: str,
    keyed: bool,
) -> None:
    client, credentials = door
    said = fields | credentials if keyed else fields
    if where != "json":
        said = {name: value.encode("utf-8", "replace").decode() for name, value in said.items()}
    response = client.request(verb, "/1.0/" + _path(path), **_sent(where, said, file, body, kind, credentials))
    if verb == "HEAD":
        assert response.status_code < 500
        return
    assert response.status_code < 500, response.text
    document: dict[str, Any] = response.json()
    assert document["status"] == ("success" if response.status_code == 200 else "failure")
    if response.status_code != 200:
        assert set(document) == {"status", "request", "error"}
        assert document["error"]["message"]
        assert not any(word in response.text for word in ("Traceback", "sqlalchemy", "<class", "Errno"))


def _path(path: str) -> str:
    return quote(path.encode("utf-8", "replace"))


def _sent(
    where: str, said: dict[str, str], file: bytes | None, body: bytes, kind: str, credentials: dict[str, str]
) -> dict[str, Any]:
    files = {"media": ("a\0\x80.jpg", file)} if file is not None else None
    half = len(said) // 2
    first, second = dict(list(said.items())[:half]), dict(list(said.items())[half:])
    return {
        "query": lambda: {"params": said},
        "form": lambda: {"data": said},
        "multipart": lambda: {"data": said, "files": files or {"media": ("", b"")}},
        "json": lambda: {"content": json.dumps(said)},
        "both": lambda: {"params": first, "data": second, "files": files},
        "raw": lambda: {"params": credentials, "content": body, "headers": {"Content-Type": kind.encode("latin-1")}},
    }[where]()


def test_all_paths_are_asked(door: tuple[Client, dict[str, str]]) -> None:
    """Each of them is one of ours: none answers as an address that there is not."""
    client, _ = door
    for path in PATHS:
        verb = "PUT" if path.startswith("upload/med") else "GET"
        message = client.request(verb, f"/1.0/{path}").json()["error"]["message"]
        assert message != "There is no such endpoint", path


def test_the_folder_is_left_tidy(door: tuple[Client, dict[str, str]]) -> None:
    """A file of a request that was refused does not stay."""
    client, credentials = door
    before = set(client.house.desk.blobs.keys("media"))
    data = {"models": "nonsense", **credentials}
    client.request("POST", "/1.0/check.json", data=data, files={"media": ("a.jpg", b"\xff\xd8\xff" * 50)})
    client.request(
        "POST", "/1.0/check.json", data={"models": "qr-content"}, files={"media": ("a.jpg", b"\xff\xd8\xff" * 50)}
    )
    assert set(client.house.desk.blobs.keys("media")) == before
