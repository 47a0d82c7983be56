"""Videos: answered at once, later, by callback, by upload; asked for, stopped and listed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from clips import make_clip, patches, plain, text_picture
from serving import until

from reelwarden.accounts.plans import Plan

pytestmark = [pytest.mark.slow, pytest.mark.models]
Answer = dict[str, Any]
WORDS = {"models": "text-content-2.0,qr-content", "text_categories": "insult,phone_number"}


def categories(frame: Answer) -> set[str]:
    return set(frame["text"]["detected_categories"])


def check_frames(frames: list[Answer], media: str, positions: list[int]) -> None:
    assert [frame["info"] for frame in frames] == [
        {"id": f"{media}_{number}", "position": position} for number, position in enumerate(positions, 1)
    ]
    assert [bool(frame["qr"]["link"]) for frame in frames] == [position < 3000 for position in positions]
    assert ["insult" in categories(frame) for frame in frames] == [position >= 3000 for position in positions]


def ended(api: Any, media: str) -> Answer:
    def look() -> Answer | None:
        output: Answer = api.get("video/byid.json", id=media)["output"]
        return output if output["data"]["status"] != "ongoing" else None

    return until(look, 120, "the end of the video")


def test_a_short_video_is_answered_at_once(api: Any, clip: Path) -> None:
    answer = api.post("video/check-sync.json", clip, interval="1", **WORDS)
    check_frames(answer["data"]["frames"], answer["media"]["id"], [0, 1000, 2000, 3000, 4000, 5000])
    assert answer["request"]["operations"] == 12
    assert "audio" not in answer["data"]


def test_the_usual_interval_is_two_seconds(api: Any, clip: Path) -> None:
    answer = api.get("video/check-sync.json", stream_url=api.server.media(clip), models="qr-content")
    assert [frame["info"]["position"] for frame in answer["data"]["frames"]] == [0, 2000, 4000]


def test_a_long_video_is_not_waited_for(api: Any, folder: Path) -> None:
    long = make_clip(folder / "long.mp4", 61.0, fps=2, picture=plain((320, 180)))
    error = api.answer(api.posted("video/check-sync.json", long, models="qr-content"), 400)["error"]
    assert error["type"] == "media_error"
    assert "video/check.json" in error["message"]


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_video_is_taken_in_and_called_back(api: Any, clip: Path, valid: Any, verb: str) -> None:
    path = f"/ok/{secrets.token_hex(4)}"
    fields = {"callback_url": api.server.receiver.url(path), "interval": "1", **WORDS}
    if verb == "get":
        taken = api.get("video/check.json", stream_url=api.server.media(clip), **fields)
    else:
        taken = api.post("video/check.json", clip, **fields)
    valid("VideoAsyncResponse", taken)
    assert taken["callback"] == fields["callback_url"]
    told = json.loads(api.server.callbacks(path)[-1].body)
    assert told["media"] == taken["media"]
    assert told["request"] == taken["request"]["id"]
    assert told["data"]["status"] == "finished"
    check_frames(told["data"]["frames"], taken["media"]["id"], [0, 1000, 2000, 3000, 4000, 5000])
    output = ended(api, taken["media"]["id"])
    assert output == told
    assert output["data"]["progress"] == 1
    assert output["data"]["operations"] == 12


def test_an_interesting_event_is_told_before_the_end(another: Callable[..., Any], folder: Path) -> None:
    shown = text_picture("you fucking idiot", (640, 360))
    quiet = patches((640, 360))
    long = make_clip(
        folder / "event.mp4", 30.0, fps=4, size=(640, 360), picture=lambda n, at: shown if 4 <= at < 6 else quiet(n, at)
    )
    api = another(settings={"events": {"text.detections.insult": 0.4}})
    path = f"/ok/{secrets.token_hex(4)}"
    fields = {"callback_url": api.server.receiver.url(path), "interval": "0.5"}
    models = "text-content-2.0,nudity-2.1,gore-2.0,faces,weapon"
    taken = api.post("video/check.json", long, models=models, text_categories="insult", **fields)

    def finished() -> list[Answer] | None:
        bodies = [json.loads(one.body) for one in list(api.server.receiver.received) if one.path == path]
        return bodies if bodies and bodies[-1]["data"]["status"] == "finished" else None

    *events, end = until(finished, 120, "the last callback")
    assert end["media"] == taken["media"]
    assert events, "a callback before the end"
    assert {event["data"]["status"] for event in events} == {"ongoing"}
    assert all(0 < event["data"]["progress"] < 1 for event in events)
    found = {frame["info"]["id"]: frame for event in events for frame in event["data"]["frames"]}
    positions = [frame["info"]["position"] for frame in found.values()]
    assert positions == [4000, 4500, 5000, 5500][: len(positions)], "what comes last is told with the end"
    whole = {frame["info"]["id"]: frame for frame in end["data"]["frames"]}
    assert all(whole[id] == frame for id, frame in found.items())


def test_a_failure_is_called_back(api: Any) -> None:
    path = f"/ok/{secrets.token_hex(4)}"
    url = api.server.media(b"this is no video" * 100, "fake.mp4")
    fields = {"callback_url": api.server.receiver.url(path), "models": "qr-content"}
    taken = api.get("video/check.json", stream_url=url, **fields)
    (told,) = api.server.callbacks(path)
    body = json.loads(told.body)
    assert body["media"] == taken["media"]
    assert body["data"]["status"] == "failure"
    assert body["data"]["error"]["type"] == "media_error"
    assert "Traceback" not in told.body.decode()


def test_callbacks_are_tried_again_until_received(api: Any, clip: Path) -> None:
    path = f"/fails/1/{secrets.token_hex(4)}"
    api.post("video/check.json", clip, models="qr-content", callback_url=api.server.receiver.url(path))
    told = api.server.callbacks(path, 2)
    assert len({one.body for one in told}) == 1
    assert len({one.id for one in told}) == 1


def test_the_account_sees_what_is_going_on_and_stops_it(another: Callable[..., Any], folder: Path) -> None:
    api = another(plan=Plan("test-two-at-a-time", concurrent_submissions=2))
    long = make_clip(folder / "going.mp4", 600.0, fps=1, size=(160, 90), picture=patches((160, 90)))
    first, second = (api.post("video/check.json", long, models="nudity-2.1,faces", interval="0.5") for _ in range(2))
    listed = {entry["media"]["id"]: entry for entry in api.get("video/ongoing.json")["ongoing"]}
    assert set(listed) == {first["media"]["id"], second["media"]["id"]}
    assert listed[first["media"]["id"]]["request"] == first["request"]["id"]

    def begun() -> Answer | None:
        data: Answer = api.get("video/byid.json", id=first["media"]["id"])["output"]["data"]
        return data if data["frames"] and data["progress"] else None

    so_far = until(begun, 120, "the first frames")
    assert so_far["status"] == "ongoing"
    assert 0 < so_far["progress"] < 1
    positions = [frame["info"]["position"] for frame in so_far["frames"]]
    assert positions == sorted(positions)
    assert positions[0] == 0
    refused = api.answer(api.posted("video/check.json", long, models="qr-content"), 429)["error"]
    assert refused["type"] == "usage_limit"
    for taken in (first, second):
        body = {"id": taken["media"]["id"], **api.credentials}
        api.answer(api.client.request("DELETE", "video/byid.json", data=body), 200)
        assert ended(api, taken["media"]["id"])["data"]["status"] == "stopped"
    assert api.get("video/ongoing.json")["ongoing"] == []


def test_a_large_file_goes_by_the_upload_api(api: Any, clip: Path) -> None:
    made = api.get("upload/create-video.json")
    media, place = made["media"]["id"], made["upload"]["url"]
    asked = {"media_id": media, "models": "qr-content", **api.credentials}
    early = api.client.get("video/check-sync.json", params=asked)
    assert api.answer(early, 400)["error"]["type"] == "media_error"
    assert httpx.put(place, content=clip.read_bytes(), headers={"Content-Type": "video/mp4"}).status_code == 200
    assert httpx.put(place, content=b"again").status_code == 404
    answer = api.get("video/check-sync.json", media_id=media, models="qr-content", interval="3")
    assert answer["media"]["id"] == media
    assert [bool(frame["qr"]["link"]) for frame in answer["data"]["frames"]] == [True, False]
    again = api.client.get("video/check-sync.json", params=asked)
    assert "already" in api.answer(again, 400)["error"]["message"]


def test_nobody_else_sees_a_video(api: Any, another: Callable[..., Any], clip: Path) -> None:
    taken = api.post("video/check.json", clip, models="qr-content")
    stranger = another()
    asked = {"id": taken["media"]["id"], **stranger.credentials}
    error = api.answer(api.client.get("video/byid.json", params=asked), 404)["error"]
    assert error["type"] == "argument_error"
    assert api.answer(api.client.request("DELETE", "video/byid.json", data=asked), 404)


def test_videos_have_workflows_too(another: Callable[..., Any], clip: Path) -> None:
    rules = [{"path": "qr.link", "over": 0.5, "text": "A link"}]
    api = another(settings={"workflows": {"wfl_x": {"models": "qr-content", "rules": rules}}})
    answer = api.post("video/check-workflow-sync.json", clip, workflow="wfl_x")
    assert answer["summary"] == {"action": "reject", "reject_prob": 1.0, "reject_reason": [{"text": "A link"}]}
    taken = api.post("video/check-workflow.json", clip, workflow="wfl_x")
    assert ended(api, taken["media"]["id"])["summary"]["action"] == "reject"


def test_a_stream_is_watched_until_it_ends(api: Any, folder: Path) -> None:
    card, plain_card = text_picture("you fucking idiot", (640, 360)), plain((640, 360), (20, 30, 60))
    hls = folder / "hls"
    hls.mkdir()
    options = {"hls_time": "1", "hls_list_size": "0"}
    make_clip(
        hls / "index.m3u8",
        6.0,
        fps=10,
        gop=10,
        size=(640, 360),
        picture=lambda n, at: card if at >= 3 else plain_card(n, at),
        container="hls",
        container_options=options,
        b_frames=0,
    )
    api.server.files.given |= {f"/hls/{path.name}": path for path in hls.iterdir()}
    path = f"/ok/{secrets.token_hex(4)}"
    fields = {"callback_url": api.server.receiver.url(path), "interval": "1"}
    url = api.server.files.url("/hls/index.m3u8")
    taken = api.get("video/check.json", stream_url=url, models="text-content-2.0", text_categories="insult", **fields)
    output = ended(api, taken["media"]["id"])
    assert output["data"]["status"] == "finished"
    seen = {frame["info"]["position"]: categories(frame) for frame in output["data"]["frames"]}
    assert [bool(found) for _, found in sorted(seen.items())] == [False] * 3 + [True] * (len(seen) - 3)
    told = [json.loads(one.body) for one in api.server.callbacks(path)]
    assert told[-1] == output or told[-1]["data"]["status"] == "ongoing"


def test_what_is_said_is_heard(api: Any, shared_media: Callable[[str], Path]) -> None:
    """A real speech without a profane word, and with a list, as the vendor answers, that is then empty."""
    speech = shared_media("real/short_hamilton_clip.mp4")
    answer = api.post("video/check-sync.json", speech, models="audio-profanity,type", interval="5")
    assert isinstance(answer["data"]["audio"]["profanity"], list)
    assert all("type" in frame for frame in answer["data"]["frames"])
