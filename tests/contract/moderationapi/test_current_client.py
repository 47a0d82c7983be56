"""The current client, PyPI moderation-api 2.2.0, unmodified: all its 53 operations, each answer checked by it."""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from clients import answer_of, python_client
from conftest import shared_path
from serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.models]
CLIENT = "moderation-api==2.2.0"

ALL = """
import json, os
from moderation_api import ModerationAPI, models
from moderation_api._hooks import SDKHooks
said = json.loads(os.environ["SAID"])
called = []
class Counted(SDKHooks):
    def before_request(self, context, request):
        called.append(context.operation_id)
        return super().before_request(context, request)
import moderation_api.sdk as module
module.SDKHooks = Counted
client = ModerationAPI(secret_key=said["key"], server_url=said["url"] + "/v1", timeout_ms=90000)
def plain(value):
    return json.loads(value.model_dump_json(by_alias=True)) if value is not None else None
out = {}
def keep(name, value):
    out[name] = plain(value)
    return value

keep("account", client.account.retrieve())
(project,) = client.projects.list().result.data
made = keep("project", client.projects.create(name="forum", domain="example.com", used_by_minors=True))
keep("project read", client.projects.retrieve(id=made.id))
keep("project changed", client.projects.update(id=made.id, description="a forum", global_flagging_mode="DRY_RUN"))
copy = keep("project copied", client.projects.duplicate(id=made.id, name="forum 2"))
keep("project deleted", client.projects.delete(id=copy.id))
keep("project key", client.projects.api_keys.create(id=made.id, name="forum key"))

channel = keep("channel", client.channels.create(project_id=project.id, name="Chat room", content_type="message"))
keep("channels", client.channels.list(project_id=project.id).result)
keep("channel read", client.channels.retrieve(id=channel.id))
keep("channel changed", client.channels.update(
    id=channel.id, include_transcript_in_response=True, frame_capture_interval=2))
second = keep("channel copied", client.channels.duplicate(id=channel.id, key="second"))
keep("channel deleted", client.channels.delete(id=second.id))

words = keep("wordlist", client.wordlist.create(name="house words", words=["frobnicate"], description="ours"))
keep("words added", client.wordlist.words.add(id=words.id, words=["grumble", "snark"]))
keep("words removed", client.wordlist.words.remove(id=words.id, words=["grumble", "snark"]))
keep("wordlist read", client.wordlist.retrieve(id=words.id))
keep("wordlist changed", client.wordlist.update(id=words.id, strict=True))
keep("wordlist embedded", client.wordlist.get_embedding_status(id=words.id))
keep("wordlists", client.wordlist.list().result)

hook = keep("webhook", client.webhooks.create(name="all", url=said["hook"], event_types=[
    "QUEUE_ITEM_NEW", "QUEUE_ITEM_COMPLETED", "QUEUE_ITEM_ACTION", "QUEUE_ITEM_REJECTED", "QUEUE_ITEM_ALLOWED",
    "AUTHOR_BLOCKED", "AUTHOR_UNBLOCKED", "AUTHOR_SUSPENDED", "AUTHOR_UPDATED", "AUTHOR_TRUST_LEVEL_CHANGED",
    "AUTHOR_ACTION"]))
keep("webhook read", client.webhooks.retrieve(id=hook.id))
keep("webhook changed", client.webhooks.update(id=hook.id, description="everything"))
keep("webhooks", client.webhooks.list().result)
spare = client.webhooks.create(name="spare", url=said["hook"], event_types=["AUTHOR_UPDATED"])
keep("webhook deleted", client.webhooks.delete(id=spare.id))
secret = keep("secret", client.webhook_secret.retrieve())

author = keep("author", client.authors.create(
    external_id="ann", name="Ann", metadata={"email_verified": True}, first_seen=1600000000000))
keep("author changed", client.authors.update(id=author.id, manual_trust_level=2, company="Example"))

def submit(content, **more):
    return client.content.submit(content=content, **more)
keep("text", submit({"type": "text", "text": "you fucking idiot, frobnicate! mail bob@example.com"}, content_id="t1",
    author_id="ann", conversation_id="room", meta_type="message", metadata={"a": {"b": 1}}, channel=channel.key))
keep("clean", submit({"type": "text", "text": "good morning"}, content_id="t2", author_id="ann"))
keep("masked", submit({"type": "text", "text": "mail bob@example.com now"}, content_id="t3", policies=[
    {"id": "pii", "entities": {"email": {"enable": True, "flag": True, "should_mask": True, "mask": "[mail]"}}}]))
keep("video", submit({"type": "video", "url": said["clip"]}, content_id="v1", author_id="ann"))
keep("image", submit({"type": "image", "data": said["picture"]}, content_id="i1"))
keep("audio", submit({"type": "audio", "url": said["sound"]}, content_id="a1", channel=channel.key))
keep("object", submit({"type": "object", "data": {
    "title": {"type": "text", "text": "you stupid bitch"}, "body": {"type": "text", "text": "hello"},
    "face": {"type": "image", "url": said["picture_url"]}}}, content_id="o1", client_action={"action": "review"}))
keep("untold", submit({"type": "text", "text": "x"}, policies=[
    {"id": "guideline", "flag": True, "instructions": "no x", "guidelineKey": "x"}], do_not_store=True))

keep("author read", client.authors.retrieve(id="ann"))
keep("authors", client.authors.list(request={"sort_by": "flaggedContentRatio", "page_size": 1}).result)

queue = client.queue.list().result.data[0]
keep("queues", client.queue.list().result)
keep("items", client.queue.items.list(id=queue.id, sort="SEVERITY_DESC").result)
paged, page = [], client.queue.items.list(id=queue.id, page_size=2)
while page is not None:
    paged += [item.content_id for item in page.result.data]
    page = page.next()
out["paged"] = paged
keep("by label", client.queue.items.list(id=queue.id, labels=["wordlist"], author_id="ann").result)
first = out["items"]["data"][0]["id"]
keep("resolved", client.queue.items.resolve(id=queue.id, item_id=first))
keep("unresolved", client.queue.items.unresolve(id=queue.id, item_id=first))
keep("several", client.queue.items.resolve_many(id=queue.id, item_ids=[first, "nobody"]))

action = keep("action", client.actions.create(
    name="Warn them", possible_values=[{"value": "rude"}], value_required=True, queue_behaviour="REMOVE",
    type_="ITEM_REJECT"))
keep("action changed", client.actions.update(
    id=action.id, description="a warning", value_required=True, type_="ITEM_REJECT", queue_behaviour="REMOVE"))
keep("action read", client.actions.retrieve(id=action.id))
keep("actions", client.actions.list(page_size=50).result)
keep("executed", client.actions.execute(action_key=action.key, content_ids=["t1"], value="rude", queue_id=queue.id))
keep("blocked", client.actions.execute(action_key="suspend", author_ids=["ann"], value="spam", duration=3600000))
keep("blocked author", client.authors.retrieve(id="ann"))
keep("by blocked", submit({"type": "text", "text": "good evening"}, author_id="ann"))
keep("acted", client.queue.items.list(
    id=queue.id, filtered_action_ids=[action.id], include_resolved=True).result)
keep("queue", client.queue.retrieve(id=queue.id))
keep("stats", client.queue.get_stats(id=queue.id, within_days="7"))
keep("action deleted", client.actions.delete(id=action.id))

for name in ("summary", "policies", "authors", "channels", "volumes", "automation"):
    keep("analytics " + name, getattr(client.analytics, name)(range="24h"))
keep("feedback", client.feedback.create(title="hello", description="it works", type_="other"))
keep("author deleted", client.authors.delete(id="ann"))

def failing(act):
    try:
        act()
    except Exception as error:
        data = getattr(error, "data", None)
        return [type(error).__name__, getattr(error, "status_code", 0), getattr(data, "code", None)]
out["errors"] = {
    "no author": failing(lambda: client.authors.retrieve(id="nobody")),
    "no queue": failing(lambda: client.queue.retrieve(id="nobody")),
    "taken": failing(lambda: client.actions.create(name="x", key="allow")),
    "used": failing(lambda: client.channels.create(project_id=project.id, name="x", key=channel.key)),
    "no key": failing(lambda: ModerationAPI(secret_key="nonsense", server_url=said["url"] + "/v1").account.retrieve()),
    "no media": failing(lambda: submit({"type": "video", "url": said["nothing"]})),
}
out["called"] = called
print(json.dumps(out))
"""


