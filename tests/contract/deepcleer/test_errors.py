"""Every error in the vendor's code, by the answer or by the callback; encrypted data; the pace; the quota."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reelwarden.accounts.plans import Plan
from reelwarden.api.deepcleer.sealed import sealed

pytestmark = pytest.mark.slow
Answer = dict[str, Any]
GOOD = {"appId": "default", "eventId": "video", "imgType": "QRCODE", "data": {"btId": "e", "url": "http://x.example/a"}}


def test_who_may_not(api: Any, valid: Callable[..., None]) -> None:
    for path in ("/video/v4", "/video/query/v4", "/videostream/v4", "/finish_videostream/v4"):
        for key in ("", "rw_wrong-wrong-wrong-wrong", 7):
            said = api.post(path, **GOOD | {"accessKey": key})
            assert said["code"] == 9101, (path, said)
            assert said["message"].startswith("无权限操作")
        assert api.raw(path, b"")["code"] == 9101
    assert api.post("/video/v4", accessKey="x", acceptLang="en")["message"].startswith("No permission to operate")


@pytest.mark.parametrize(
    "change",
    [
        {"appId": ""},
        {"eventId": None},
        {"imgType": None},
        {"imgType": "EROTICA"},
        {"audioType": "NONE_MOAN"},
        {"callback": "nowhere"},
        {"callback": "ftp://example.com/"},
        {"acceptLang": "fr"},
        {"encryptType": "aes"},
        {"encryptType": "sm4", "data": "AAAA"},
        {"data": None},
        {"data": "text"},
        {"data": {"url": "http://x.example/a"}},
        {"data": {"btId": "e"}},
        {"data": {"btId": "e" * 65, "url": "http://x.example/a"}},
        {"data": {"btId": "e", "url": "ftp://x.example/a"}},
        {"data": {"btId": "e", "url": "http://x.example/a", "detectFrequency": 100}},
        {"data": {"btId": "e", "url": "http://x.example/a", "level": 5}},
        {"data": {"btId": "e", "url": "http://x.example/a", "lang": "fr"}},
        {"data": {"btId": "e", "url": "http://x.example/a", "gender": "x"}},
        {"data": {"btId": "e", "url": "http://x.example/a", "extra": {"passThrough": {"a": "x" * 1100}}}},
        {"data": {"btId": "e", "url": "http://x.example/a", "audioDetectStep": 37}},
        {"data": {"btId": "e", "url": "http://x.example/a", "returnAllImg": 2}},
        {"data": {"btId": "e", "url": "http://x.example/a", "pad": "x" * (1 << 20)}},
    ],
    ids=str,
)
def test_what_is_not_valid(api: Any, change: Answer) -> None:
    said = api.post("/video/v4", **{name: value for name, value in (GOOD | change).items() if value is not None})
    assert said["code"] == 1902
    assert said["message"].startswith(("参数不合法: ", "Invalid parameters: "))


def test_what_is_no_request(api: Any) -> None:
    for body in (b"{", b"[1]", b"\xff", b"[" * 100_000, b'{"a":' * 50_000):
        assert api.raw("/video/v4", body)["code"] in (1902, 9101)
    assert api.raw("/video/nowhere", b"{}")["code"] == 1902
    assert api.post("/video/query/v4", btId="unknown")["code"] == 1902
    assert api.post("/finish_videostream/v4", requestId="0" * 32)["code"] == 1902


def test_what_nobody_can_tell_is_left_out_or_refused(api: Any, another: Callable[..., Any]) -> None:
    said = api.submit("http://x.example/a", imgType="POLITY")
    assert said["code"] == 9101 and "POLITY" in said["message"]
    assert api.submit("http://127.0.0.1:1/a", imgType="POLITY_QRCODE", audioType="ADLAW")["code"] == 1100
    strict = another(settings={"strict": True}).submit("http://x.example/a", imgType="POLITY_QRCODE")
    assert strict["code"] == 9101 and "QRCODE" not in strict["message"]


def test_what_cannot_be_looked_at_is_told_by_callback_and_query(api: Any) -> None:
    cases = {
        api.server.files.url("/none.mp4"): 1902,
        "http://127.0.0.1:1/a.mp4": 1902,
        api.server.media(b"<html>no video</html>", "a.mp4"): 1902,
        api.server.media(b"no video at all" * 100, "a.mp4"): 1905,
    }
    for url, code in cases.items():
        hook = f"/ok/{secrets.token_hex(4)}"
        taken = api.submit(url, callback=api.server.receiver.url(hook), acceptLang="en")
        assert taken["code"] == 1100
        told = json.loads(api.server.callbacks(hook)[0].body)
        assert told["code"] == code, told
        assert (told["btId"], told["requestId"]) == (taken["btId"], taken["requestId"])
        assert "frameDetail" not in told and "riskLevel" not in told
        assert api.ended(taken["btId"]) == told


def test_encrypted_data(another: Callable[..., Any], clip: Path) -> None:
    secret = "0123456789abcdef-longer"
    own = another(settings={"secret_key": secret})
    data = {"btId": "sealed", "tokenId": "u", "url": own.server.media(clip), "returnAllImg": 1}
    wrong = own.post("/video/v4", **GOOD | {"encryptType": "sm4", "data": sealed(data, "another-secret-key")})
    assert wrong["code"] == 1902
    said = own.post("/video/v4", **GOOD | {"encryptType": "sm4", "data": sealed(data, secret)})
    assert (said["code"], said["btId"]) == (1100, "sealed")
    assert own.ended("sealed")["auxInfo"]["frameCount"] == 2
    without = another().post("/video/v4", **GOOD | {"encryptType": "sm4", "data": sealed(data, secret)})
    assert without["code"] == 1902 and "secret" in without["message"]


def test_pace_balance_and_routes(another: Callable[..., Any]) -> None:
    paced = another(Plan("dc-slow", requests_per_second=0.01))
    assert [paced.post("/video/query/v4", btId="x")["code"] for _ in range(3)] == [1902, 1901, 1901]
    poor = another(Plan("dc-poor", monthly_operations=0))
    assert poor.submit("http://127.0.0.1:1/a", imgType="QRCODE")["code"] == 9100
    full = another(Plan("dc-full", concurrent_submissions=0, concurrent_streams=0))
    assert full.submit("http://127.0.0.1:1/a", imgType="QRCODE")["code"] == 1901
    stream = {
        **GOOD,
        "imgCallback": "http://127.0.0.1:1/",
        "data": {"streamType": "NORMAL", "url": "http://127.0.0.1:1/a"},
    }
    assert full.post("/videostream/v4", **stream)["code"] == 1904


def test_a_callback_is_tried_again_until_it_is_a_200(api: Any) -> None:
    hook = f"/status/204/{secrets.token_hex(4)}"
    api.submit("http://127.0.0.1:1/a", callback=api.server.receiver.url(hook))
    calls = api.server.callbacks(hook, 3)
    assert len({call.body for call in calls}) == 1, "204 is no success: only 200 is"
