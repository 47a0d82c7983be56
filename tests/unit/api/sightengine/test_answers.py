"""Answers out of findings made by hand: where each number comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reelwarden.api.sightengine.answers import image_answer, job_data, state, video_answer
from reelwarden.api.sightengine.callbacks import SightengineAnnouncer
from reelwarden.api.sightengine.submitting import looks_like_base64, source_of
from reelwarden.api.sightengine.wishes import TextWishes, Wishes
from reelwarden.decide.replay import Header
from reelwarden.domain import Box, Evidence, MediaInfo, MediaKind, Signal, Unavailable
from reelwarden.jobs import announce
from reelwarden.jobs.announce import News
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.options import Options
from reelwarden.jobs.submissions import FAILED, FINISHED, RUNNING, Submission
from reelwarden.taxonomy import expand

BOX = Box(0.1, 0.2, 0.3, 0.4)


def submission(*models: str, state: str = FINISHED, **vendor: Any) -> Submission:
    wishes = vendor.pop("wishes", Wishes(models))
    said = {
        "request": "req_1",
        "media": "med_1",
        "uri": "a.mp4",
        "wishes": wishes.document(),
        "rules": [],
        "events": {},
    }
    empty = dict.fromkeys(Submission.__dataclass_fields__)
    values = empty | {"vendor": said | vendor, "options": Options(callback="http://x.example/"), "state": state}
    return Submission(**values | {"operations": 0, "created": 5.0, "position": 2.0, "media": {"duration": 4.0}})


def findings(*signals: Signal, times: tuple[float, ...] = (0.0,), untold: tuple[str, ...] = ()) -> Findings:
    info = MediaInfo(MediaKind.VIDEO, "mp4", 1)
    asked = tuple(expand({signal.label.partition(".")[0] for signal in signals} | {"nudity", "suggestive", "text"}))
    header = Header("a", info, asked=asked, unavailable=tuple(Unavailable(label, "no") for label in untold))
    return Findings(header, signals, times, len(times))


def signal(label: str, score: float, at: float = 0.0, until: float | None = None, **evidence: Any) -> Signal:
    return Signal(label, score, at, at if until is None else until, "test", "1", Evidence(**evidence))


def test_numbers_come_from_the_highest_scores() -> None:
    seen = findings(signal("nudity.explicit", 0.2), signal("nudity.explicit", 0.61236), signal("suggestive", 0.3))
    answer = image_answer(submission("nudity"), seen)
    assert answer["nudity"] == {"raw": 0.612, "partial": 0.3, "safe": 0.388}
    assert answer["request"] == {"id": "req_1", "timestamp": 5.0, "operations": 1}
    assert "reelwarden" not in answer


def test_a_class_that_is_not_told_apart_has_the_number_of_its_family_and_is_named() -> None:
    finer = tuple(label for label in expand(["nudity", "suggestive"]) if label not in ("nudity.explicit", "suggestive"))
    seen = findings(signal("nudity.explicit", 0.7), untold=finer)
    answer = image_answer(submission("nudity-2.1"), seen)
    assert {answer["nudity"][name] for name in ("sexual_activity", "sexual_display", "erotica")} == {0.7}
    assert "nudity.erotica" in answer["reelwarden"]["coarse"]
    assert "nudity.context.sea_lake_pool" in answer["reelwarden"]["unavailable"]
    assert "context" not in answer["nudity"]


def test_frames_have_their_own_numbers_and_places() -> None:
    seen = findings(signal("nudity.explicit", 0.9, at=1.5), times=(0.0, 1.5, 3.0))
    answer = video_answer(submission("nudity"), seen)
    assert [(f["info"]["id"], f["info"]["position"], f["nudity"]["raw"]) for f in answer["data"]["frames"]] == [
        ("med_1_1", 0, 0.0),
        ("med_1_2", 1500, 0.9),
        ("med_1_3", 3000, 0.0),
    ]
    assert answer["request"]["operations"] == 3


def test_only_so_much_of_a_video_is_answered_for() -> None:
    wishes = Wishes(("nudity",), max_duration=2.0)
    answer = video_answer(submission(wishes=wishes), findings(times=(0.0, 1.0, 2.0, 3.0)))
    assert [frame["info"]["position"] for frame in answer["data"]["frames"]] == [0, 1000]


def word(label: str, text: str, at: float = 0.0, source: str = "screen", **facts: str) -> Signal:
    return signal(
        label, 0.9, at, at + 0.5 if source == "speech" else None, text=text, facts={"source": source, **facts}
    )


def test_three_different_matches_are_one_step_graver() -> None:
    hits = [word("text.insult", name, severity="medium") for name in ("a", "b", "c")]
    seen = findings(signal("text.screen", 0.9, text="a b c"), *hits)
    wishes = Wishes(("text-content-2.0",), TextWishes(("insult",)))
    block = image_answer(submission(wishes=wishes), seen)["text"]
    assert block["detected_categories"] == ["insult"]
    assert block["detections"]["insult"]["severity"] == "high"
    assert len(block["detections"]["insult"]["details"]) == 3


def test_no_text_is_no_language() -> None:
    wishes = Wishes(("text-content-2.0",), TextWishes(("insult",)))
    block = image_answer(submission(wishes=wishes), findings())["text"]
    assert block == {"language": None, "detected_categories": [], "detections": {}}


def test_only_the_categories_that_were_asked() -> None:
    seen = findings(word("text.insult", "x"), word("text.email", "a@b.c"))
    wishes = Wishes(("text-content-2.0",), TextWishes(("email",)))
    assert image_answer(submission(wishes=wishes), seen)["text"]["detected_categories"] == ["email"]


def test_profanity_is_heard_and_not_read() -> None:
    seen = findings(
        word("text.insult", "idiot", 3.0, "speech", severity="high"), word("text.insult", "shown"), times=(0.0,)
    )
    data = video_answer(submission("audio-profanity"), seen)["data"]
    assert data["frames"] == []
    assert data["audio"]["profanity"] == [
        {"match": "idiot", "type": "insult", "intensity": "high", "start": 3.0, "end": 3.5}
    ]


def test_faces_have_boxes_points_and_what_is_told() -> None:
    points = "0.1 0.2, 0.3 0.4, 0.5 0.6, 0.7 0.8, 0.9 1.0"
    face = signal("face", 0.9, box=BOX, facts={"landmarks": points})
    gender = signal("face.gender", 0.8, box=BOX, facts={"gender": "male"})
    (found,) = image_answer(submission("faces"), findings(face, gender))["faces"]
    assert (found["x1"], found["y1"], found["x2"], found["y2"]) == (0.1, 0.2, 0.3, 0.4)
    assert found["features"]["right_eye"] == {"x": 0.1, "y": 0.2}
    assert found["features"]["left_mouth_corner"] == {"x": 0.9, "y": 1.0}
    (found,) = image_answer(submission("face-attributes"), findings(face, gender, untold=("minor",)))["faces"]
    assert found["attributes"] == {"sunglasses": 0.0, "female": 0.2, "male": 0.8}


def test_codes_are_read_for_what_they_say() -> None:
    code = "https://example.com/?mail=bob@example.org"
    seen = findings(signal("qr", 1.0, text=code, box=BOX), signal("qr.link", 1.0, text=code, box=BOX))
    block = image_answer(submission("qr-content"), seen)["qr"]
    assert [item["match"] for item in block["link"]] == [code]
    assert [item["match"] for item in block["personal"]] == ["bob@example.org"]
    assert block["spam"] == block["profanity"] == block["blacklist"] == []


def test_a_job_says_how_far_it_is() -> None:
    running = state(submission("nudity", state=RUNNING), None)
    assert running["output"]["data"] == {"status": "ongoing", "progress": 0.5, "operations": 0, "frames": []}
    assert running["output"]["request"] == "req_1"
    assert running["request"]["id"] != "req_1"
    failed = replace(submission("nudity", state=FAILED), error={"code": "not_media", "message": "this is no video"})
    data = job_data(failed, None)
    assert data["status"] == "failure"
    assert data["error"] == {"type": "media_error", "code": 3, "message": "This is no video"}


def test_an_event_is_only_its_frames() -> None:
    seen = findings(signal("nudity.explicit", 0.9, at=4.0), times=(2.0, 4.0, 6.0))
    running = submission("nudity", state=RUNNING, events={"nudity.raw": 0.5})
    (told,) = SightengineAnnouncer().announce(News(announce.LOOKED, running, seen))
    assert told.event == "video.event"
    assert b'"id": "med_1_3", "position": 4000' in told.body
    assert told.body.count(b'"info"') == 1
    assert SightengineAnnouncer().announce(News(announce.LOOKED, running, findings(times=(2.0,)))) == ()
    assert SightengineAnnouncer().announce(News(announce.MOMENTS, running, seen)) == ()


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("http://x.example/a.mp4", "url"),
        ("rtmp://x.example/live", "stream"),
        ("https://x.example/a/index.m3u8?token=1", "stream"),
        ("http://[::1", "url"),
    ],
)
def test_streams_are_told_by_their_address(address: str, source: str) -> None:
    assert source_of(address) == source


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"iVBORw0KGgoAAAANSUhEUgAA", True),
        (b"/9j/4AAQ\r\nSkZJRgABAQAAAQ==", True),
        (b"\x89PNG\r\n\x1a\n", False),
        (b"/9j/not base64 at all!!", False),
        (b"AAAA", False),
        (b"", False),
    ],
)
def test_base64_is_told_from_bytes(head: bytes, expected: bool) -> None:
    assert looks_like_base64(head) is expected
