"""What all tests of this dialect use: an account, a clip with known things in it, and requests in the vendor's form."""

from __future__ import annotations

import json
import secrets
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clips import make_clip, qr_picture, text_picture
from conftest import shared_path
from PIL import Image
from serving import Keyed, Server, until

SIZE = (640, 360)
CODE, WORDS = "https://example.com/promo", "you fucking idiot\ncall +1 800 222 2408"
Answer = dict[str, Any]


class Api:
    """Plain HTTP with an account's key in the body. Every answer has the status 200, as the vendor's clients expect."""

    def __init__(self, server: Server, account: Keyed) -> None:
        self.server, self.account = server, account

    def raw(self, path: str, body: bytes, kind: str = "application/json") -> Answer:
        request = urllib.request.Request(self.server.url + path, body, {"Content-Type": kind}, method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200
            assert answer.headers["content-type"].startswith("application/json")
            document: Answer = json.loads(answer.read())
        assert isinstance(document["code"], int) and document["message"]
        assert len(document["requestId"]) == 32
        assert "Traceback" not in json.dumps(document)
        return document

    def post(self, path: str, **fields: Any) -> Answer:
        return self.raw(path, json.dumps({"accessKey": self.account.secret, **fields}).encode())

    def submit(self, url: str, *, data: Answer | None = None, **fields: Any) -> Answer:
        usual = {"appId": "default", "eventId": "video", "imgType": "QRCODE_ADVERT_IMGTEXTRISK"}
        inner = {"btId": secrets.token_hex(8), "tokenId": "user", "url": url, **(data or {})}
        return self.post("/video/v4", **usual | fields | {"data": inner})

    def ended(self, bt_id: str, **fields: Any) -> Answer:
        """The answer of the query as soon as there is a result."""

        def ask() -> Answer | None:
            answer = self.post("/video/query/v4", btId=bt_id, **fields)
            return None if answer["code"] == 1101 else answer

        return until(ask, 120, "the result")


@pytest.fixture(scope="session")
def api(server: Server) -> Api:
    return Api(server, server.account())


@pytest.fixture
def another(server: Server) -> Callable[..., Api]:
    """Makes further accounts: `another(plan, settings)`; `settings` are those of the dialect."""

    def make(plan: Any = "unlimited", settings: Any = None, **said: Any) -> Api:
        own = {**said, "dialects": {"deepcleer": settings}} if settings else said
        return Api(server, server.account(plan, own or None))

    return make


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds: a QR code until the second 3, then an insult and a telephone number."""
    scenes = shown_code(), text_picture(WORDS, SIZE)
    path = tmp_path_factory.mktemp("deepcleer") / "clip.mp4"
    return make_clip(path, 6.0, fps=10, size=SIZE, picture=lambda _, at: scenes[at >= 3.0])


def shown_code() -> Image.Image:
    shown = Image.new("RGB", SIZE, (240, 240, 240))
    shown.paste(qr_picture(CODE, 280), (180, 40))
    return shown


@pytest.fixture(scope="session")
def valid() -> Callable[..., None]:
    """`valid(answer, "video_v4", "Callback parameters")`: required fields are there, and all have their types."""
    path = shared_path("contracts/schemas/shumei_v4_fields.json")
    if not path.exists():
        pytest.skip(f"SCHEMAS MISSING: {path.name}: this test needs ../shared/contracts beside the checkout")
    fields = json.loads(path.read_text("utf-8"))

    def check(answer: Answer, operation: str, section: str) -> None:
        wrong = list(mistakes(answer, fields[operation][section], ""))
        assert not wrong, wrong

    return check


TYPES = {
    "string": (str,),
    "int32": (int,),
    "float": (int, float),
    "bool": (bool,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def mistakes(answer: Answer, fields: Answer, place: str) -> Any:
    """Where an answer does not keep the published table of fields."""
    for name, said in fields.items():
        at = f"{place}.{name}"
        if name not in answer:
            if said.get("required"):
                yield f"{at} is missing"
            continue
        value = answer[name]
        if not isinstance(value, TYPES[said["type"]]):
            yield f"{at} is {value!r}, not {said['type']}"
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from mistakes(item, said.get("fields", {}), at)
