"""text/check.json: every mode, every option."""

from __future__ import annotations

from typing import Any

import pytest

from reelwarden.accounts import lists
from reelwarden.accounts.lists import StoredEntry
from reelwarden.accounts.plans import Plan

pytestmark = pytest.mark.slow
TEXT = "you fucking idiot, call 06 12 34 56 78 or visit http://example.com"


def test_rules_give_families_with_places(api: Any) -> None:
    answer = api.post("text/check.json", text=TEXT, lang="en", mode="rules")
    assert set(answer) == {"status", "request", "profanity", "personal", "link"}
    assert answer["request"]["operations"] == 1
    types = {item["type"] for item in answer["profanity"]["matches"]}
    assert {"insult", "inappropriate"} <= types
    (phone,) = answer["personal"]["matches"]
    assert phone["type"] == "phone_number_fr"
    assert TEXT[phone["start"] : phone["end"]] == phone["match"]
    assert answer["link"]["matches"][0]["type"] == "url"


def test_families_may_be_chosen(api: Any) -> None:
    text = "i want to kill myself with an ak47"
    answer = api.get("text/check.json", text=text, mode="standard", categories="self-harm,weapon,medical")
    assert [item["type"] for item in answer["self-harm"]["matches"]] == ["self_harm"]
    assert [item["match"] for item in answer["weapon"]["matches"]] == ["ak47"]
    assert answer["medical"] == {"matches": []}


def test_grades_are_numbers(api: Any) -> None:
    answer = api.post("text/check.json", text="you fucking idiot", mode="ml", models="general,self-harm")
    classes = answer["moderation_classes"]
    names = ["sexual", "discriminatory", "insulting", "violent", "toxic", "self-harm"]
    assert classes["available"] == names
    assert [name for name in names if classes[name] > 0.5] == ["insulting", "toxic"]


def test_both_modes_at_once(api: Any) -> None:
    answer = api.post("text/check.json", text=TEXT, mode="ml,rules")
    assert {"moderation_classes", "profanity"} <= set(answer)


@pytest.mark.parametrize("name", ["fucking_idiot99", "FuckingIdiot", "xX.fucking.Xx"])
def test_words_in_user_names_are_found(api: Any, name: str) -> None:
    answer = api.post("text/check.json", text=name, mode="username")
    assert answer["profanity"]["matches"]
    assert answer["request"]["operations"] == 1


def test_ordinary_user_names_pass(api: Any) -> None:
    for name in ("bassguitar_fan", "john_doe_42", "Scunthorpe"):
        answer = api.post("text/check.json", text=name, mode="username")
        assert answer["profanity"]["matches"] == [], name


def test_the_options_of_text_content(api: Any) -> None:
    fields = {"models": "text-content-2.0", "text_categories": "insult,phone_number", "opt_countries": "fr"}
    answer = api.post("text/check.json", text="t'es un connard, 06 12 34 56 78", opt_lang="en,fr,es", **fields)
    assert answer["text"]["language"] == "fr"
    assert answer["text"]["detected_categories"] == ["insult", "phone_number"]
    assert answer["text"]["detections"]["phone_number"]["details"][0]["country"] == "fr"
    assert "inappropriate" not in answer["text"]["detections"]


def test_lists_of_the_account(another: Any) -> None:
    api = another()
    with api.server.database.begin() as connection:
        entries = [StoredEntry("flurbl", category="house word")]
        mine = lists.create(connection, api.account.id, "words", entries=entries)
    answer = api.post("text/check.json", text="what a FLURBL", mode="rules", opt_textlist=mine.id)
    (found,) = answer["blacklist"]["matches"]
    assert (found["match"], found["category"]) == ("FLURBL", "house word")
    fields = {"models": "text-content-2.0", "text_categories": "blacklist", "opt_textlist": mine.id}
    answer = api.post("text/check.json", text="what a flurbl", **fields)
    assert answer["text"]["detected_categories"] == ["blacklist"]
    other = another()
    error = other.answer(other.posted("text/check.json", text="x", mode="rules", opt_textlist=mine.id), 400)["error"]
    assert error["type"] == "argument_error"


def test_a_thousand_letters_are_one_operation(another: Any) -> None:
    api = another(plan=Plan("test-three-operations", monthly_operations=3))
    answer = api.post("text/check.json", text="fine " * 401, mode="rules")
    assert answer["request"]["operations"] == 3
    error = api.answer(api.posted("text/check.json", text="one more", mode="rules"), 429)["error"]
    assert error["type"] == "usage_limit"


@pytest.mark.parametrize(
    "fields",
    [
        {"mode": "rules"},
        {"text": "x"},
        {"text": "x", "mode": "magic"},
        {"text": "x", "mode": "rules", "lang": "xx"},
        {"text": "x", "mode": "rules", "categories": "nonsense"},
        {"text": "x", "mode": "ml", "models": "nonsense"},
        {"text": "x", "models": "text-content-2.0", "text_categories": "rude"},
        {"text": "x", "mode": "rules", "opt_countries": "france"},
        {"text": "x" * 100_001, "mode": "rules"},
    ],
)
def test_what_is_wrong_is_said(api: Any, fields: dict[str, str]) -> None:
    error = api.answer(api.posted("text/check.json", **fields), 400)["error"]
    assert error["type"] == "argument_error"