def test_all_operations(server: Server, clip: Path, picture: Path, tmp_path: Path) -> None:
    said = {
        "url": server.url,
        "key": server.key(),
        "hook": server.receiver.url(f"/ok/{secrets.token_hex(4)}"),
        "clip": server.media(clip),
        "sound": server.media(clip),
        "picture": base64.b64encode(picture.read_bytes()).decode(),
        "picture_url": server.media(picture),
        "nothing": server.files.url("/nothing.mp4"),
    }
    out = answer_of([str(python_client(CLIENT)), "-c"], ALL, SAID=json.dumps(said))
    _all_were_called(set(out["called"]))
    _judged(out)
    _reviewed(out)
    _failed(out["errors"])


def _all_were_called(called: set[str]) -> None:
    path = shared_path("contracts/schemas/moderationapi_py220_operations.json")
    if path.exists():
        operations = {one["operation"] for one in json.loads(path.read_text("utf-8")).values()}
        assert len(operations) == 53
        assert operations <= called, operations - called
    assert len(called) >= 53


def _judged(out: dict[str, Any]) -> None:
    for name in ("text", "video", "image", "object"):
        assert out[name]["evaluation"]["flagged"], name
        assert out[name]["recommendation"]["action"] in ("review", "reject"), name
    by_id = {policy["id"]: policy for policy in out["text"]["policies"]}
    assert by_id["toxicity"]["flagged"]
    assert [match["match"] for match in by_id["wordlist"]["matches"]] == ["frobnicate"]
    assert out["text"]["author"]["trust_level"] == {"level": 2, "manual": True}
    assert out["text"]["meta"]["channel_key"] == "chat-room"
    assert not out["clean"]["evaluation"]["flagged"]
    assert out["masked"]["content"]["modified"] == "mail [mail] now"
    assert out["masked"]["content"]["masked"]
    (seen,) = [policy for policy in out["video"]["policies"] if policy["id"] == "toxicity"]
    assert seen["data"]["moments"][0]["from"] <= 1.0
    assert out["object"]["policies"][0]["flagged_fields"] == ["title", "face"]
    assert out["untold"]["meta"]["status"] == "partial_success"
    assert out["untold"]["errors"][0]["id"] == "guideline"
    assert out["by blocked"]["recommendation"]["action"] == "reject"
    assert out["by blocked"]["recommendation"]["reason_codes"] == ["author_block"]


