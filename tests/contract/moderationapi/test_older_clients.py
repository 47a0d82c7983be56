"""The older clients, unmodified: PyPI 1.42.0 and npm 3.7.0, which read lists in other shapes, and npm 1.1.2."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from clients import answer_of, node_program, npm_client, python_client
from serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.models]

SECOND = """
import json, os
from moderation_api import ModerationAPI, NotFoundError
said = json.loads(os.environ["SAID"])
client = ModerationAPI(secret_key=said["key"], base_url=said["url"] + "/v1", _strict_response_validation=True)
out = {}
def keep(name, value):
    listed = isinstance(value, list)
    out[name] = [one.to_dict(mode="json") for one in value] if listed else value.to_dict(mode="json")
    return value
keep("account", client.account.list())
keep("auth", client.auth.retrieve())
keep("text", client.content.submit(content={"type": "text", "text": "you fucking idiot"}, content_id="p1",
    author_id="ann"))
keep("video", client.content.submit(content={"type": "video", "url": said["clip"]}, content_id="p2"))
keep("author", client.authors.create(external_id="bob", name="Bob"))
keep("author changed", client.authors.update("bob", manual_trust_level=4))
keep("authors", client.authors.list(page_number=1, page_size=1))
actions = keep("actions", client.actions.list())
action = keep("action", client.actions.create(name="Look twice"))
keep("action read", client.actions.retrieve(action.id))
keep("action changed", client.actions.update(action.id, description="again"))
queue = client.get("/queue", cast_to=object)[0]["id"]
keep("queue", client.queue.retrieve(queue))
items = keep("items", client.queue.items.list(queue, sort_field="createdAt", sort_direction="desc"))
keep("executed", client.actions.execute.execute(action_key="allow", content_ids=["p1"], queue_id=queue))
keep("executed by id", client.actions.execute.execute_by_id(action.id, content_ids=["p2"]))
keep("resolved", client.queue.items.resolve(items.items[0].id, id=queue, comment="fine"))
keep("unresolved", client.queue.items.unresolve(items.items[0].id, id=queue))
keep("stats", client.queue.get_stats(queue, within_days="30"))
made = client.post("/wordlist", cast_to=object, body={"name": "mine", "words": ["a", "b"]})
keep("lists", client.wordlist.list())
keep("list", client.wordlist.retrieve(made["id"]))
keep("list changed", client.wordlist.update(made["id"], description="ours"))
keep("embedded", client.wordlist.get_embedding_status(made["id"]))
keep("added", client.wordlist.words.add(made["id"], words=["c", "d"]))
keep("removed", client.wordlist.words.remove(made["id"], words=["a", "c"]))
hook = keep("hook", client.webhooks.create(name="x", url=said["clip"], event_types=["AUTHOR_UPDATED"]))
keep("hooks", client.webhooks.list())
keep("hook gone", client.webhooks.delete(hook.id))
keep("secret", client.webhook_secret.retrieve())
keep("action gone", client.actions.delete(action.id))
keep("author gone", client.authors.delete("bob"))
try:
    client.authors.retrieve("bob")
except NotFoundError as error:
    out["missing"] = error.body["code"]
