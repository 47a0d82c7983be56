"""Addresses for media and callbacks that could be read in two ways are refused when they are handed in, and said so."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.slow
WRONG = {
    "https://user:secret@example.com/hook": "user name",
    "https://example.com@127.0.0.1/hook": "user name",
    "https://example.com/a\r\nX-Injected: yes": "blank",
    "https://example.com/a\nb": "blank",
    "https://example.com\r\nHost: b/": "blank",
    "https://example.com/?a=\u2028b": "blank",
    "https://example.com/#\r\nX: y": "blank",
    "https://example.com/\ud800": "half a letter",
    "https://example.com\\@b/": "backslash",
    "https://example.com/" + "x" * 9000: "characters long",
    "https://" + "x" * 300 + ".example.com/": "too long",
    "https://example.com:99999/": "cannot be read",
    "https://[::1/": "cannot be read",
    "//example.com/": "no scheme",
    "file:///etc/passwd": "file",
    "https://0x7f000001/": "odd way",
}


@pytest.mark.parametrize("url", WRONG, ids=[str(n) for n in range(len(WRONG))])
def test_a_wrong_address_is_refused_and_its_secrets_are_not_said(native: Any, url: str) -> None:
    tenant = native.tenant()

    def ask(verb: str, path: str, body: Any) -> Any:
        # Half a letter can only be written as an escape.
        return native.ask(tenant, verb, path, content=json.dumps(body), headers={"Content-Type": "application/json"})

    as_callback = {"url": "https://example.com/a.mp4", "labels": ["weapon"], "callback": url}
    as_media = {"url": url, "labels": ["weapon"]}
    for body in (as_callback, as_media):
        answer = ask("POST", "/submissions", body)
        assert answer.status_code == 422, answer.text
        assert WRONG[url] in answer.text
        assert "secret" not in answer.text
    answer = ask("PATCH", "/account/settings", {"callback_url": url})
    assert answer.status_code == 422, answer.text
    assert native.ask(tenant, "GET", "/submissions").json()["submissions"] == []
    assert native.ask(tenant, "GET", "/account").json()["settings"] == {}


def test_a_fragment_is_no_part_of_an_address(native: Any) -> None:
    tenant = native.tenant(media_domains=["example.com"])
    for url, status in (("https://example.com/a.mp4#@b.example", 202), ("https://b.example/#@example.com/", 422)):
        body = {"url": url, "labels": ["weapon"]}
        assert native.ask(tenant, "POST", "/submissions", json=body).status_code == status
