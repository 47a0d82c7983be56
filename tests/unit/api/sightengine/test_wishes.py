"""A request's fields as wishes: defaults, options, and what is wrong."""

from __future__ import annotations

import json

import pytest

from reelwarden.api.sightengine.account import Settings
from reelwarden.api.sightengine.errors import Argument
from reelwarden.api.sightengine.wishes import TextWishes, Wishes, read, wishes_of
from reelwarden.taxonomy import labels
from reelwarden.text.match import CATEGORIES

TOLD = frozenset(labels())
USUAL = Settings()


def test_what_is_not_said_is_the_vendors_default() -> None:
    wishes = read({"models": "nudity-2.1"}, USUAL, TOLD)
    assert wishes == Wishes(("nudity-2.1",), TextWishes((), ("en",), ("us", "fr", "gb"), ()), 2.0)


def test_the_account_may_have_another_interval() -> None:
    assert read({"models": "gore"}, Settings(interval=1.0), TOLD).interval == 1.0
    assert read({"models": "gore", "interval": "0.5"}, Settings(interval=1.0), TOLD).interval == 0.5


def test_text_options() -> None:
    fields = {
        "models": "text-content-2.0",
        "text_categories": "insult, Email",
        "opt_lang": "en,fr",
        "opt_countries": "DE",
        "opt_textlist": "lst_A",
    }
    wishes = read(fields, USUAL, TOLD)
    assert wishes.text == TextWishes(("insult", "email"), ("en", "fr"), ("de",), ("lst_A",))
    assert {"text.screen", "text.insult", "text.email", "text.blacklist"} == set(wishes.asked)


def test_without_categories_all_are_looked_for() -> None:
    assert read({"models": "text-content-2.0"}, USUAL, TOLD).text.categories == CATEGORIES
    assert read({"models": "gore"}, USUAL, TOLD).text.categories == ()


def test_a_list_alone_is_read_together_with_some_category() -> None:
    fields = {"models": "text-content-2.0", "text_categories": "blacklist", "opt_textlist": "lst_a"}
    assert {"text.screen", "text.blacklist", "text.grawlix"} == set(read(fields, USUAL, TOLD).asked)


def test_wishes_survive_json() -> None:
    fields = {"models": "text-content-2.0,gore", "text_categories": "insult", "max_duration": "5"}
    wishes = read(fields, USUAL, TOLD)
    assert wishes_of(json.loads(json.dumps(wishes.document()))) == wishes


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"models": "gore", "interval": "6"},
        {"models": "gore", "interval": "one"},
        {"models": "gore", "max_duration": "0"},
        {"models": "text-content-2.0", "text_categories": "insult,nonsense"},
        {"models": "text-content-2.0", "text_categories": "insult", "opt_lang": "xx"},
        {"models": "text-content-2.0", "text_categories": "insult", "opt_countries": "usa"},
    ],
)
def test_what_is_wrong_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(Argument):
        read(fields, USUAL, TOLD)


def test_a_workflow_brings_models_and_options() -> None:
    settings = Settings.model_validate(
        {"workflows": {"wfl_a": {"models": "gore,weapon", "options": {"interval": "1"}}}}
    )
    wishes = read({"workflow": "wfl_a", "models": "alcohol"}, settings, TOLD, workflow=True)
    assert (wishes.models, wishes.interval, wishes.workflow) == (("gore", "weapon"), 1.0, "wfl_a")
    for wrong in ({}, {"workflow": "wfl_b"}):
        with pytest.raises(Argument, match="workflow"):
            read(wrong, settings, TOLD, workflow=True)


def test_thresholds_of_events_are_the_usual_ones_with_the_accounts() -> None:
    settings = Settings(events={"gore.prob": None, "alcohol.prob": 0.9})
    assert settings.thresholds["alcohol.prob"] == 0.9
    assert "gore.prob" not in settings.thresholds
    assert settings.thresholds["nudity.erotica"] == 0.5