print(json.dumps(out))
"""

SECOND_NODE = """
const said = JSON.parse(process.env.SAID);
const { ModerationAPI } = require(said.module);
const client = new ModerationAPI({ secretKey: said.key, baseURL: said.url + '/v1' });
(async () => {
  const out = {};
  out.text = await client.content.submit({ content: { type: 'text', text: 'you fucking idiot' }, contentId: 'n1' });
  out.image = await client.content.submit({ content: { type: 'image', url: said.picture }, contentId: 'n2' });
  out.account = await client.account.list();
  out.authors = await client.authors.list();
  out.actions = await client.actions.list();
  const queue = (await client.get('/queue'))[0].id;
  out.items = await client.queue.items.list(queue, { labels: 'toxicity' });
  out.executed = await client.actions.execute.execute({ actionKey: 'reject', contentIds: ['n1'] });
  out.queue = await client.queue.retrieve(queue);
  out.lists = await client.wordlist.list();
  out.missing = await client.authors.retrieve('nobody').catch((error) => [error.constructor.name, error.status]);
  console.log(JSON.stringify(out));
})().catch((error) => { console.error(error); process.exit(1); });
"""

FIRST_NODE = """
const said = JSON.parse(process.env.SAID);
const module_ = require(said.module);
const sdk = new (module_.default || module_)({ key: said.key });
sdk.client.request.config.BASE = said.url + '/api/v1';
(async () => {
  const out = {};
  out.video = await sdk.moderate.video({ url: said.clip, contentId: 'f1', authorId: 'ann', contextId: 'room' });
  out.image = await sdk.moderate.image({ url: said.picture });
  out.text = await sdk.moderate.text({ value: 'you fucking idiot, mail bob@example.com', contentId: 'f3' });
  out.unkept = await sdk.moderate.text({ value: 'hello', doNotStore: true });
  out.made = await sdk.queueActions.create({ name: 'Hide', queueBehaviour: 'REMOVE' });
  out.read = await sdk.queueActions.get(out.made.id);
  out.changed = await sdk.queueActions.update(out.made.id, { name: 'Hide it' });
  out.actions = await sdk.queueActions.list();
  out.executed = await sdk.queueActions.execute(out.made.id, { contentIds: ['f1'] });
  out.gone = await sdk.queueActions.delete(out.made.id);
  out.failed = await sdk.moderate.video({ url: said.nothing }).catch((error) => [error.status, error.body.error]);
  const body = JSON.stringify({ id: 'evt', type: 'QUEUE_ITEM_COMPLETED' });
  const signature = require('crypto').createHmac('sha256', 'secret').update(body).digest('hex');
  out.event = await sdk.webhooks.constructEvent(Buffer.from(body), signature, 'secret');
  console.log(JSON.stringify(out));
})().catch((error) => { console.error(error); process.exit(1); });
"""


def said(server: Server, clip: Path, picture: Path) -> dict[str, Any]:
    return {
        "url": server.url,
        "key": server.key(),
        "clip": server.media(clip),
        "picture": server.media(picture),
        "nothing": server.files.url("/nothing.mp4"),
    }


def test_the_second_generation_in_python(server: Server, clip: Path, picture: Path) -> None:
    python = python_client("moderation-api==1.42.0")
    check_python(answer_of([str(python), "-c"], SECOND, SAID=json.dumps(said(server, clip, picture))))


def check_python(out: dict[str, Any]) -> None:
    assert out["text"]["evaluation"]["flagged"]
    assert out["video"]["evaluation"]["flagged"]
    assert {item["content"] for item in out["items"]["items"]} >= {"you fucking idiot"}
    assert out["authors"]["pagination"]["total"] == 2
    assert out["author changed"]["trust_level"] == {"level": 4, "manual": True}
    assert out["executed by id"]["ids"] == ["p2"]
    assert out["removed"]["removedWords"] == ["a", "c"]
    assert out["embedded"]["totalWords"] == 2
    assert out["missing"] == "author_not_found"


def test_the_second_generation_in_javascript(server: Server, clip: Path, picture: Path) -> None:
    folder = npm_client("@moderation-api/sdk@3.7.0") / "node_modules" / "@moderation-api" / "sdk"
    asked = said(server, clip, picture) | {"module": str(folder)}
    check_javascript(answer_of([str(node_program()), "-e"], SECOND_NODE, SAID=json.dumps(asked)))


def check_javascript(out: dict[str, Any]) -> None:
    assert out["text"]["recommendation"]["action"] == "reject"
    assert out["image"]["evaluation"]["flagged"]
    assert isinstance(out["actions"], list)
    assert isinstance(out["lists"], list)
    assert {item["contentId"] for item in out["items"]["items"]} == {"n1", "n2"}
    assert out["executed"] == {"success": True}
    assert out["missing"] == ["NotFoundError", 404]


def test_the_first_generation(server: Server, clip: Path, picture: Path) -> None:
    folder = npm_client("@moderation-api/sdk@1.1.2") / "node_modules" / "@moderation-api" / "sdk"
    asked = said(server, clip, picture) | {"module": str(folder)}
    check_first(answer_of([str(node_program()), "-e"], FIRST_NODE, SAID=json.dumps(asked)))


def test_the_published_request_byte_for_byte(server: Server, clip: Path) -> None:
    key, url = server.key(), server.media(clip)
    published = (
        '{\n  "contentId": "one",\n  "doNotStore": true,\n  "authorId": "ann",\n  "contextId": "room",\n'
        f'  "metadata": {{}},\n  "url": "{url}"\n}}'
    ).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{server.url}/api/v1/moderate/video", published, headers, method="POST")
    with urllib.request.urlopen(request, timeout=90) as answer:
        said = json.loads(answer.read())
    assert said["flagged"] is True
    assert said["author"]["external_id"] == "ann"
    assert set(said["request"]) == {"timestamp", "quota_usage"}
    assert "contentId" not in said, "it was not to be stored"


def check_first(out: dict[str, Any]) -> None:
    video = out["video"]
    assert video["status"] == "success"
    assert video["flagged"] is True
    assert video["contentId"] == "f1"
    assert set(video["request"]) == {"timestamp", "quota_usage"}
    assert set(video["author"]) == {"id", "external_id", "block", "status", "trust_level"}
    assert out["image"]["texts"]
    assert {"nudity", "gore"} <= {label["label"] for label in out["image"]["labels"]}
    assert out["text"]["email"]["matches"] == ["bob@example.com"]
    assert out["text"]["toxicity"]["label"] == "TOXICITY"
    assert "contentId" not in out["unkept"]
    assert out["changed"]["name"] == "Hide it"
    assert isinstance(out["actions"], list)
    assert out["executed"]["success"] is True
    assert out["gone"]["deleted"] is True
    assert out["failed"][0] == 400
    assert "404" in out["failed"][1]
    assert out["event"]["type"] == "QUEUE_ITEM_COMPLETED"
