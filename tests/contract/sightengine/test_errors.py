"""Whatever goes wrong is said in the vendor's envelope, with a status that fits, and without a word of Python."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
from ports import free_port

from reelwarden.accounts.plans import Plan

pytestmark = pytest.mark.slow
Answer = dict[str, Any]
KEYS = {"type", "code", "message"}


def error_of(api: Any, response: Any, status: int) -> Answer:
    answer: Answer = api.answer(response, status)
    assert set(answer) == {"status", "request", "error"}
    assert set(answer["request"]) == {"id", "timestamp", "operations"}
    assert answer["request"]["operations"] == 0
    assert set(answer["error"]) == KEYS
    assert isinstance(answer["error"]["code"], int)
    assert not any(word in response.text for word in ("Traceback", "Error(", "sqlalchemy", ".py", "Exception"))
    return dict(answer["error"])


@pytest.mark.parametrize(
    "credentials",
    [{}, {"api_user": "1"}, {"api_secret": "x"}, {"api_user": "1234", "api_secret": "rw_" + "x" * 43}],
)
def test_no_key_and_wrong_key(api: Any, credentials: dict[str, str]) -> None:
    response = api.client.get("check.json", params={"models": "qr-content", "url": "http://x.example/", **credentials})
    error = error_of(api, response, 401)
    assert (error["type"], error["code"]) == ("credentials_error", 1)


def test_the_user_must_be_the_secrets(api: Any, another: Any) -> None:
    mixed = {"api_user": another().account.number, "api_secret": api.account.secret}
    response = api.client.get("check.json", params={"models": "qr-content", "url": "http://x.example/", **mixed})
    assert error_of(api, response, 401)["type"] == "credentials_error"


def test_too_fast(another: Any) -> None:
    api = another(plan=Plan("test-one-then-wait", requests_per_second=0.01))
    api.get("video/ongoing.json")
    response = api.client.get("video/ongoing.json", params=api.credentials)
    assert error_of(api, response, 429)["type"] == "usage_limit"
    assert int(response.headers["retry-after"]) > 10


def test_over_quota(another: Any, code: Path) -> None:
    api = another(plan=Plan("test-two-operations", monthly_operations=2))
    api.post("check.json", code, models="qr-content,type")
    response = api.posted("check.json", code, models="qr-content")
    assert error_of(api, response, 429)["type"] == "usage_limit"


def test_too_large(another: Any, code: Path) -> None:
    api = another(plan=Plan("test-small-files", most_bytes=500))
    error = error_of(api, api.posted("check.json", code, models="qr-content"), 413)
    assert error["type"] == "media_error"
    params = {"models": "qr-content", **api.credentials}
    response = api.client.post("check.json", params=params, files={"media": code.read_bytes()})
    assert error_of(api, response, 413)["type"] == "media_error"


def unreachable() -> str:
    return f"http://127.0.0.1:{free_port()}/x.jpg"


@pytest.mark.parametrize(
    "url",
    [
        unreachable,
        lambda: "http://10.0.0.1/x.jpg",
        lambda: "http://nothing.invalid/x.jpg",
        lambda: "file:///etc/passwd",
    ],
    ids=["refused", "private", "unknown name", "scheme"],
)
def test_media_that_cannot_be_fetched(api: Any, url: Any) -> None:
    response = api.client.get("check.json", params={"models": "qr-content", "url": url(), **api.credentials})
    error = error_of(api, response, 400)
    assert error["type"] in ("media_error", "argument_error")
    assert "passwd" not in error["message"]


@pytest.mark.parametrize(
    ("body", "name"), [(b"no picture at all" * 50, "a.jpg"), (b"", "b.jpg"), (b"\xff\xd8\xff" + b"\0" * 300, "c.jpg")]
)
def test_not_a_picture(api: Any, body: bytes, name: str) -> None:
    url = api.server.media(body, name)
    response = api.client.get("check.json", params={"models": "qr-content", "url": url, **api.credentials})
    assert error_of(api, response, 400)["type"] == "media_error"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "models"),
        ({"models": ""}, "models"),
        ({"models": "nudity-99"}, "nudity-99"),
        ({"models": "qr-content"}, "media"),
        ({"models": "text-content-2.0", "text_categories": "rude", "url": "http://x.example/"}, "rude"),
        ({"models": "text-content-2.0", "text_categories": "insult", "opt_lang": "xx", "url": "http://x/"}, "opt_lang"),
        ({"models": "qr-content", "url": "http://x.example/", "interval": "7"}, "interval"),
        ({"models": "qr-content", "url": "http://x.example/", "interval": "nan"}, "interval"),
        ({"models": "qr-content", "media_id": "med_x"}, "media_id"),
        ({"models": "qr-content", "url": "http://x.example/" + "x" * 9000}, "too long"),
    ],
)
def test_bad_arguments(api: Any, fields: dict[str, str], says: str) -> None:
    error = error_of(api, api.posted("check.json", **fields), 400)
    assert error["type"] == "argument_error"
    assert says in error["message"].lower()


def test_a_model_that_nothing_here_tells(api: Any) -> None:
    response = api.posted("check.json", models="genai", url="http://x.example/")
    assert error_of(api, response, 403)["type"] == "plan_error"


def test_an_unknown_id(api: Any) -> None:
    for id in ("med_" + "0" * 21, "nonsense", "med_\0"):
        response = api.client.get("video/byid.json", params={"id": id, **api.credentials})
        assert error_of(api, response, 404)["type"] == "argument_error"


def test_a_callback_that_cannot_be(api: Any) -> None:
    fields = {"models": "qr-content", "stream_url": "http://x.example/a.mp4", "callback_url": "ftp://x.example/"}
    assert error_of(api, api.posted("video/check.json", **fields), 400)["type"] == "callback_error"


def test_addresses_that_there_are_not(api: Any) -> None:
    assert error_of(api, api.client.get("nothing.json"), 404)["type"] == "request_error"
    assert error_of(api, api.client.put("check.json"), 405)["type"] == "request_error"
    assert error_of(api, api.client.put(f"upload/med_{'0' * 21}/{secrets.token_hex(8)}"), 404)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"\xff\xfe"),
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        ("application/x-www-form-urlencoded", b"\xff=%ff"),
    ],
)
def test_bodies_that_cannot_be_read(api: Any, kind: str, body: bytes) -> None:
    response = api.client.post("check.json", content=body, headers={"Content-Type": kind})
    assert error_of(api, response, response.status_code)["type"] in ("argument_error", "credentials_error")
    assert response.status_code in (400, 401)
