"""The label map is data: every name in it is one of ours, and none of ours was forgotten."""

from __future__ import annotations

import pytest

from reelwarden.api.labels import label_map, nowhere, unplaced
from reelwarden.api.sightengine import expression
from reelwarden.api.sightengine.errors import Argument, Plan
from reelwarden.api.sightengine.expression import Term
from reelwarden.api.sightengine.models import catalogue, families, granted, leaves, named, placed
from reelwarden.taxonomy import labels
from reelwarden.text.match import CATEGORIES

FAMILIES_THEMSELVES = {"scene", "synthetic"}


def test_every_label_has_a_place_or_is_said_to_have_none() -> None:
    assert unplaced("sightengine", placed()) == ()


def test_what_is_said_to_have_no_place_has_none() -> None:
    under_families = {label for label in nowhere("sightengine") if label.partition(".")[0] in FAMILIES_THEMSELVES}
    assert not (placed() & nowhere("sightengine")) - under_families


@pytest.mark.parametrize("name", catalogue())
def test_a_model_asks_for_labels_of_ours(name: str) -> None:
    model = catalogue()[name]
    if name == "properties":
        return
    assert model.asks, "an answer is made of something"
    assert set(model.asks) <= set(labels())
    assert set(model.needs) <= set(labels())


def test_every_category_of_text_has_a_family_or_is_named() -> None:
    named_ = {category for of in families().values() for category in of} | set(
        label_map("sightengine")["text"]["categories"]
    )
    assert set(CATEGORIES) <= named_


def test_events_name_numbers_that_there_are() -> None:
    paths = {f"{model.block}.{path}" for model in catalogue().values() for path, _ in leaves(model.shape)}
    for path in label_map("sightengine")["events"]:
        assert path in paths or path.startswith("text.detections."), path


def test_an_expression_takes_the_first_alternative_that_is_told() -> None:
    number = expression.parse("nudity.sexual_activity | ~ nudity.explicit nudity.drawn")
    scores = {Term("nudity.explicit"): 0.25, Term("nudity.drawn"): 0.75, Term("nudity.sexual_activity"): 0.5}
    score = scores.__getitem__
    assert number.value(score, {"nudity.explicit"}) == 0.25
    assert number.value(score, {"nudity.explicit", "nudity.drawn"}) == 0.75
    assert number.value(score, set(labels())) == 0.5
    assert number.value(score, set()) is None
    chosen = number.chosen({"nudity.explicit"})
    assert chosen is not None
    assert chosen.coarse


def test_an_expression_may_be_turned_round_or_name_a_thing() -> None:
    assert expression.parse("not suggestive").value(lambda _: 0.3, {"suggestive"}) == 0.7
    number = expression.parse("suggestive.swimwear:swimming trunks")
    assert number.value(lambda term: 0.9 if term.thing == "swimming trunks" else 0.0, {"suggestive.swimwear"}) == 0.9


@pytest.mark.parametrize("text", ["", "nonsense", "nudity | ", "~", "not "])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no label"):
        expression.parse(text)


def test_models_are_named_once_each() -> None:
    assert [m.name for m in named(" Weapon, qr-content,,weapon ")] == ["weapon", "qr-content"]
    assert [m.name for m in named('["weapon", "alcohol"]')] == ["weapon", "alcohol"]
    for wrong in ("", " , ", "weapons"):
        with pytest.raises(Argument):
            named(wrong)


def test_what_cannot_be_told_is_refused_or_left_out() -> None:
    told = frozenset({"qr", "weapon.firearm", "alcohol"})
    models = named("qr-content,genai,wad")
    with pytest.raises(Plan, match="genai"):
        granted(models, told)
    assert [m.name for m in granted(models, told, lenient=True)] == ["qr-content", "wad"]
    with pytest.raises(Plan):
        granted(named("genai"), told, lenient=True)
