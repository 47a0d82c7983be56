"""Odd requests by the thousand, on the real application and a real database: never a 5xx, always the envelope.

`REELWARDEN_ODD_REQUESTS=10000` asks for so many. Nothing is looked at: whatever gets as far as a submission is
failed at once, as a worker would do with media that are none.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reelwarden.accounts import accounts, keys
from reelwarden.api.moderationapi.policies import catalogue
from reelwarden.app import asgi, workbench
from reelwarden.errors import NotMedia
from reelwarden.jobs import close
from reelwarden.jobs.submissions import OPEN, of_row
from reelwarden.jobs.workbench import Workbench
from reelwarden.settings import Settings
from reelwarden.store.tables.submissions import submissions

pytestmark = pytest.mark.slow
MANY = int(os.environ.get("REELWARDEN_ODD_REQUESTS", "300"))
PLACES = [
    ("GET", "account"),
    ("GET", "auth"),
    ("POST", "moderate"),
    ("POST", "moderate"),
    ("POST", "moderate"),
    ("POST", "moderate/text"),
    ("POST", "moderate/video"),
    ("GET", "authors"),
    ("POST", "authors"),
    ("PUT", "authors/{odd}"),
    ("DELETE", "authors/{odd}"),
    ("GET", "queue"),
    ("GET", "queue/{queue}"),
    ("GET", "queue/{queue}/stats"),
    ("GET", "queue/{queue}/items"),
    ("POST", "queue/{queue}/items/resolve"),
    ("POST", "queue/{queue}/items/{odd}/resolve"),
    ("GET", "actions"),
    ("POST", "actions"),
    ("PUT", "actions/allow"),
    ("POST", "actions/execute"),
    ("POST", "actions/{odd}/execute"),
    ("GET", "wordlist"),
    ("POST", "wordlist"),
    ("PUT", "wordlist/words"),
    ("POST", "wordlist/words/words"),
    ("DELETE", "wordlist/words/words"),
    ("GET", "webhooks"),
    ("POST", "webhooks"),
    ("PUT", "webhooks/{odd}"),
    ("POST", "feedback"),
    ("GET", "projects"),
    ("POST", "projects"),
    ("PUT", "projects/odd"),
    ("POST", "projects/odd/duplicate"),
    ("POST", "projects/odd/api-keys"),
    ("GET", "projects/odd/channels"),
    ("POST", "projects/odd/channels"),
    ("PUT", "channels/{channel}"),
    ("POST", "channels/{channel}/duplicate"),
    *(("GET", f"analytics/{one}") for one in ("summary", "policies", "authors", "channels", "volumes", "automation")),
]
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", " ", "\0", "a" * 3000, "\ud83d", "💥" * 30, "you idiot", "a@b.de", "null", "../x"]),
)
ODD: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
URLS = st.sampled_from(["http://127.0.0.1:9/x.mp4", "ftp://x/", "//", "http://[::1", "http://a\0b/", "data:,x"])
PARTS = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": TEXTS}),
    st.fixed_dictionaries({"type": st.sampled_from(["video", "audio", "image"]), "url": URLS}),
    st.fixed_dictionaries({"type": st.just("image"), "data": TEXTS}),
)
CONTENTS = st.one_of(
    PARTS,
    st.fixed_dictionaries({"type": st.just("object"), "data": st.dictionaries(TEXTS, PARTS, max_size=2)}),
    ODD,
)
POLICIES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(sorted(catalogue()))},
        optional={
            "flag": st.booleans(),
            "threshold": st.floats(),
            "entities": st.one_of(
                ODD, st.just({"email": {"shouldMask": True, "mask": 7}}), st.just({"phone": {"enable": "x"}})
            ),
            "count": ODD,
            "minWords": ODD,
            "comparator": st.sampled_from(["at_least", "fewer_than"]),
        },
    ),
    max_size=4,
)
KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "content": CONTENTS,
    "policies": POLICIES,
    "value": TEXTS,
    "url": URLS,
    "contentId": TEXTS,
    "authorId": TEXTS,
    "channel": TEXTS,
    "metadata": st.dictionaries(TEXTS, ODD, max_size=3),
    "metaType": st.sampled_from(["message", "odd"]),
    "timestamp": st.one_of(st.integers(), st.floats()),
    "clientAction": st.fixed_dictionaries({"action": st.sampled_from(["allow", "review", "x"])}),
    "doNotStore": st.booleans(),
    "external_id": TEXTS,
    "first_seen": st.floats(),
    "manual_trust_level": st.integers(-3, 6),
    "name": TEXTS,
    "key": TEXTS,
    "description": TEXTS,
    "type": st.sampled_from(["ITEM_REJECT", "AUTHOR_BLOCK", "bug", "odd"]),
    "possibleValues": st.lists(st.fixed_dictionaries({"value": TEXTS}), max_size=2),
    "filterInQueueIds": st.lists(TEXTS, max_size=2),
    "actionKey": st.sampled_from(["allow", "block", "suspend", "nothing"]),
    "contentIds": st.lists(TEXTS, max_size=2),
    "authorIds": st.lists(TEXTS, max_size=2),
    "itemIds": st.lists(TEXTS, max_size=2),
    "duration": st.floats(),
    "words": st.lists(TEXTS, max_size=3),
    "strict": st.booleans(),
    "eventTypes": st.lists(st.sampled_from(["AUTHOR_UPDATED", "QUEUE_ITEM_NEW"]), max_size=2),
    "title": TEXTS,
    "frameCaptureInterval": st.floats(),
    "maxFramesPerVideo": st.integers(),
}
BODIES = st.fixed_dictionaries({}, optional={name: st.one_of(usual, usual, ODD) for name, usual in KNOWN.items()})
QUERIES = st.dictionaries(
    st.sampled_from(
        [
            "page",
            "pageSize",
            "pageNumber",
            "sortBy",
            "sortDirection",
            "sort",
            "sortField",
            "range",
            "channel",
            "limit",
            "withinDays",
            "labels",
            "words",
            "authorId",
            "afterDate",
            "memberSinceDate",
            "filteredActionIds",
            "queueId",
        ]
    ),
    st.one_of(
        TEXTS,
        st.sampled_from(["1", "-1", "1e9", "nan", "asc", "24h", "FIFO", "RANDOM", "2026-11-23", "99999999999999999"]),
    ),
    max_size=3,
)
RAW = st.sampled_from([b"{", b"[1]", b"7", b"\xff\xfe", b"NaN", b'{"content": NaN}', b'"x"', b"[" * 3000, b"1" * 5000])


class Door:
    """Plain HTTP to the application, which runs in a thread of this process."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.ids = {"queue": http.get("/v1/queue").json()["data"][0]["id"]}
        made = http.post("/v1/projects", json={"name": "odd"}).json()
        channel = http.post("/v1/projects/odd/channels", json={"name": "odd"}).json()
        self.ids |= {"channel": channel["id"], "project": made["id"]}
        http.post("/v1/wordlist", json={"name": "words", "words": ["odd"]}).raise_for_status()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, in_thread: Any) -> Iterator[Door]:
    said = Settings(data_dir=tmp_path_factory.mktemp("odd"), free_space=0)
    app = asgi(said)
    bench = workbench(said, "odd")
    with bench.database.begin() as connection:
        account = accounts.create(connection, "someone")
        _, secret = keys.create(connection, account.id, "odd")
    over = threading.Event()
    failing = threading.Thread(target=_fail_all, args=(bench, over))
    failing.start()
    headers = {"Authorization": f"Bearer {secret}"}
    with in_thread(app) as url, httpx.Client(base_url=url, timeout=60, headers=headers) as http:
        try:
            yield Door(http)
        finally:
            over.set()
            failing.join(10)
    bench.engine.close()
    bench.database.close()


