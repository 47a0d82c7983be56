"""Live streams on a whole server: told while they go on, watched on after a drop, ended and stopped.

How soon a moment is told is measured by benchmarks/server.py: here a machine may be as slow as it likes.
"""

from __future__ import annotations

import json
import secrets
import time
import urllib.request
from typing import Any

import pytest
from livestream import Broadcast, encode
from serving import Server, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SIZE = (320, 192)
POLICY = 'name = "codes"\n[labels."qr.link"]\nreview = 0.5\n'


class Client:
    """Our own API with one key."""

    def __init__(self, server: Server) -> None:
        self._base, self._key = f"{server.url}/reelwarden/v1", server.key()
        self("PUT", "/policies/codes", {"document": POLICY})

    def __call__(self, method: str, path: str, document: Any = None) -> Any:
        body = None if document is None else json.dumps(document).encode()
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._base + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=70) as answer:
            return json.loads(answer.read() or b"null")

    def watch(self, url: str, **more: Any) -> str:
        wish = {"stream": url, "labels": ["qr"], "policy": "codes", "plan": {"every": 0.5}, "keep": "true"}
        return str(self("POST", "/submissions", wish | more)["id"])

    def events(self, id: str, kind: str) -> list[Any]:
        return [e for e in self("GET", f"/events?submission={id}&limit=500")["events"] if e["kind"] == kind]


@pytest.fixture(scope="module")
def client(server: Server) -> Client:
    return Client(server)


def seconds_of(iso: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(iso).timestamp()


def test_a_moment_is_told_while_the_stream_goes_on(server: Server, client: Client) -> None:
    hook = f"/ok/{secrets.token_hex(4)}"
    with Broadcast(encode(90.0, (4.0, 7.0), size=SIZE)) as broadcast:
        id = client.watch(broadcast.url, callback=server.receiver.url(hook), interim="true")
        found = until(lambda: client.events(id, "moment.found") or None, 80, "the moment")[0]
        print(f"\ntold {seconds_of(found['at']) - (broadcast.begun + 4.0):.2f} s after its frame was sent")
        assert found["data"]["label"] == "qr.link"
        assert found["data"]["from"] == pytest.approx(4.0, abs=1.6)
        told = json.loads(server.callbacks(hook, 1)[0].body)
        assert told["event"] == "moments.found"
        assert client("GET", f"/submissions/{id}")["state"] == "running"
        until(lambda: time.time() > broadcast.begun + 10.0 or None, 60, "the code's end")
        broadcast.over.set()
        until(lambda: client("GET", f"/submissions/{id}")["state"] == "finished" or None, 120, "the end")
    result = client("GET", f"/submissions/{id}/result")
    links = [m for m in result["moments"] if m["label"] == "qr.link"]
    assert len(links) == 1
    assert links[0]["to"] == pytest.approx(6.5, abs=1.6)
    assert json.loads(server.callbacks(hook, 2)[1].body)["event"] == "submission.finished"


def test_a_stream_that_drops_is_watched_on(client: Client) -> None:
    with Broadcast(encode(16.0, (1.0, 3.0), (11.0, 14.0), size=SIZE), drop_at=4.0) as broadcast:
        id = client.watch(broadcast.url)
        until(lambda: client("GET", f"/submissions/{id}")["state"] == "finished" or None, 150, "the end")
        assert broadcast.connections >= 2
    assert client.events(id, "stream.waiting")
    result = client("GET", f"/submissions/{id}/result")
    codes = [m for m in result["moments"] if m["label"] == "qr.link"]
    assert len(codes) == 2, "once before the drop, once after it"
    assert codes[1]["from"] == pytest.approx(11.0, abs=2.6), "time goes on after the drop"


def test_a_stream_is_stopped_at_once(client: Client) -> None:
    with Broadcast(encode(120.0, size=(160, 96))) as broadcast:
        id = client.watch(broadcast.url)
        until(lambda: client("GET", f"/submissions/{id}")["media"] or None, 100, "the stream")
        asked = time.monotonic()
        client("POST", f"/submissions/{id}/stop")
        until(lambda: client("GET", f"/submissions/{id}")["state"] == "stopped" or None, 60, "the stop")
        print(f"\nstopped after {time.monotonic() - asked:.2f} s")


def test_what_is_no_stream_fails_with_its_reason(server: Server, client: Client) -> None:
    id = client.watch(server.files.url("/none.ts"))
    until(lambda: client("GET", f"/submissions/{id}")["state"] == "failed" or None, 60, "the failure")
    assert "404" in client("GET", f"/submissions/{id}")["error"]["message"]
