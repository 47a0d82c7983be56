"""Deepengin v1 against a real server: the published curl line byte for byte, the callback, and every error."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from serving import Server

from reelwarden.accounts.plans import Plan

pytestmark = pytest.mark.slow
FORM = "application/x-www-form-urlencoded"


def post(
    server: Server, body: bytes, kind: str = "application/json", path: str = "/v1/videoModeration"
) -> tuple[int, Any]:
    request = urllib.request.Request(server.url + path, body, {"Content-Type": kind}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def seed_body(key: str, url: str, callback: str) -> bytes:
    """The published request, with its line breaks and blanks; only the three values are ours."""
    return (
        f'{{ "id": 32,\n"api_key": "{key}",\n"url": "{url}",\n"callback_url": "{callback}"\n}}'  # as in the seed
    ).encode()


def path() -> str:
    return f"/ok/{secrets.token_hex(4)}"


@pytest.mark.models
def test_the_published_request_and_its_callback(server: Server, shared_media: Callable[[str], Path]) -> None:
    media = server.media(shared_media("real/single_face.mp4"))
    hook = path()
    status, said = post(server, seed_body(server.key(), media, server.receiver.url(hook)))
    assert (status, said) == (200, {"code": "200", "msg": "The process of Video Moderation has started"})
    callback = server.callbacks(hook)[0]
    body = json.loads(callback.body)
    assert body["id"] == 32
    assert body["filename"] == "single_face.mp4"
    assert body["file_url"] == media
    assert isinstance(body["ModerationResult"], list)
    assert body["operations"] >= 1
    assert body["FaceResult"], "there is a face in every picture of it"
    face = body["FaceResult"][0]["Face"]
    assert set(face["BoundingBox"]) == {"Width", "Height", "Left", "Top"}
    assert 0 < face["Confidence"] <= 100
    assert {point["Type"] for point in face["Landmarks"]} == {"eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight"}
    assert {label["Label"]["Name"] for label in body["LabelResult"]} >= {"Person"}
    assert body["CelebrityResult"] == []
    assert callback.headers["webhook-id"]


def test_the_key_in_the_address_and_a_slash_at_the_end(server: Server) -> None:
    clip = server.media(b"no video", "x.mp4")
    for place in ("/v1/videoModeration/", "/v1/videoModeration", "//v1/videoModeration"):
        hook = path()
        body = json.dumps({"id": "a", "url": clip, "callback_url": server.receiver.url(hook)}).encode()
        status, said = post(server, body, FORM, f"{place}?api_key={server.key()}")
        assert (status, said["code"]) == (200, "200")
        told = json.loads(server.callbacks(hook)[0].body)
        assert told["id"] == "a"
        assert told["code"] == "400"
        assert told["ModerationResult"] == []


@pytest.mark.parametrize("identity", [None, 7.5, "seven", [1, {"a": None}], {"deep": [True]}])
def test_the_id_comes_back_as_it_was(server: Server, identity: Any) -> None:
    hook = path()
    fields = {
        "id": identity,
        "api_key": server.key(),
        "url": server.media(b"x"),
        "callback_url": server.receiver.url(hook),
    }
    assert post(server, json.dumps(fields).encode())[0] == 200
    assert json.loads(server.callbacks(hook)[0].body)["id"] == identity


def test_errors_in_the_vendors_form(server: Server) -> None:
    key, media, hook = server.key(), server.media(b"x"), server.receiver.url("/ok")
    good = {"id": 1, "api_key": key, "url": media, "callback_url": hook}
    cases: list[tuple[bytes, int]] = [
        (json.dumps(good | {"api_key": ""}).encode(), 401),
        (json.dumps(good | {"api_key": "rw_wrong-wrong-wrong-wrong"}).encode(), 401),
        (json.dumps(good | {"url": ""}).encode(), 400),
        (json.dumps(good | {"url": "ftp://example.com/a.mp4"}).encode(), 400),
        (json.dumps(good | {"callback_url": ""}).encode(), 400),
        (json.dumps(good | {"callback_url": "nowhere"}).encode(), 400),
        (b"{", 400),
        (b"", 401),
        (b"[1, 2]", 401),
    ]
    for body, expected in cases:
        status, said = post(server, body)
        assert status == expected, (body, said)
        assert said["code"] == str(expected)
        assert said["description"]
        assert "Traceback" not in json.dumps(said)


def test_what_cannot_be_had_is_told_by_callback(server: Server) -> None:
    for url in (server.files.url("/none.mp4"), "http://127.0.0.1:1/a.mp4", server.media(b"<html>", "a.mp4")):
        hook = path()
        fields = {"id": 1, "api_key": server.key(), "url": url, "callback_url": server.receiver.url(hook)}
        assert post(server, json.dumps(fields).encode())[0] == 200
        told = json.loads(server.callbacks(hook)[0].body)
        assert told["code"] == "400"
        assert told["description"]


def test_rate_quota_and_domains(server: Server) -> None:
    slow = server.account(Plan("de-slow", requests_per_second=0.01, burst=1))
    fields = {"id": 1, "url": server.media(b"x"), "callback_url": server.receiver.url("/ok")}
    answers = [post(server, json.dumps(fields | {"api_key": slow.secret}).encode()) for _ in range(2)]
    assert [status for status, _ in answers] == [200, 429]
    fenced = server.account(settings={"media_domains": ["videos.example"]})
    status, said = post(server, json.dumps(fields | {"api_key": fenced.secret}).encode())
    assert (status, said["code"]) == (400, "400")
    full = server.account(Plan("de-none", concurrent_submissions=0))
    assert post(server, json.dumps(fields | {"api_key": full.secret}).encode())[0] == 429
