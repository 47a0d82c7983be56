"""Whatever is sent to any route: never the server's fault, always our form of error, nothing of Python in it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from reelwarden.accounts.caller import OWN_SCOPES

pytestmark = pytest.mark.slow
MANY = int(os.environ.get("REELWARDEN_ODD_REQUESTS", "6"))
"""Requests a route."""
PYTHON = ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "<class", "Errno", "Error:", ".py")
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
APART = {"/events/stream": "does not end", "/health/ready": "says 503 where no worker runs, as here"}
ODD = ["\0", "a\ud83d", "a" * 5000, "../..\r\nX: y", "1e999", "-1"]
FIELDS: tuple[str, ...] = (
    "all",
    "name",
    "text",
    "labels",
    "plan",
    "url",
    "external_id",
    "upload",
    "stream",
    "policy",
    "lists",
    "callback",
)
FIELDS += (
    "entries",
    "document",
    "scopes",
    "settings",
    "submission",
    "languages",
    "categories",
    "source",
    "callback_url",
)
Native = Any


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Native, Any]]:
    """An API with an admin's key, so that no route is closed."""
    if request.param == "sqlite":
        native = request.getfixturevalue("native")
        yield native, native.tenant(scopes=[*OWN_SCOPES, "admin"])
        return
    postgres, serve = request.getfixturevalue("postgres"), request.getfixturevalue("serve")
    url = postgres.new_database()
    with serve(tmp_path_factory.mktemp("postgres"), database_url=url) as native:
        yield native, native.tenant(scopes=[*OWN_SCOPES, "admin"])
    postgres.drop(url)


def is_no_fault(what: str, status: int, text: str) -> None:
    said = f"{what} → {status} {text[:300]}"
    assert status < 500, said
    if status >= 400 and not what.startswith("HEAD"):
        error = json.loads(text)["error"]
        assert set(error) == {"code", "message", "hint"}, said
        assert error["message"], said
        assert not any(word in text for word in PYTHON), said


def test_what_the_openapi_allows(door: tuple[Native, Any]) -> None:
    """Requests that schemathesis makes of the document, sound and unsound ones."""
    native, admin = door
    schema: Any = schemathesis.openapi.from_dict(native.http.get("/openapi.json").json())
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path not in APART:
            try_out(native, admin, operation)
            asked += 1
    assert asked > 40


def try_out(native: Native, admin: Any, operation: Any) -> None:
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]

    @settings(
        max_examples=MANY,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes)))
    def ask(case: Any) -> None:
        answer = case.call(base_url=f"{native.url}/reelwarden/v1", headers=admin.headers, timeout=60)
        is_no_fault(f"{case.method} {case.formatted_path} {case.query} {case.body}", answer.status_code, answer.text)

    ask()


def test_odd_letters_in_every_place(door: tuple[Native, Any]) -> None:
    """Nulls, halves of letters and worse: in each part of the path, each query parameter, each field of each body."""
    native, admin = door
    asked = 0
    for path, verbs in native.http.get("/openapi.json").json()["paths"].items():
        for verb, about in verbs.items():
            if path not in APART:
                for odd in ODD:
                    asked += odd_requests(native, admin, verb.upper(), path, about, odd)
    assert asked > 1000


def odd_requests(native: Native, admin: Any, verb: str, path: str, about: Any, odd: str) -> int:
    quoted = quote(odd.encode("utf-8", "surrogatepass"), safe="")
    target = re.sub(r"\{\w+\}", quoted, path)
    query = "&".join(f"{one['name']}={quoted}" for one in about.get("parameters", []) if one["in"] == "query")
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Offset": "0", "Range": quoted[:200]}
    bodies: list[dict[str, Any]] = [{}]
    if "application/json" in about.get("requestBody", {}).get("content", {}):
        bodies = [odd_body(field, odd) for field in FIELDS]
    for body in bodies:
        answer = native.ask(admin, verb, f"{target}?{query}", headers=headers, **body)
        is_no_fault(f"{verb} {target}?{query} {body}", answer.status_code, answer.text)
    return len(bodies)


def odd_body(field: str, odd: str) -> dict[str, Any]:
    """JSON with the field odd and all others as they should be."""
    sound = {"name": "n", "text": "t", "plan": "free", "document": "", "entries": [], "url": "http://example.com/a"}
    said = {"labels": ["gore"], **sound, field: [{"text": odd}] if field == "entries" else odd}
    return {"content": json.dumps(said if field != "all" else odd).encode()}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"labels":' * 50_000,
        b'{"text": "\xff\xfe"}',
        b'{"labels": {"a": 1}, "url": 7}',
        b'{"labels": ["gore"], "url": "http://example.com/", "plan": [1]}',
        b'{"labels": ["gore"], "url": "http://example.com/", "plan": {"every": "x"}}',
        b'{"labels": ["gore"], "url": "http://example.com/", "plan": {"count": 1e400}}',
        b'{"labels": ["gore"], "url": "http://example.com/", "plan": {"every": NaN}}',
        b'{"labels": ["gore"], "url": "http://[::1", "priority": 99999999999999999999}',
        rb'{"labels": ["gore"], "stream": "rtsp://\u0000", "external_id": "\u0000"}',
        rb'{"labels": ["gore"], "upload": "\ud800"}',
        b"labels=gore&url=%00&name=%ED%A0%80",
    ],
)
@pytest.mark.parametrize("path", ["/submissions", "/text", "/lists", "/deliveries/again", "/keys", "/accounts"])
def test_bodies_that_are_none(door: tuple[Native, Any], path: str, body: bytes) -> None:
    native, admin = door
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "\xff"):
        answer = native.ask(admin, "POST", path, content=body, headers={"Content-Type": kind.encode("latin-1")})
        is_no_fault(f"POST {path} {kind} {body[:80]!r}", answer.status_code, answer.text)


def test_a_fault_says_nothing_of_its_kind(native: Native, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something of ours breaks after all, the caller learns that it was logged, and no more."""
    from reelwarden.accounts import lists

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("secret inner workings")

    monkeypatch.setattr(lists, "every", broken)
    with capture_logs() as logged:
        answer = native.ask(native.tenant(), "GET", "/lists")
    assert answer.status_code == 500
    assert [one["error"] for one in logged if one["event"] == "api.unexpected"] == ["ZeroDivisionError"]
    assert answer.json()["error"]["code"] == "internal"
    assert not any(word in answer.text for word in (*PYTHON, "secret", "ZeroDivision"))
