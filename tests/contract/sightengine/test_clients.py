"""The published clients, unmodified, against a running server: two from PyPI, one from npm."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clients import answer_of, node_program, npm_client, python_client

pytestmark = [pytest.mark.slow, pytest.mark.models]
Answer = dict[str, Any]
MODELS = ["qr-content", "faces", "type"]

OFFICIAL = """
import json, os
from sightengine.client import SightengineClient
said = json.loads(os.environ["SAID"])
client = SightengineClient(said["user"], said["secret"])
client.endpoint = said["url"] + "/"
def check():
    made = client.check(*said["models"])
    made.endpoint = said["url"] + "/1.0/"
    return made
def refused():
    made = SightengineClient(said["user"], "no key").check("type")
    made.endpoint = said["url"] + "/1.0/"
    return made.set_url(said["picture_url"])
print(json.dumps({
    "set_url": check().set_url(said["picture_url"]),
    "set_file": check().set_file(said["picture"]),
    "set_bytes": check().set_bytes(open(said["picture"], "rb").read()),
    "video_sync": check().video_sync(said["clip_url"]),
    "video": check().video(said["clip_url"], said["callback"]),
    "feedback_url": client.feedback("nudity-2.1", "safe", said["picture_url"]),
    "feedback_file": client.feedback("nudity-2.1", "safe", said["picture"]),
    "wrong": refused(),
}))
"""

STRICT = """
import asyncio, io, json, os
from sightengine import client as module
from sightengine.models import CheckRequest
said = json.loads(os.environ["SAID"])
module.BASE_URL = said["url"] + "/1.0/"
client = module.SightEngineClient(api_user=said["user"], api_secret=said["secret"])
async def main():
    models = said["models"]
    made = {
        "url": CheckRequest(models=models, url=said["picture_url"]),
        "file": CheckRequest(models=models, file=said["picture"]),
        "bytes": CheckRequest(models=models, file_bytes=io.BytesIO(open(said["picture"], "rb").read())),
        "video": CheckRequest(models=models, video_file=said["clip"], callback_url=said["callback"]),
    }
    answers = {name: (await client.check(request)).model_dump(by_alias=True) for name, request in made.items()}
    try:
        await client.check(CheckRequest(models=["nonsense"], url=said["picture_url"]))
    except Exception as error:
        answers["error"] = str(error)
    print(json.dumps(answers))
asyncio.run(main())
"""

# The client knows no other host: as its users do behind a proxy, the host is changed where the connection is made.
REDIRECT = """
const http = require('http'), https = require('https');
const to = new URL(process.env.TO);
https.request = (options, back) => http.request(
  Object.assign({}, options, {protocol: 'http:', host: to.hostname, hostname: to.hostname, port: to.port}), back);
"""
NODE = """
const fs = require('fs'), said = JSON.parse(process.env.SAID);
const sightengine = require(said.module)(said.user, said.secret);
(async () => {
  const answers = {};
  answers.set_url = await sightengine.check(said.models).set_url(said.picture_url);
  answers.set_file = await sightengine.check(said.models).set_file(said.picture);
  answers.set_bytes = await sightengine.check(said.models).set_bytes(fs.readFileSync(said.picture), 'a.png');
  answers.set_letters = await sightengine.check(said.models).set_bytes(
    fs.readFileSync(said.picture).toString('base64'), 'a.png');
  answers.video_sync = await sightengine.check(said.models).video_sync(said.clip_url);
  answers.video = await sightengine.check(said.models).video(said.clip_url, said.callback);
  answers.feedback_url = await sightengine.feedback('nudity', 'safe', said.picture_url);
  answers.feedback_file = await sightengine.feedback('nudity', 'safe', said.picture);
  console.log(JSON.stringify(answers));
})();
"""


@pytest.fixture
def said(api: Any, code: Path, clip: Path) -> Answer:
    return {
        "url": api.server.url,
        "user": api.account.number,
        "secret": api.account.secret,
        "models": MODELS,
        "picture": str(code),
        "picture_url": api.server.media(code),
        "clip": str(clip),
        "clip_url": api.server.media(clip),
        "callback": api.server.receiver.url(f"/ok/{secrets.token_hex(4)}"),
    }


def check_answers(api: Any, answers: dict[str, Answer], said: Answer) -> None:
    for name, answer in answers.items():
        assert answer.get("status") == "success", f"{name}: {answer}"
        if name.startswith("set_"):
            assert answer["qr"]["link"][0]["match"] == "https://example.com/promo", name
    frames = answers["video_sync"]["data"]["frames"]
    assert [bool(frame["qr"]["link"]) for frame in frames] == [True, True, False]
    (told,) = api.server.callbacks(said["callback"].removeprefix(api.server.receiver.url("")))
    body = json.loads(told.body)
    assert body["media"]["id"] == answers["video"]["media"]["id"]
    assert body["data"]["status"] == "finished"


def test_the_official_python_client(api: Any, said: Answer) -> None:
    python = python_client("sightengine==1.4.0", "requests>=2.32")
    answers = answer_of([str(python), "-c"], OFFICIAL, SAID=json.dumps(said))
    wrong = answers.pop("wrong")
    assert (wrong["status"], wrong["error"]["type"], wrong["error"]["code"]) == ("failure", "credentials_error", 1)
    assert len(answers) == 7
    check_answers(api, answers, said)


def test_the_strict_asynchronous_client(api: Any, said: Answer, valid: Callable[[str, Answer], None]) -> None:
    """It refuses every answer in which a field is missing that it knows."""
    python = python_client("sightengine-async==0.2.0")
    said["models"] = ["nudity-2.1", "weapon", "alcohol", "medical", "gambling", "gore-2.0", "qr-content"]
    answers = answer_of([str(python), "-c"], STRICT, SAID=json.dumps(said))
    assert answers.pop("error").startswith("Error: 400 - ")
    video = answers.pop("video")
    assert video["callback"] == said["callback"]
    assert set(answers) == {"url", "file", "bytes"}
    for answer in answers.values():
        assert answer["nudity"]["none"] > 0.5
        assert answer["qr"]["link"][0]["match"] == "https://example.com/promo"


def test_the_official_node_client(api: Any, said: Answer, tmp_path: Path) -> None:
    folder = npm_client("sightengine@1.3.1")
    redirect = tmp_path / "redirect.js"
    redirect.write_text(REDIRECT)
    said["module"] = str(folder / "node_modules" / "sightengine")
    command = [str(node_program()), "--no-deprecation", "-r", str(redirect), "-e"]
    answers = answer_of(command, NODE, SAID=json.dumps(said), TO=api.server.url)
    assert len(answers) == 8
    check_answers(api, answers, said)
