"""Every way in which a request goes wrong answers in the vendor's envelope, which its strict schemas agree with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reelwarden.accounts.plans import Plan

pytestmark = pytest.mark.slow
SCHEMAS = {
    400: "errors.BadRequestErrorData",
    401: "errors.AuthenticationErrorData",
    403: "errors.PermissionDeniedErrorData",
    404: "errors.NotFoundErrorData",
    409: "errors.ConflictErrorData",
    429: "errors.RateLimitErrorData",
}
TEXT = {"content": {"type": "text", "text": "hello"}}


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "code"),
    [
        ("POST", "/moderate", None, 400, "validation_failed"),
        ("POST", "/moderate", {"content": {"type": "film", "url": "http://x/"}}, 400, "validation_failed"),
        ("POST", "/moderate", {"content": {"type": "image"}}, 400, "validation_failed"),
        ("POST", "/moderate", {"content": {"type": "image", "data": "no base64!"}}, 400, "validation_failed"),
        ("POST", "/moderate", {**TEXT, "channel": "nowhere"}, 400, "validation_failed"),
        ("POST", "/actions", {"name": "x", "key": "allow"}, 409, "resource_conflict"),
        ("POST", "/moderate", {"content": {"type": "video", "url": "ftp://x/y"}}, 400, "invalid_request"),
        ("POST", "/moderate", {"content": {"type": "video", "url": "http://169.254.169.254/"}}, 400, "invalid_request"),
        ("GET", "/authors/nobody", None, 404, "author_not_found"),
        ("GET", "/authors?sortBy=shoes", None, 400, "validation_failed"),
        ("GET", "/queue/none", None, 404, "queue_not_found"),
        ("GET", "/actions/none", None, 404, "action_not_found"),
        ("POST", "/actions/execute", {"actionKey": "allow"}, 400, "validation_failed"),
        ("POST", "/actions/execute", {"actionKey": "allow", "contentIds": ["none"]}, 404, "queue_item_not_found"),
        ("GET", "/wordlist/none", None, 404, "wordlist_not_found"),
        ("GET", "/webhooks/none", None, 404, "webhook_not_found"),
        ("GET", "/projects/none", None, 404, "project_not_found"),
        ("GET", "/channels/none", None, 404, "channel_not_found"),
        ("GET", "/analytics/summary?range=1y", None, 400, "validation_failed"),
        ("GET", "/nothing", None, 404, "resource_not_found"),
    ],
)
def test_each_error_has_its_code(
    api: Any, valid: Callable[[str, Any], None], verb: str, path: str, body: Any, status: int, code: str
) -> None:
    document = api.call(verb, path, body, status=status)
    assert document["code"] == code, document
    valid(SCHEMAS[status], document)


@pytest.mark.parametrize(
    ("header", "code"),
    [("", "missing_api_key"), ("Basic abc", "malformed_api_key"), ("Bearer " + "x" * 40, "invalid_api_key")],
)
def test_keys(api: Any, valid: Callable[[str, Any], None], header: str, code: str) -> None:
    document = api.call("GET", "/account", status=401, headers={"Authorization": header})
    assert document["code"] == code
    valid(SCHEMAS[401], document)


def test_over_quota_and_too_fast(another: Callable[..., Any], valid: Callable[[str, Any], None]) -> None:
    poor = another(Plan("modapi-poor", monthly_operations=1))
    poor.text("one")
    document = poor.call("POST", "/moderate", TEXT, status=403)
    assert document["code"] == "quota_exceeded"
    valid(SCHEMAS[403], document)
    slow = another(Plan("modapi-slow", requests_per_second=0.01, burst=1))
    answer = slow.client.get("/account")
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("1", "0")
    answer = slow.client.get("/account")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 1
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    valid(SCHEMAS[429], answer.json())


@pytest.mark.models
def test_media_that_is_none(api: Any, folder: Path, another: Callable[..., Any]) -> None:
    text = folder / "not.mp4"
    text.write_bytes(b"this is no video, " * 100)
    for url in (api.server.media(text), api.server.files.url("/nowhere.mp4"), "http://127.0.0.1:9/x.mp4"):
        document = api.call("POST", "/moderate", {"content": {"type": "video", "url": url}}, status=400)
        assert document["code"] == "invalid_request"
        assert "Traceback" not in document["message"]
    oldest = another(prefix="/api/v1")
    document = oldest.call("POST", "/moderate/video", {"url": api.server.files.url("/nowhere.mp4")}, status=400)
    assert "404" in document["error"]


def test_a_projects_key_opens_that_project_alone(api: Any, another: Callable[..., Any]) -> None:
    whole = another()
    made = whole.call("POST", "/projects", {"name": "forum"})
    whole.text("you fucking idiot", contentId="ours")
    headers = {"Authorization": f"Bearer {made['secretKey']}"}
    assert whole.call("GET", "/account", headers=headers)["current_project"]["name"] == "forum"
    (queue,) = whole.call("GET", "/queue", headers=headers)["data"]
    assert whole.call("GET", f"/queue/{queue['id']}/items", headers=headers)["data"] == []
    (shown,) = whole.call("GET", "/projects", headers=headers)["data"]
    assert shown["id"] == made["id"]
    refused = whole.call("POST", "/projects", {"name": "x"}, status=403, headers=headers)
    assert refused["code"] == "organization_key_required"
    usual = whole.get("/account")["current_project"]["id"]
    assert whole.call("DELETE", f"/projects/{usual}", status=403)["code"] == "permission_denied"
    refused = whole.call("GET", "/queue", status=403, headers={**headers, "Project-Id": usual})
    assert refused["code"] == "project_not_reachable"
    assert whole.call("GET", "/queue", headers={"Project-Id": "forum"})["data"] == [queue]
    assert api.call("GET", "/queue", status=404, headers={"Project-Id": made["id"]})["code"] == "project_not_found"
