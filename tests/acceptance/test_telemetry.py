"""One submission through a real server, as the operator's collector sees it: one trace over three processes.

Nothing of what callers say (keys, texts, addresses, names, what a code in the picture says) is in a byte of it.
"""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from clips import make_clip, qr_picture
from collector import Collector, Told
from receiver import Received
from serving import Keyed, Server, serving, until

from reelwarden.api import sightengine

pytestmark = pytest.mark.slow

CALLERS = "0af7651916cd43dd8448eb211c80319c"
CALLING = "b7ad6b7169203331"
SECRET = "untold" + secrets.token_hex(6)
"""Stands in every text, address and name that the server is given here."""


@dataclass(frozen=True)
class Seen:
    collector: Collector
    server: Server
    account: Keyed
    submission: str
    callback: Received

    def of_trace(self) -> dict[str, Told]:
        return {span.name: span for span in list(self.collector.told) if span.trace == CALLERS}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("telemetry")
    clip = make_clip(
        folder / "clip.mp4", 3.0, size=(320, 240), picture=lambda *_: qr_picture(SECRET).resize((320, 240))
    )
    with pytest.MonkeyPatch.context() as environment, Collector() as collector:
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        environment.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
        with serving(folder / "data", telemetry_url=collector.url, log_level="debug") as server:
            account = server.account(name=SECRET)
            yield _walked(collector, server, account, clip)


def _walked(collector: Collector, server: Server, account: Keyed, clip: Path) -> Seen:
    """Everything that callers do here, and what came of it."""
    path = f"/ok/{SECRET}"
    fields = {
        "labels": "qr",
        "url": server.media(clip, f"{SECRET}.mp4") + f"?signature={SECRET}",
        "callback": server.receiver.url(f"{path}?token={SECRET}"),
        "name": SECRET,
        "external_id": SECRET,
    }
    traced = {
        "traceparent": f"00-{CALLERS}-{CALLING}-01",
        "tracestate": f"vendor={SECRET}",
        "baggage": f"user={SECRET}",
    }
    submission = _asked(server, account, "/reelwarden/v1/submissions", fields, traced)["id"]
    _asked(server, account, "/reelwarden/v1/text", {"text": f"{SECRET}: write to jo@{SECRET}.com"})
    query = urllib.parse.urlencode({"url": f"http://127.0.0.1/{SECRET}", "api_user": "1", "api_secret": SECRET})
    _asked(server, account, "/reelwarden/v1/health/live")
    _asked(server, account, f"/reelwarden/v1/{SECRET}/{SECRET}")
    _asked(server, account, f"{sightengine.PREFIX}/check.json?{query}")
    (callback,) = server.callbacks(f"{path}?token={SECRET}")
    told = Seen(collector, server, account, submission, callback)
    last = {"job", "delivery", f"GET {sightengine.PREFIX}/check.json"}
    until(lambda: last <= {span.name for span in list(collector.told)} or None, 20, "the last spans")
    return told


def _asked(
    server: Server, account: Keyed, path: str, body: object = None, headers: dict[str, str] | None = None
) -> dict[str, str]:
    """The answer's JSON, whatever its status; a POST where there is a body."""
    said = {"Authorization": f"Bearer {account.secret}", "Content-Type": "application/json", **(headers or {})}
    data = json.dumps(body).encode() if body else None
    try:
        with urllib.request.urlopen(urllib.request.Request(server.url + path, data, said), timeout=30) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))


def test_one_trace_goes_from_the_request_to_the_callback(seen: Seen) -> None:
    spans = seen.of_trace()
    request = spans["POST /reelwarden/v1/submissions"]
    assert {name: span.service for name, span in spans.items()} == {
        "POST /reelwarden/v1/submissions": "reelwarden-api",
        "job": "reelwarden-worker",
        "fetch": "reelwarden-worker",
        "decode": "reelwarden-worker",
        "piece": "reelwarden-worker",
        "delivery": "reelwarden-notifier",
    }
    assert request.parent == CALLING
    assert spans["job"].parent == request.id
    assert spans["fetch"].parent == spans["decode"].parent == spans["delivery"].parent == spans["job"].id
    assert spans["piece"].parent == spans["decode"].id
    assert seen.callback.headers["traceparent"] == f"00-{CALLERS}-{spans['delivery'].id}-01"
    assert not any(span.failed for span in spans.values())


def test_the_steps_say_what_helps(seen: Seen) -> None:
    spans = seen.of_trace()
    its = {"reelwarden.submission": seen.submission}
    about = {"reelwarden.account": seen.account.id, "reelwarden.dialect": "native"}
    assert spans["POST /reelwarden/v1/submissions"].facts == its | about | {
        "http.request.method": "POST",
        "http.route": "/reelwarden/v1/submissions",
        "http.response.status_code": 202,
    }
    job = {"reelwarden.source": "url", "reelwarden.queue": "look", "reelwarden.span": 0, "reelwarden.tries": 1}
    assert spans["job"].facts == its | about | job
    assert spans["fetch"].facts["reelwarden.bytes"] > 1000
    decode = spans["decode"].facts
    assert decode["reelwarden.media.kind"] == "video" and decode["reelwarden.media.seconds"] >= 2.5
    assert decode["reelwarden.cpu_seconds"] > 0
    pieces = [span.facts for span in seen.collector.named("piece")]
    assert all({"reelwarden.seconds.decode", "reelwarden.seconds.codes"} <= piece.keys() for piece in pieces)
    assert sum(piece["reelwarden.signals"] for piece in pieces) >= 1
    assert sum(piece["reelwarden.pictures"] for piece in pieces) >= 1
    delivery = spans["delivery"].facts
    assert delivery["server.address"] == "127.0.0.1" and delivery["http.response.status_code"] == 200
    assert (
        delivery["reelwarden.attempt"] == 1 and delivery["reelwarden.delivery"] == seen.callback.headers["webhook-id"]
    )


def test_nothing_of_what_callers_say_leaves(seen: Seen) -> None:
    everything = b"".join(body for _, _, body in seen.collector.posts)
    assert seen.submission.encode() in everything
    for secret in (SECRET, seen.account.secret, "signature", "token="):
        assert secret.encode() not in everything
    assert {path for path, _, _ in seen.collector.posts} == {"/v1/traces"}


def test_other_requests_have_their_own_traces(seen: Seen) -> None:
    others = {span.name: span for span in seen.collector.told if span.trace != CALLERS}
    assert others["POST /reelwarden/v1/text"].facts["http.response.status_code"] == 200
    assert others["GET /1.0/check.json"].facts["reelwarden.dialect"] == "sightengine"
    assert others["GET"].facts["http.response.status_code"] == 404 and "http.route" not in others["GET"].facts
    assert not any("health" in name for name in others)


def test_the_log_names_the_step(seen: Seen) -> None:
    lines = [json.loads(line) for line in seen.server.log.splitlines() if line.startswith("{")]
    begun = {(line["trace_id"], line["span_id"]) for line in lines if line["event"] == "piece.begun"}
    assert begun == {(CALLERS, seen.of_trace()["decode"].id)}
