"""check.json: every way to hand in a picture, every model name, and the numbers that come back."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clips import make_clip, patches, text_picture
from PIL import Image
from serving import unanswered, until

from reelwarden.accounts import lists
from reelwarden.accounts.lists import StoredEntry
from reelwarden.api.sightengine.models import catalogue

pytestmark = [pytest.mark.slow, pytest.mark.models]
Answer = dict[str, Any]
TEXT = {
    "text_categories": "sexual,insult,inappropriate,phone_number,email",
    "opt_lang": "en,fr",
    "opt_countries": "us,gb",
}


def test_a_file_is_answered_as_the_vendor_shows_it(api: Any, picture: Path) -> None:
    answer = api.post("check.json", picture, models="text-content-2.0", **TEXT)
    assert list(answer)[:3] == ["status", "request", "text"]
    assert re.fullmatch(r"req_\w{21}", answer["request"]["id"])
    assert isinstance(answer["request"]["timestamp"], float)
    assert answer["request"]["operations"] == 1
    assert re.fullmatch(r"med_\w{21}", answer["media"]["id"])
    assert answer["media"]["uri"] == "words.png"
    found = answer["text"]
    assert found["language"] == "en"
    assert set(found["detected_categories"]) == {"insult", "inappropriate", "phone_number"}
    assert found["detections"]["phone_number"] == {"details": [{"match": "+1 800 222 2408", "country": "us"}]}
    assert found["detections"]["insult"]["severity"] in ("medium", "high")


@pytest.mark.parametrize("form", ["query", "query and body", "body", "empty post", "json"])
def test_parameters_may_stand_anywhere(api: Any, code: Path, form: str) -> None:
    fields = {"models": "qr-content", "url": api.server.media(code)} | api.credentials
    url = fields.pop("url")
    response = {
        "query": lambda: api.client.get("check.json", params={**fields, "url": url}),
        "query and body": lambda: api.client.post("check.json", params=fields, data={"url": url}),
        "body": lambda: api.client.post("check.json", data={**fields, "url": url}),
        "empty post": lambda: api.client.post("check.json", params={**fields, "url": url}),
        "json": lambda: api.client.post("check.json", json={**fields, "url": url}),
    }[form]()
    answer = api.answer(response, 200)
    assert answer["media"]["uri"] == url
    assert [item["match"] for item in answer["qr"]["link"]] == ["https://example.com/promo"]


def test_credentials_in_the_query_of_a_multipart_post(api: Any, code: Path) -> None:
    """As the PHP client sends them."""
    params = {"models": "qr-content", **api.credentials}
    answer = api.answer(api.client.post("check.json", params=params, files={"media": code.read_bytes()}), 200)
    assert answer["qr"]["link"]


def test_base64_letters_are_taken_for_the_picture_that_they_are(api: Any, code: Path) -> None:
    letters = base64.b64encode(code.read_bytes())
    files = {"media": ("code.png", letters, "image/png")}
    data = {"models": "qr-content", **api.credentials}
    answer = api.answer(api.client.post("check.json", data=data, files=files), 200)
    assert answer["qr"]["link"]


def test_every_number_of_a_strict_client_is_there(api: Any, code: Path, valid: Callable[[str, Answer], None]) -> None:
    models = "nudity-2.1,weapon,medical,alcohol,gambling,gore-2.0,qr-content"
    answer = api.post("check.json", code, models=models)
    valid("CheckResponse", answer)
    assert answer["request"]["operations"] == 7
    assert answer["nudity"]["none"] > 0.5
    assert "weapon.classes.firearm_gesture" in answer["reelwarden"]["coarse"]


@pytest.mark.parametrize("model", catalogue())
def test_a_model_answers_or_says_why_not(api: Any, code: Path, model: str) -> None:
    response = api.posted("check.json", code, models=model, text_categories="insult")
    if response.status_code == 200:
        answer = api.answer(response, 200)
        block = catalogue()[model].block
        assert model == "audio-profanity" or (block in answer if block else len(answer) > 3)
    else:
        error = api.answer(response, 403)["error"]
        assert error["type"] == "plan_error"
        assert f"The model {model} is not available" in error["message"]


def test_an_account_may_have_what_cannot_be_told_left_out(another: Any, code: Path) -> None:
    api = another(settings={"untold": "omit"})
    answer = api.post("check.json", code, models="genai,wad,qr-content")
    assert "type" not in answer
    assert answer["alcohol"] == 0.0
    assert "drugs" not in answer
    assert {"genai", "drugs"} <= set(answer["reelwarden"]["unavailable"])
    assert answer["request"]["operations"] == 2


def test_the_lists_of_the_account_are_read_in_pictures(another: Any, picture: Path) -> None:
    api = another()
    with api.server.database.begin() as connection:
        entries = [StoredEntry("call", match="exact", category="contact")]
        bad = lists.create(connection, api.account.id, "bad", entries=entries)
        fair = lists.create(connection, api.account.id, "fair", kind="allow", entries=[StoredEntry("idiot")])
    fields = {"models": "text-content-2.0", "text_categories": "insult,blacklist,phone_number", "opt_countries": "fr"}
    answer = api.post("check.json", picture, opt_textlist=bad.id, **fields)
    assert answer["text"]["detections"]["blacklist"] == {"details": [{"match": "call", "category": "contact"}]}
    assert "insult" in answer["text"]["detections"]
    assert "phone_number" not in answer["text"]["detections"], "not a number of the countries that were asked"
    alone = api.post("check.json", picture, opt_textlist="bad", **fields | {"text_categories": "blacklist"})
    assert alone["text"]["detected_categories"] == ["blacklist"]
    allowed = api.post("check.json", picture, opt_textlist=fair.id, **fields)
    assert not any(d["match"] == "idiot" for d in allowed["text"]["detections"].get("insult", {}).get("details", []))
    assert allowed["text"]["detected_categories"] != answer["text"]["detected_categories"]


def test_a_workflow_rejects_by_its_rules(another: Any, picture: Path, code: Path) -> None:
    rules = [{"path": "text.detections.insult", "over": 0.5, "text": "Insults"}, {"path": "qr.link", "over": 0.5}]
    workflow = {"models": "text-content-2.0,qr-content", "options": {"text_categories": "insult"}, "rules": rules}
    api = another(settings={"workflows": {"wfl_one": workflow}})
    answer = api.post("check-workflow.json", picture, workflow="wfl_one")
    assert answer["workflow"] == {"id": "wfl_one"}
    assert answer["summary"]["action"] == "reject"
    assert answer["summary"]["reject_reason"] == [{"text": "Insults"}]
    assert answer["summary"]["reject_prob"] > 0.5
    answer = api.get("check-workflow.json", url=api.server.media(code), workflow="wfl_one")
    assert answer["summary"]["reject_reason"] == [{"text": "qr.link"}]
    error = api.answer(api.posted("check-workflow.json", picture, workflow="wfl_two"), 400)["error"]
    assert "wfl_two" in error["message"]


def test_feedback_is_free(api: Any, code: Path) -> None:
    answer = api.get("feedback.json", model="nudity", **{"class": "safe"}, url="http://example.com/a.jpg")
    assert answer["request"]["operations"] == 0
    assert answer["media"]["uri"] == "http://example.com/a.jpg"
    answer = api.post("feedback.json", code, model="nudity-2.1", **{"class": "safe"})
    assert answer["media"]["uri"] == "code.png"


def test_a_video_is_no_picture(api: Any, clip: Path) -> None:
    error = api.answer(api.posted("check.json", clip, models="qr-content"), 400)["error"]
    assert error["type"] == "media_error"
    assert "video/check.json" in error["message"]


def test_an_animation_is_one(api: Any, code: Path, folder: Path) -> None:
    frames = [text_picture("nothing", (640, 360)), Image.open(code)]
    path = folder / "moves.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=2500, loop=0)
    answer = api.post("check.json", path, models="qr-content")
    assert [item["match"] for item in answer["qr"]["link"]]
    assert answer["request"]["operations"] > 1, "one a model and frame"


def test_work_that_nobody_waits_for_is_stopped(another: Any, folder: Path) -> None:
    api = another()
    busy = make_clip(folder / "busy.mp4", 59.0, fps=4, size=(640, 360), picture=patches((640, 360)))
    fields = {"models": "nudity-2.1,faces,weapon,text-content-2.0", "text_categories": "insult", "interval": "0.5"}
    asked = {**fields, **api.credentials, "stream_url": api.server.media(busy)}

    def ongoing() -> list[Answer]:
        listed: list[Answer] = api.get("video/ongoing.json")["ongoing"]
        return listed

    url = f"{api.server.url}/1.0/video/check-sync.json"
    with unanswered(url, json.dumps(asked).encode(), Content_Type="application/json"):
        (work,) = until(lambda: ongoing() or None, 120, "the work")
    until(lambda: None if ongoing() else True, 120, "the end of the work")
    assert api.get("video/byid.json", id=work["media"]["id"])["output"]["data"]["status"] == "stopped"
