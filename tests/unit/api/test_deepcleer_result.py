"""DeepCleer's result tree from findings: frames, clips of sound, business labels, lists, levels, both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telling import ANY_SIGNAL, ID, MEDIA, heard, seen, spoken, submission, told

from reelwarden.api.deepcleer.result import document_of
from reelwarden.api.deepcleer.wishes import Types
from reelwarden.domain import Box, Signal
from reelwarden.jobs.submissions import FAILED


def test_nothing_found_is_a_pass_with_the_usual_empty_values() -> None:
    assert told(passThrough={"a": 1}) == {
        "requestId": ID,
        "code": 1100,
        "message": "Success",
        "btId": "bt",
        "riskLevel": "PASS",
        "auxInfo": {
            "frameCount": 0,
            "time": 35.0,
            "billingImgNum": 7,
            "billingAudioDuration": 35.0,
            "passThrough": {"a": 1},
        },
        "tokenLabels": {"UGC_account_risk": {}},
        "tokenProfileLabels": [],
        "tokenRiskLabels": [],
    }


def test_everything_is_told_where_everything_is_wanted() -> None:
    document = told(allImages=True, allAudio=True, language="zh")
    assert [frame["time"] for frame in document["frameDetail"]] == [0, 5, 10, 15, 20, 25, 30]
    assert document["frameDetail"][1] == {
        "imgUrl": "",
        "riskLabel1": "normal",
        "riskLabel2": "",
        "riskLabel3": "",
        "riskDescription": "正常",
        "riskLevel": "PASS",
        "imgText": "",
        "riskDetail": {"riskSource": 1000},
        "allLabels": [],
        "businessLabels": [],
        "auxInfo": {"similarity": 0.0},
        "requestId": f"{ID}_v5",
        "time": 5.0,
    }
    clips = document["audioDetail"]
    assert [(clip["audioStarttime"], clip["audioEndtime"]) for clip in clips] == [(0, 10), (10, 20), (20, 30), (30, 35)]
    assert [clip["requestId"] for clip in clips] == [f"{ID}_a{n:04d}" for n in range(4)]


def test_the_gravest_of_a_frame_names_it_and_all_of_its_labels_are_told() -> None:
    document = told(
        *(seen("nudity.explicit", at, 0.95) for at in (5.0, 10.0)),
        *(seen("weapon.firearm", at, 0.99, **{"class": "rifle"}) for at in (5.0, 10.0)),
        seen("qr", 5.0, text="https://example.com"),
        seen("qr.link", 5.0, text="https://example.com"),
    )
    frame = document["frameDetail"][0]
    assert frame["riskLevel"] == document["riskLevel"] == "REJECT"
    assert {one["riskLabel1"] for one in frame["allLabels"]} == {"porn", "violence", "qrcode"}
    assert [one["riskLabel3"] for one in frame["allLabels"] if one["riskLabel1"] == "qrcode"] == ["link"]
    weapon = next(one for one in frame["allLabels"] if one["riskLabel3"] == "firearm")
    [thing] = weapon["riskDetail"]["objects"]
    assert (thing["name"], thing["location"], len(thing["id"])) == ("rifle", [160, 90, 480, 180], 32)
    assert weapon["riskDetail"]["riskSource"] == 1002
    assert frame["auxInfo"]["qrContent"] == "https://example.com"
    assert frame["riskDescription"].count(":") == 2


def test_one_look_that_is_not_backed_is_a_pass() -> None:
    """The policy wants two looks; the verdict and the frame agree."""
    assert told(seen("nudity.explicit", 5.0, 0.9))["riskLevel"] == "PASS"
    two = told(seen("nudity.explicit", 5.0, 0.9), seen("nudity.explicit", 10.0, 0.6))
    assert two["riskLevel"] == max(frame["riskLevel"] for frame in two["frameDetail"]) == "REVIEW"


def test_types_that_were_not_asked_for_decide_nothing() -> None:
    signals = [seen("nudity.explicit", at, 0.99) for at in (5.0, 10.0)]
    assert told(*signals, types=Types(("QRCODE",)))["riskLevel"] == "PASS"
    insult = [heard("text.discriminatory", 3.0, 4.0, "slur", 0.95)]
    assert told(*insult, types=Types(("QRCODE",), ("DIRTY",)))["riskLevel"] != "PASS"
    assert told(*insult, types=Types(("IMGTEXTRISK",)))["riskLevel"] == "PASS", "heard, not read"


def test_words_on_lists_of_the_account() -> None:
    document = told(
        seen("text.screen", 5.0, text="buy now"),
        seen("text.screen", 5.0, text="cheap things"),
        seen("text.blacklist", 5.0, text="cheap things"),
        language="zh",
        lists={"lst_1": "my list"},
    )
    [frame] = document["frameDetail"]
    assert (frame["riskLabel1"], frame["riskDescription"]) == ("blacklist", "命中自定义名单")
    assert frame["imgText"] == "buy now cheap things"
    words = frame["riskDetail"]["ocrText"]["matchedLists"]
    assert words == [{"name": "my list", "words": [{"word": "cheap things", "position": [8, 20]}]}]
    several = told(seen("text.blacklist", 5.0, text="x", category="spam"), lists={"a": "one", "b": "two"})
    assert several["riskLevel"] != "PASS" and several["frameDetail"][0]["riskDescription"] == "Hit custom list"


def test_a_clip_of_sound_has_its_words_and_its_risks() -> None:
    document = told(
        spoken("one two you slur four five", 8.0),
        heard("text.discriminatory", 11.0, 11.8, "slur", 0.95),
        heard("sound.moaning", 21.0, 25.0),
        heard("sound.moaning", 25.0, 32.0),
        heard("voice.gender", 8.0, 14.0, "male", gender="male"),
        heard("voice.language", 8.0, 14.0, "en"),
        allAudio=True,
    )
    first, second, third, fourth = document["audioDetail"]
    assert (first["audioText"], second["audioText"]) == ("one two", "you slur four five")
    assert first["riskLevel"] == "PASS" and "audioText" not in third
    assert second["riskDetail"]["riskSource"] == 1001
    assert second["riskDetail"]["riskSegments"] == [{"segment": "slur", "position": [4, 8]}]
    assert [(b["businessLabel2"], b["businessLabel3"]) for b in second["businessLabels"]] == [
        ("gender", "male"),
        ("language", "en"),
    ]
    assert third["riskLabel1"] == fourth["riskLabel1"] == "moan"
    assert third["riskDetail"]["riskSource"] == 1003


def test_clips_are_left_out_as_the_request_says() -> None:
    document = told(heard("sound.moaning", 11.0, 14.0), heard("sound.moaning", 14.0, 18.0), audioStep=1, allAudio=True)
    assert [clip["requestId"][-5:] for clip in document["audioDetail"]] == ["a0000", "a0002"]
    assert document["riskLevel"] == "PASS", "what is not listened to decides nothing"


def test_without_a_track_or_a_wish_there_is_no_sound() -> None:
    assert told(media=replace(MEDIA, audio_tracks=0))["auxInfo"]["billingAudioDuration"] == 0.0
    quiet = told(types=Types(("QRCODE",), ("NONE",)), allAudio=True)
    assert "audioDetail" not in quiet and quiet["auxInfo"]["billingAudioDuration"] == 0.0


def test_business_labels_have_every_instance_and_no_risk() -> None:
    document = told(
        seen("face", 5.0, 0.9),
        seen("face", 5.0, 0.7, box=Box(0, 0, 0.1, 0.2)),
        seen("face.age", 5.0, 0.6, from_years=20, to_years=29),
        seen("person", 5.0, 0.5),
        seen("object.vehicle", 5.0, 0.8, **{"class": "bus"}),
        allImages=True,
    )
    assert document["riskLevel"] == "PASS"
    labels_ = {b["businessLabel2"]: b for b in document["frameDetail"][1]["businessLabels"]}
    assert labels_["detection"]["businessDetail"]["face_num"] == 2
    assert labels_["detection"]["businessDetail"]["faces"][1]["face_ratio"] == pytest.approx(0.02)
    assert labels_["detection"]["confidenceLevel"] == 2
    assert labels_["age"]["businessDescription"] == "Face:Age:20-29"
    assert labels_["body"]["businessDetail"]["persons"][0]["person_ratio"] == pytest.approx(0.125)
    assert labels_["vehicle"]["businessDetail"]["objects"][0]["name"] == "bus"


def test_a_failure_is_a_code_and_nothing_else() -> None:
    failed = replace(submission(), state=FAILED, error={"code": "media_damaged", "message": "no picture"})
    assert document_of(failed, None) == {
        "requestId": ID,
        "code": 1905,
        "message": "Content does not conform to the specification: no picture",
        "btId": "bt",
    }


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.lists(ANY_SIGNAL, max_size=8), st.booleans())
def test_whatever_was_found_can_be_told(signals: list[Signal], everything: bool) -> None:
    document = told(*signals, allImages=everything, allAudio=everything)
    parts = [*document.get("frameDetail", []), *document.get("audioDetail", [])]
    order = ["PASS", "REVIEW", "REJECT"]
    assert document["riskLevel"] == max((part["riskLevel"] for part in parts), key=order.index, default="PASS")
    for part in parts:
        assert (part["riskLevel"] == "PASS") is (part["riskLabel1"] == "normal") is (not part["allLabels"])
