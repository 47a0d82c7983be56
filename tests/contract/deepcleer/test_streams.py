"""Live streams: frames told as they come, the end told where it is wanted, closed by the customer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from livestream import Broadcast, encode

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
Answer = dict[str, Any]


def watch(api: Any, url: str, hook: str, **data: Any) -> Answer:
    """The published request of a stream."""
    fields = {
        "appId": "defaulttest",
        "eventId": "VIDEOSTREAM",
        "imgType": "QRCODE",
        "imgCallback": api.server.receiver.url(hook),
        "acceptLang": "en",
        "data": {"streamType": "NORMAL", "tokenId": "123", "url": url, "detectFrequency": 1, **data},
    }
    answer: Answer = api.post("/videostream/v4", **fields)
    return answer


def told(api: Any, hook: str, count: int, within: float = 120) -> list[Answer]:
    return [json.loads(one.body) for one in api.server.callbacks(hook, count, within)]


def test_risky_frames_and_the_end_are_told(api: Any, valid: Callable[..., None]) -> None:
    hook = f"/ok/{secrets.token_hex(4)}"
    passed = {"passThrough1": "111"}
    with Broadcast(encode(8.0, (3.0, 5.0))) as broadcast:
        data = {"returnFinishInfo": 1, "room": "r1", "detectStep": 1, "extra": {"passThrough": passed}}
        taken = watch(api, broadcast.url, hook, **data)
        assert taken["code"] == 1100
        valid(taken, "videostream_v4", "Return Parameters")
        again = watch(api, broadcast.url, hook)
        assert (again["code"], again["detail"]["dupRequestId"]) == (1902, taken["requestId"])
        calls = told(api, hook, 3)
    *frames, end = calls
    assert len(frames) == 2
    for frame in frames:
        valid(frame, "videostream_v4", "Stream segment callback parameters")
        assert (frame["statCode"], frame["contentType"], frame["auxInfo"]) == (0, 1, {"passThrough": passed})
        assert frame["requestId"].startswith(taken["requestId"])
        assert frame["frameDetail"]["riskDescription"] == "QR code:QR code:Link"
        assert frame["frameDetail"]["auxInfo"]["room"] == "r1"
        assert frame["frameDetail"]["auxInfo"]["detectType"] == 1
        assert frame["frameDetail"]["auxInfo"]["qrContent"] == "https://example.com/live"
    valid(end, "videostream_v4", "End-of-stream callback parameters")
    assert (end["statCode"], end["riskLevel"], end["pullStreamSuccess"]) == (1, "REVIEW", True)
    assert end["requestId"] == taken["requestId"]
    assert end["auxInfo"]["streamTime"] in (7, 8)
    assert end["detail"]["requestParams"]["room"] == "r1"


def test_every_frame_is_told_until_the_customer_closes(api: Any, valid: Callable[..., None]) -> None:
    hook = f"/ok/{secrets.token_hex(4)}"
    with Broadcast(encode(120.0, size=(160, 96))) as broadcast:
        taken = watch(api, broadcast.url, hook, returnAllImg=1, returnFinishInfo=1)
        first = told(api, hook, 2)
        assert {one["frameDetail"]["riskLevel"] for one in first} == {"PASS"}
        closed = api.post("/finish_videostream/v4", requestId=taken["requestId"], acceptLang="en")
        assert (closed["code"], closed["requestId"]) == (1100, taken["requestId"])
        valid(closed, "finish_videostream_v4", "Return parameters")
        end = json.loads(api.server.callbacks(hook, _ends(api, hook), 120)[-1].body)
    assert (end["statCode"], end["riskLevel"], end["pullStreamSuccess"]) == (1, "PASS", True)


def _ends(api: Any, hook: str) -> int:
    """How many callbacks there are when the end has come."""
    from serving import until

    def count() -> int | None:
        bodies = [json.loads(one.body) for one in list(api.server.receiver.received) if one.path == hook]
        return len(bodies) if any(body.get("statCode") == 1 for body in bodies) else None

    return until(count, 120, "the end")


def test_a_stream_that_cannot_be_had(api: Any) -> None:
    """RTMP is spoken as well; nobody listens at this address, and the end says so."""
    hook = f"/ok/{secrets.token_hex(4)}"
    taken = watch(api, "rtmp://127.0.0.1:1935/live/nobody", hook, returnFinishInfo=1)
    assert taken["code"] == 1100, taken
    assert api.post("/finish_videostream/v4", requestId=taken["requestId"])["code"] == 1100
    [end] = told(api, hook, 1)
    assert (end["statCode"], end["pullStreamSuccess"], end["riskLevel"]) == (1, False, "PASS")


def test_streams_that_no_server_can_enter(api: Any) -> None:
    for kind in ("AGORA", "TRTC", "ZEGO", "VOLC", "ALI", "SOMETHING", ""):
        said = watch(api, "http://127.0.0.1:1/a", "/ok", streamType=kind)
        assert said["code"] == 1902, kind
    assert watch(api, "", "/ok")["code"] == 1902
