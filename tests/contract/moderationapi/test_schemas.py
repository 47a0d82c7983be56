"""The raw answers against the strict schemas of the current client, for what its own run does not show apart."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.slow
Valid = Callable[[str, Any], None]


@pytest.mark.models
def test_contents_of_every_kind(api: Any, valid: Valid, clip: Path, picture: Path) -> None:
    url = api.server.media(clip)
    data = base64.b64encode(picture.read_bytes()).decode()
    several = {"clip": {"type": "video", "url": url}, "title": {"type": "text", "text": "mail a@example.com"}}
    contents = [
        {"type": "text", "text": ""},
        {"type": "image", "data": f"data:image/png;base64,{data}"},
        {"type": "audio", "url": url},
        {"type": "object", "data": several},
    ]
    mask = [{"id": "pii", "entities": {"email": {"shouldMask": True}}}, {"id": "toxicity", "flag": True}]
    for content in contents:
        for more in ({}, {"policies": mask, "authorId": "ann"}):
            answer = api.moderate(content, **more)
            valid("SubmitContentResponse", answer)
            assert {"casebook", "author", "insights", "policies"} <= set(answer)
    assert answer["content"]["modified"]["title"] == {"type": "text", "text": "mail {{ EMAIL }}"}
    assert answer["content"]["modified"]["clip"] == {"type": "video", "url": url}


def test_lists_in_both_shapes(api: Any, valid: Valid) -> None:
    api.text("you fucking idiot", contentId="shape", authorId="ann")
    queue = api.get("/queue")["data"][0]["id"]
    for name, path, older in (
        ("ListQueuesResponseBody", "/queue", None),
        ("ListActionsResponseBody", "/actions", None),
        ("ListWordlistsResponseBody", "/wordlist", None),
        ("ListWebhooksResponseBody", "/webhooks", None),
        ("ListProjectsResponseBody", "/projects", None),
        ("ListAuthorsResponseBody", "/authors", "authors"),
        ("ListQueueItemsResponseBody", f"/queue/{queue}/items", "items"),
    ):
        valid(name, api.get(path))
        old = api.call("GET", path, headers={"x-stainless-lang": "js"})
        assert isinstance(old if older is None else old[older], list)
    valid("GetQueueResponse", api.get(f"/queue/{queue}"))
    valid("GetQueueStatsResponse", api.get(f"/queue/{queue}/stats"))


@pytest.mark.parametrize("name", ["summary", "policies", "authors", "channels", "volumes", "automation"])
@pytest.mark.parametrize("span", ["24h", "7d", "30d", "90d"])
def test_analytics_of_every_range(api: Any, valid: Valid, name: str, span: str) -> None:
    api.text("you fucking idiot", authorId="ann")
    answer = api.get(f"/analytics/{name}", range=span)
    valid(f"GetAnalytics{name.capitalize()}Response", answer)
    assert answer["range"] == span


def test_deepengin_keeps_its_address(api: Any) -> None:
    answer = httpx.post(f"{api.server.url}/v1/videoModeration", json={"id": 1}, timeout=30)
    assert answer.json()["code"] == "401"
    assert set(answer.json()) == {"code", "description", "msg"}
