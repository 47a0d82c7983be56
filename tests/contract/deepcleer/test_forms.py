"""The published demos as their programs send them: bodies and headers byte for byte, only the values in them are ours.

Each language's demo builds the same request; its encoder and its HTTP library give it a form of its own. The two
largest published samples, of a file and of a stream, are sent as they are printed.
"""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.models]
Values = Mapping[str, str]


def python_requests(v: Values) -> tuple[str, bytes]:
    """`requests.post(url, json=…)`."""
    body = json.dumps(demo(v) | {"data": {"url": v["url"], "btId": v["bt"], "tokenId": "u1"}}).encode()
    return "Content-Type: application/json\r\nUser-Agent: python-requests/2.31.0\r\nAccept: */*\r\n", body


def go(v: Values) -> tuple[str, bytes]:
    """A map through encoding/json: keys in order, no blanks, `&` escaped."""
    data = {"url": v["url"], "btId": v["bt"], "tokenId": "u1"}
    text = json.dumps(demo(v) | {"data": data}, sort_keys=True, separators=(",", ":"))
    return "User-Agent: Go-http-client/1.1\r\nContent-Type: application/json\r\n", text.replace("&", "\\u0026").encode()


def php(v: Values) -> tuple[str, bytes]:
    """json_encode escapes slashes; curl labels a text body as a form."""
    data = {"url": v["url"], "btId": v["bt"], "tokenId": "u1"}
    text = json.dumps(demo(v) | {"data": data}, separators=(",", ":")).replace("/", "\\/")
    return "Accept: */*\r\nContent-Type: application/x-www-form-urlencoded\r\n", text.encode()


def node(v: Values) -> tuple[str, bytes]:
    """The header's name stands in its value too; there is no tokenId."""
    text = json.dumps(demo(v) | {"data": {"url": v["url"], "btId": v["bt"]}}, separators=(",", ":"))
    return "Content-Type: Content-Type: application/json; charset=utf-8\r\n", text.encode()


def java(v: Values) -> tuple[str, bytes]:
    """A hash map's order, and the charset where the content's coding belongs."""
    text = json.dumps(
        {"data": {"btId": v["bt"], "url": v["url"]}, **dict(reversed(demo(v).items()))}, separators=(",", ":")
    )
    head = "Content-Encoding: UTF-8\r\nContent-Type: application/json\r\nUser-Agent: Apache-HttpClient/4.5 (Java)\r\n"
    return head, text.encode()


def lua(v: Values) -> tuple[str, bytes]:
    """No type at all; cjson escapes slashes."""
    text = json.dumps(demo(v) | {"data": {"url": v["url"], "btId": v["bt"]}}, separators=(",", ":"))
    return "TE: trailers\r\nUser-Agent: LuaSocket 3.0\r\n", text.replace("/", "\\/").encode()


DEMOS = [python_requests, go, php, node, java, lua]


def demo(v: Values) -> dict[str, Any]:
    return {
        "accessKey": v["key"],
        "appId": "default",
        "eventId": "video",
        "imgType": "POLITY_QRCODE_ADVERT",
        "audioType": "POLITY_EROTIC",
        "callback": v["callback"],
    }


def send(server: Any, path: str, head: str, body: bytes) -> Any:
    """One request on a connection of its own, as it stands."""
    parts = urlsplit(server.url)
    start = f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
    with socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=60) as wire:
        wire.sendall(f"{start}{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    top, _, content = answer.partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 200 "), top
    return json.loads(content)


@pytest.mark.parametrize("form", DEMOS, ids=lambda f: f.__name__)
def test_the_demo_of_each_language(api: Any, clip: Any, form: Callable[[Values], tuple[str, bytes]]) -> None:
    hook = f"/ok/{secrets.token_hex(4)}"
    values = {
        "key": api.account.secret,
        "url": api.server.media(clip) + "?a=1&b=2",
        "bt": secrets.token_hex(8),
        "callback": api.server.receiver.url(hook),
    }
    head, body = form(values)
    said = send(api.server, "/video/v4", head, body)
    assert (said["code"], said["btId"]) == (1100, values["bt"])
    told = json.loads(api.server.callbacks(hook)[0].body)
    assert (told["requestId"], told["riskLevel"]) == (said["requestId"], "REVIEW")
    assert told["frameDetail"][0]["riskLabel1"] == "qrcode"


SAMPLE = """{
    "accessKey": "%(key)s",
    "appId": "default",
    "btId": "%(bt)s",
    "eventId": "video",
    "imgType": "POLITICS_VIOLENCE_BAN_PORN_MINOR_AD_SPAM_LOGO_STAR_OCR",
    "imgBusinessType": "SCREEN_SCENCE_QR_FACE_QUALITY_MINOR_LOGO_BEAUTY_FACECOMPARE",
    "audioType": "POLITICAL_PORN_AD_MOAN_ABUSE",
    "audioBusinessType": "SING_LANGUAGE_MINOR_GENDER_TIMBRE",
    "callback": "%(callback)s",
    "data": {
        "btId": "%(bt)s",
        "channel": "video",
        "detectFrequency": 3,
\t"advancedFrequency": {"durationPoints":[300,600],"frequencies":[1,5,10]},
        "tokenId": "test",
        "ip":"123.171.34.3",
        "url": "%(url)s",
        "returnAllAudio": 1,
        "returnAllImg": 1,
        "extra": {
            "passThrough": {
                "passThrough1": "",
                "passThrough2": "",
                "passThrough3": ""
            }
        }
    }
}"""


def test_the_published_sample_with_all_types(
    api: Any, shared_media: Callable[[str], Any], valid: Callable[..., None]
) -> None:
    hook = f"/ok/{secrets.token_hex(4)}"
    values = {
        "key": api.account.secret,
        "url": api.server.media(shared_media("real/obama_speech.mp4")),
        "bt": "1639824316368",
        "callback": api.server.receiver.url(hook),
    }
    said = send(api.server, "/video/v4", "Content-Type: application/json\r\n", (SAMPLE % values).encode())
    assert said["code"] == 1100
    told = json.loads(api.server.callbacks(hook, within=240)[0].body)
    valid(told, "video_v4", "Callback parameters")
    assert told["btId"] == "1639824316368"
    times = [frame["time"] for frame in told["frameDetail"]]
    assert times == pytest.approx([float(n) for n in range(len(times))], abs=0.1), "once a second up to 300 s"
    named = {label["businessLabel1"] for frame in told["frameDetail"] for label in frame["businessLabels"]}
    assert {"face", "scene"} & named
    faces = [
        face
        for frame in told["frameDetail"]
        for label in frame["businessLabels"]
        for face in label["businessDetail"].get("faces", [])
    ]
    assert faces and all(0 < face["face_ratio"] < 1 and len(face["location"]) == 4 for face in faces)
    sounds = told["audioDetail"]
    assert [sound["audioStarttime"] for sound in sounds] == [10.0 * n for n in range(len(sounds))]
    assert any(sound.get("audioText") for sound in sounds)
    labels = {label["businessLabel3"] for sound in sounds for label in sound["businessLabels"]}
    assert "en" in labels and "male" in labels, labels
    assert told["auxInfo"]["billingAudioDuration"] > 0
