"""The server that the contract tests share: it takes a file, looks at it, and calls back."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from clips import make_clip, plain
from serving import Server, until

from reelwarden.accounts.plans import Plan

pytestmark = pytest.mark.slow


def post(server: Server, secret: str, **fields: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{server.url}/reelwarden/v1/submissions", json.dumps(fields).encode(), headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return dict(json.load(answer))


def test_a_file_goes_in_and_a_callback_comes_out(server: Server, tmp_path: Path) -> None:
    clip = tmp_path / "black.mp4"
    make_clip(clip, 2.0, picture=plain((320, 180), (0, 0, 0)))
    path = f"/ok/{secrets.token_hex(4)}"
    fields = {"labels": "picture.black", "url": server.media(clip), "callback": server.receiver.url(path)}
    submitted = post(server, server.key(), **fields)
    (told,) = server.callbacks(path)
    body = json.loads(told.body)
    assert body["submission"]["id"] == submitted["id"]
    assert body["submission"]["state"] == "finished"
    assert [moment["label"] for moment in body["result"]["moments"]] == ["picture.black"]


def test_accounts_have_the_plan_they_are_given(server: Server) -> None:
    secret = server.key(Plan("test-slow", requests_per_second=0.01))

    def refused() -> int | None:
        try:
            post(server, secret, labels="qr", url=server.media(b"", "nothing"))
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        return None

    assert until(refused, 60) == 429