def _fail_all(bench: Workbench, over: threading.Event) -> None:
    while not over.wait(0.02):
        with bench.database.read() as connection:
            rows = connection.execute(submissions.select().where(submissions.c.state.in_(OPEN))).mappings().all()
        for row in rows:
            close.fail(bench, of_row(row), NotMedia("nothing of this is looked at here"))


@pytest.mark.timeout(max(300, MANY // 5))
@settings(
    max_examples=MANY,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    place=st.sampled_from(PLACES),
    prefix=st.sampled_from(["/v1", "/v1", "/api/v1"]),
    odd=st.text(st.characters(exclude_characters="\n\r/.", exclude_categories=["Cs"]), min_size=1, max_size=12),
    body=BODIES,
    raw=st.one_of(st.none(), st.none(), st.none(), st.none(), RAW),
    query=QUERIES,
    older=st.booleans(),
    keyed=st.sampled_from([True] * 9 + [False]),
)
def test_no_odd_request_is_our_fault(
    door: Door,
    place: tuple[str, str],
    prefix: str,
    odd: str,
    body: dict[str, Any],
    raw: bytes | None,
    query: dict[str, str],
    older: bool,
    keyed: bool,
) -> None:
    verb, path = place
    address = f"{prefix}/{path.format(odd=quote(odd), **door.ids)}"
    headers = {"x-stainless-lang": "js"} if older else {}
    if not keyed:
        headers["Authorization"] = "Bearer nothing"
    asked = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    sent = {} if verb == "GET" else {"content": raw if raw is not None else json.dumps(body).encode()}
    answer = door.http.request(verb, address, params=asked, headers=headers, **sent)
    assert answer.status_code < 500, f"{verb} {address} {asked} {sent} {answer.text}"
    document = answer.json()
    if answer.status_code != 200:
        assert {"type", "code", "message", "request_id", "doc_url"} <= set(document)
        assert document["message"]
        assert not any(word in answer.text for word in ("Traceback", "sqlalchemy", "<class", "Errno", "pydantic"))


def test_all_places_are_ours(door: Door) -> None:
    """None of them answers as an address that there is not."""
    for verb, path in PLACES:
        answer = door.http.request(verb, "/v1/" + path.format(odd="odd", **door.ids))
        assert answer.json().get("message") not in (
            "There is no such endpoint",
            "This endpoint does not know that method",
        )
