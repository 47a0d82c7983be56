"""Deepengin's words for our moments: the chain of parents, both taxonomies, the switches for old clients."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwarden.api.deepengin import taxonomy
from reelwarden.api.deepengin.account import RESULTS, Settings, settings_of
from reelwarden.api.deepengin.moderation import moderation_result
from reelwarden.api.deepengin.results import results
from reelwarden.api.labels import label_map, unplaced
from reelwarden.decide.replay import Header
from reelwarden.domain import Box, Evidence, MediaInfo, MediaKind, Signal
from reelwarden.jobs.findings import Findings
from reelwarden.taxonomy import labels


def findings(*signals: Signal) -> Findings:
    media = MediaInfo(MediaKind.VIDEO, "mov", 1, 10.0)
    return Findings(Header("a.mp4", media), signals, tuple(float(t) for t in range(10)), 10)


def seen(label: str, score: float, start: float = 1.0, **facts: str) -> Signal:
    box = Evidence(Box(0.1, 0.2, 0.3, 0.6), facts=facts)
    return Signal(label, score, start, start, "test", "1", box)


def test_every_label_has_a_place_or_is_said_to_have_none() -> None:
    assert unplaced("deepengin", taxonomy.placed()) == ()


@pytest.mark.parametrize("which", ["v7", "legacy"])
def test_every_place_is_a_name_of_the_taxonomy(which: str) -> None:
    names = taxonomy.parents(which)
    for label in taxonomy.moderation_labels():
        assert label in labels()
        assert taxonomy.name_of(label, which) in names
    for parent in names.values():
        assert not parent or parent in names


def test_the_published_taxonomy_is_whole() -> None:
    levels = [taxonomy.level(name, "v7") for name in taxonomy.parents("v7")]
    assert [levels.count(n) for n in (1, 2, 3)] == [10, 20, 22]
    assert len([1 for parent in taxonomy.parents("legacy").values() if not parent]) == 10


def test_a_moment_brings_its_whole_chain_the_surest_first() -> None:
    found = findings(seen("weapon.firearm", 0.9), seen("weapon.firearm", 0.8, 2.0), seen("gore", 0.97))
    said = moderation_result(found, Settings())
    assert [(e["Name"], e["ParentName"], e["Confidence"]) for e in said] == [
        ("Blood & Gore", "Graphic Violence", "97.000"),
        ("Graphic Violence", "Violence", "97.000"),
        ("Violence", "", "97.000"),
        ("Weapons", "Violence", "90.000"),
        ("Violence", "", "90.000"),
    ]
    assert said[3]["StartTimestampMillis"] == 1000
    assert said[3]["EndTimestampMillis"] == 2000


def test_the_switches_of_an_account() -> None:
    found = findings(seen("nudity.explicit", 0.94742))
    single = Settings(taxonomy="legacy", single=True, nudity_parent=True)
    said = moderation_result(found, single)
    assert said["Confidence"] == "94.742"
    assert (said["ParentName"], said["Name"]) == ("Nudity", "Nudity")
    v7 = moderation_result(found, Settings(single=True, nudity_parent=True))
    assert (v7["ParentName"], v7["Name"]) == ("Nudity", "Explicit Nudity"), "as in the published sample"
    assert moderation_result(findings(), Settings()) == []
    assert moderation_result(findings(), single) == {}
    assert moderation_result(findings(seen("nudity.explicit", 0.4)), Settings()) == []


def test_boxes_texts_and_things() -> None:
    found = findings(
        seen("face", 0.9, landmarks="0.1 0.2, 0.2 0.2, 0.15 0.3, 0.1 0.4, 0.2 0.4"),
        seen("object.vehicle", 0.8, **{"class": "fire truck"}),
        seen("ppe.head_cover", 0.7),
        seen("person", 0.95),
    )
    said = results(found, RESULTS)
    assert said["FaceResult"][0]["Face"]["BoundingBox"] == {"Width": 0.2, "Height": 0.4, "Left": 0.1, "Top": 0.2}
    assert {e["Label"]["Name"] for e in said["LabelResult"]} == {"Fire Truck", "Person"}
    person = said["PPEResult"][0]["Persons"][0]
    assert person["BodyParts"][0]["EquipmentDetections"][0]["Type"] == "HEAD_COVER"
    assert person["Confidence"] == 95.0
    assert said["TextResult"] == said["CelebrityResult"] == []


@given(
    st.dictionaries(
        st.sampled_from(["taxonomy", "single", "minimum", "step", "results"]),
        st.none() | st.integers() | st.text() | st.lists(st.text()),
    )
)
def test_odd_settings_fall_back(said: dict[str, object]) -> None:
    found = settings_of({"dialects": {"deepengin": said}})
    assert found.taxonomy in ("v7", "legacy")
    assert 0 <= found.minimum <= 100
    assert found.step >= 0.04
    assert set(found.results) <= set(RESULTS)


def test_the_map_can_be_read_by_people() -> None:
    assert json.dumps(dict(label_map("deepengin")))
