"""What all tests of this dialect use: an account, a clip with known things in it, and requests in the vendor's form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from clips import make_clip, qr_picture, text_picture
from conftest import shared_path
from PIL import Image
from serving import Keyed, Server

SIZE = (640, 360)
CODE, WORDS = "https://example.com/promo", "you fucking idiot\ncall +1 800 222 2408"
Answer = dict[str, Any]


class Api:
    """Plain HTTP to /1.0 with an account's user and secret. Answers are checked to be JSON, whatever the status."""

    def __init__(self, server: Server, account: Keyed) -> None:
        self.server, self.account = server, account
        self.client = httpx.Client(base_url=f"{server.url}/1.0/", timeout=120)

    @property
    def credentials(self) -> dict[str, str]:
        return {"api_user": self.account.number, "api_secret": self.account.secret}

    def get(self, path: str, **fields: str) -> Answer:
        return self.answer(self.client.get(path, params={**fields, **self.credentials}), 200)

    def post(self, path: str, file: Path | None = None, **fields: str) -> Answer:
        return self.answer(self.posted(path, file, **fields), 200)

    def posted(self, path: str, file: Path | None = None, **fields: str) -> httpx.Response:
        files = {"media": (file.name, file.read_bytes())} if file else None
        return self.client.post(path, data={**fields, **self.credentials}, files=files)

    def answer(self, response: httpx.Response, status: int) -> Answer:
        assert response.headers["content-type"].startswith("application/json")
        assert response.status_code == status, response.text
        document: Answer = response.json()
        assert document["status"] == ("success" if status == 200 else "failure")
        return document


@pytest.fixture(scope="session")
def api(server: Server) -> Iterator[Api]:
    api = Api(server, server.account())
    yield api
    api.client.close()


@pytest.fixture
def another(server: Server) -> Iterator[Callable[..., Api]]:
    """Makes further accounts: `another(plan, settings)`."""
    made: list[Api] = []

    def make(plan: Any = "unlimited", settings: Mapping[str, Any] | None = None) -> Api:
        said = {"dialects": {"sightengine": dict(settings)}} if settings else None
        made.append(Api(server, server.account(plan, said)))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sightengine")


@pytest.fixture(scope="session")
def picture(folder: Path) -> Path:
    """A picture with insults and a telephone number."""
    path = folder / "words.png"
    text_picture(WORDS, SIZE).save(path)
    return path


@pytest.fixture(scope="session")
def code(folder: Path) -> Path:
    path = folder / "code.png"
    shown_code().save(path)
    return path


@pytest.fixture(scope="session")
def clip(folder: Path) -> Path:
    """Six seconds: a QR code until the second 3, then words."""
    scenes = shown_code(), text_picture(WORDS, SIZE)
    return make_clip(folder / "clip.mp4", 6.0, fps=10, size=SIZE, picture=lambda _, at: scenes[at >= 3.0])


def shown_code() -> Image.Image:
    shown = Image.new("RGB", SIZE, (240, 240, 240))
    shown.paste(qr_picture(CODE, 280), (180, 40))
    return shown


@pytest.fixture(scope="session")
def valid() -> Callable[[str, Answer], None]:
    """`valid("CheckResponse", answer)`: the strict models of sightengine-async agree; skips where they are not kept."""
    path = shared_path("contracts/schemas/sightengine_async_020.json")
    if not path.exists():
        pytest.skip(f"SCHEMAS MISSING: {path.name}: this test needs ../shared/contracts beside the checkout")
    schemas = json.loads(path.read_text("utf-8"))

    def check(name: str, answer: Answer) -> None:
        jsonschema.Draft202012Validator(schemas[name]).validate(answer)

    return check
