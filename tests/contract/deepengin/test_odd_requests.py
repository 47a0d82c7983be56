"""Odd requests by the thousand, on the real application and a real database: the vendor's form, and never our fault.

`REELWARDEN_ODD_REQUESTS=10000` asks for so many. Nothing is looked at: no worker runs.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import in_process

from reelwarden.accounts import accounts, keys
from reelwarden.app import asgi
from reelwarden.settings import Settings
from reelwarden.store.database import Database

pytestmark = pytest.mark.slow
MANY = int(os.environ.get("REELWARDEN_ODD_REQUESTS", "300"))
SEEN: Counter[int] = Counter()
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
ADDRESSES = [
    "http://example.com/a.mp4",
    "http://example.com/a.mp4",
    "http://[::1",
    "http://127.0.0.1:9/x",
    "rtmp://a/b",
    "",
]
URL = st.sampled_from(ADDRESSES) | ANY
RAW = st.binary(max_size=200) | st.sampled_from([b"", b"{", b"[1,2]", b"a=%zz&&=;", b'{"id":NaN}', b"[" * 5000])
KINDS = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "a/b; boundary"]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    said = Settings(data_dir=tmp_path_factory.mktemp("odd"), free_space=0)
    with in_process(asgi(said)) as url, httpx.Client(base_url=url, timeout=60) as client:
        database = Database(said.database_url)
        with database.begin() as connection:
            account = accounts.create(connection, "odd")
            _, secret = keys.create(connection, account.id, "odd")
        yield client, secret
        database.close()


@settings(max_examples=MANY, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    body=st.fixed_dictionaries({}, optional={"id": ANY, "url": URL, "callback_url": URL, "extra": ANY}),
    raw=st.none() | st.none() | st.none() | RAW,
    keyed=st.sampled_from([True, True, True, False]),
    kind=st.sampled_from(KINDS),
    verb=st.sampled_from(["POST"] * 8 + ["GET", "DELETE"]),
    slash=st.sampled_from(["", "/", "//", "/x"]),
)
def test_no_odd_request_is_our_fault(
    door: tuple[httpx.Client, str],
    body: dict[str, Any],
    raw: bytes | None,
    keyed: bool,
    kind: str,
    verb: str,
    slash: str,
) -> None:
    client, secret = door
    said = body | ({"api_key": secret} if keyed else {})
    content = json.dumps(said).encode() if raw is None else raw
    response = client.request(verb, f"/v1/videoModeration{slash}", content=content, headers={"Content-Type": kind})
    SEEN[response.status_code] += 1
    assert response.status_code < 500, response.text
    document = response.json()
    assert document["code"] == str(response.status_code)
    assert not any(word in response.text for word in ("Traceback", "sqlalchemy", "<class", "Errno"))


def test_good_requests_are_among_them(door: tuple[httpx.Client, str]) -> None:
    client, secret = door
    good = {"id": 1, "api_key": secret, "url": "http://example.com/a.mp4", "callback_url": "http://example.com/done"}
    assert client.post("/v1/videoModeration", json=good).json()["code"] == "200"
    print(f"\n{dict(SEEN)}")