def _reviewed(out: dict[str, Any]) -> None:
    flagged = {"t1", "t3", "v1", "i1", "o1"}
    assert {item["contentId"] for item in out["items"]["data"]} >= flagged
    assert sorted(out["paged"]) == sorted(item["contentId"] for item in out["items"]["data"])
    assert [item["contentId"] for item in out["by label"]["data"]] == ["t1"]
    assert [item["contentId"] for item in out["acted"]["data"]] == ["t1"]
    assert out["several"] == {"resolved": 1, "notFoundIds": ["nobody"]}
    assert out["blocked author"]["status"] == "suspended"
    assert out["blocked author"]["block"]["reason"] == "spam"
    assert out["words added"]["addedWords"] == ["grumble", "snark"]
    assert out["words removed"]["totalCount"] == 1
    assert out["analytics summary"]["totals"]["requests"] == 9
    assert out["stats"]["reviewStats"]["totalReviewed"] >= 1


def _failed(errors: dict[str, Any]) -> None:
    assert errors == {
        "no author": ["NotFoundError", 404, "author_not_found"],
        "no queue": ["NotFoundError", 404, "queue_not_found"],
        "taken": ["ConflictError", 409, "resource_conflict"],
        "used": ["BadRequestError", 400, "invalid_request"],
        "no key": ["AuthenticationError", 401, "invalid_api_key"],
        "no media": ["BadRequestError", 400, "invalid_request"],
    }


VERIFY = """
import json, os
from moderation_api.webhook_signature import construct_event, verify_signature
said = json.loads(os.environ["SAID"])
event = construct_event(said["body"], said["signature"], said["secret"])
wrong = verify_signature(said["body"] + " ", said["signature"], said["secret"])
print(json.dumps({"event": event if isinstance(event, dict) else json.loads(said["body"]), "wrong": wrong}))
"""


def test_its_webhooks_are_signed_as_it_checks(server: Server) -> None:
    import httpx

    key, hook = server.key(), f"/ok/{secrets.token_hex(4)}"
    with httpx.Client(base_url=server.url + "/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        body = {
            "name": "new",
            "url": server.receiver.url(hook),
            "eventTypes": ["QUEUE_ITEM_NEW", "QUEUE_ITEM_COMPLETED"],
        }
        client.post("/webhooks", json=body).raise_for_status()
        secret = client.get("/webhook-secret").json()["secret"]
        content = {"content": {"type": "text", "text": "you fucking idiot"}, "contentId": "w1", "authorId": "u1"}
        client.post("/moderate", json=content).raise_for_status()
    (got,) = server.callbacks(hook)
    headers = {name.lower(): value for name, value in got.headers.items()}
    assert headers["webhook-version"] == "v2"
    said = {"body": got.body.decode(), "signature": headers["modapi-signature"], "secret": secret}
    answer = answer_of([str(python_client(CLIENT)), "-c"], VERIFY, SAID=json.dumps(said))
    assert answer["wrong"] is False
    event = answer["event"]
    assert event["type"] == "queue_item.new"
    assert event["id"] == headers["webhook-event-id"]
    assert event["data"]["object"]["item"]["id"] == "w1"
    assert event["data"]["object"]["author"]["external_id"] == "u1"
