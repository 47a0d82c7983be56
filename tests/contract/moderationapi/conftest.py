"""What all tests of this dialect use: an account, a clip with bad words in it, and requests in the vendor's form."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from clips import make_clip, text_picture
from conftest import shared_path
from serving import Keyed, Server, in_process

SIZE = (640, 360)
WORDS = "you fucking idiot\ncall +1 800 222 2408"
OLDER = {"x-stainless-lang": "python", "x-stainless-package-version": "1.42.0"}


class Api:
    """Plain HTTP with an account's key."""

    def __init__(self, server: Server, account: Keyed, prefix: str = "/v1") -> None:
        self.server, self.account = server, account
        headers = {"Authorization": f"Bearer {account.secret}"}
        self.client = httpx.Client(base_url=server.url + prefix, timeout=120, headers=headers)

    def call(self, verb: str, path: str, body: Any = None, status: int = 200, **sent: Any) -> Any:
        answer = self.client.request(verb, path, json=body, **sent)
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, params=query)

    def moderate(self, content: Mapping[str, Any], **said: Any) -> Any:
        return self.call("POST", "/moderate", {"content": dict(content), **said})

    def text(self, text: str, **said: Any) -> Any:
        return self.moderate({"type": "text", "text": text}, **said)


@pytest.fixture(scope="session")
def api(server: Server) -> Iterator[Api]:
    api = Api(server, server.account())
    yield api
    api.client.close()


@pytest.fixture
def another(server: Server) -> Iterator[Callable[..., Api]]:
    """Makes further accounts: `another(plan, settings, prefix)`."""
    made: list[Api] = []

    def make(plan: Any = "unlimited", settings: Mapping[str, Any] | None = None, prefix: str = "/v1") -> Api:
        said = {"dialects": {"moderationapi": dict(settings)}} if settings else None
        made.append(Api(server, server.account(plan, said), prefix))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moderationapi")


@pytest.fixture(scope="session")
def picture(folder: Path) -> Path:
    """A picture with insults and a telephone number."""
    path = folder / "words.png"
    text_picture(WORDS, SIZE).save(path)
    return path


@pytest.fixture(scope="session")
def clip(folder: Path) -> Path:
    """Four seconds with the same words."""
    shown = text_picture(WORDS, SIZE)
    return make_clip(folder / "clip.mp4", 4.0, fps=5, size=SIZE, picture=lambda _, __: shown)


@pytest.fixture(scope="session")
def valid() -> Callable[[str, Any], None]:
    """`valid("GetQueueResponse", answer)`: the strict models of PyPI 2.2.0 agree; skips where they are not kept."""
    path = shared_path("contracts/schemas/moderationapi_py220_schemas.json")
    if not path.exists():
        pytest.skip(f"SCHEMAS MISSING: {path.name}: this test needs ../shared/contracts beside the checkout")
    schemas = json.loads(path.read_text("utf-8"))

    def check(name: str, answer: Any) -> None:
        jsonschema.Draft202012Validator(schemas[name]).validate(answer)

    return check


@pytest.fixture(scope="session")
def in_thread() -> Callable[[Any], contextlib.AbstractContextManager[str]]:
    """Serves an application in a thread of this process, on a free port."""
    return in_process
