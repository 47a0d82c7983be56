"""What is told of a live stream, piece by piece, and at its end."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telling import ANY_SIGNAL, EVERYTHING, ID, findings, heard, seen, spoken, submission

from reelwarden.api.deepcleer.callbacks import DeepCleerAnnouncer, StreamAnnouncer
from reelwarden.api.deepcleer.wishes import Types
from reelwarden.domain import Signal
from reelwarden.jobs.announce import FAILED, FINISHED, LOOKED, MOMENTS, STOPPED, News
from reelwarden.jobs.submissions import Submission

PICTURES, SOUNDS = "http://example.com/pictures", "http://example.com/sounds"
CODE = (seen("qr", 5.0, text="https://example.com"), seen("qr.link", 5.0, text="https://example.com"))


def stream(types: Types = EVERYTHING, **said: Any) -> Submission:
    usual = {"imgCallback": PICTURES, "audioCallback": SOUNDS, "params": {"room": "r", "url": "rtmp://a/b/c"}}
    return replace(submission(types, **usual | said), dialect="deepcleer.stream", started=1_639_825_240.0)


def announced(kind: str, of: Submission, *signals: Signal, nothing: bool = False) -> list[tuple[str, dict[str, Any]]]:
    news = News(kind, of, None if nothing else findings(*signals))
    return [(one.url, json.loads(one.body)) for one in StreamAnnouncer().announce(news)]


def test_a_risky_frame_is_one_callback() -> None:
    [(url, body)] = announced(LOOKED, stream(room="r", passThrough={"a": 1}), *CODE)
    assert url == PICTURES
    assert (body["code"], body["statCode"], body["contentType"]) == (1100, 0, 1)
    assert body["requestId"] == f"{ID}_vs5"
    assert body["auxInfo"] == {"passThrough": {"a": 1}}
    frame = body["frameDetail"]
    assert (frame["riskLevel"], frame["riskLabel3"]) == ("REVIEW", "link")
    assert frame["auxInfo"]["imgTime"] == "2021-12-18 11:00:45.000"
    assert frame["auxInfo"]["room"] == "r"
    assert len(str(frame["auxInfo"]["finishProcessTime"])) == 13


def test_every_frame_where_that_is_wanted() -> None:
    told = announced(LOOKED, stream(allImages=True), *CODE)
    assert [body["frameDetail"]["riskLevel"] for _, body in told] == ["PASS", "REVIEW", *["PASS"] * 5]


def test_a_clip_of_sound_goes_to_its_own_address() -> None:
    slur = heard("text.discriminatory", 11.0, 11.8, "slur", 0.95)
    [(url, body)] = announced(LOOKED, stream(preAudio=True), spoken("you slur", 10.2), slur)
    assert url == SOUNDS
    clip = body["audioDetail"]
    assert (body["contentType"], clip["content"], clip["vadCode"], clip["preAudioUrl"]) == (2, "you slur", 1, "")
    assert clip["auxInfo"]["audio_starttime"] == "2021-12-18 11:00:50.000"
    assert clip["auxInfo"]["audio_endtime"] == "2021-12-18 11:01:00.000"
    assert clip["riskDetail"]["riskSource"] == 1001
    silence = announced(LOOKED, stream(allAudio=True), heard("sound.silence", 0.0, 9.0))
    assert [body["audioDetail"]["vadCode"] for _, body in silence] == [0]


def test_sound_without_an_address_is_not_told() -> None:
    slur = heard("text.discriminatory", 11.0, 11.8, "slur", 0.95)
    assert announced(LOOKED, stream(audioCallback=""), slur) == []


def test_clips_are_left_out_as_the_request_says() -> None:
    slurs = [heard("text.discriminatory", at, at + 1, "slur", 0.95) for at in (1.0, 11.0, 21.0)]
    told = announced(LOOKED, stream(audioStep=1), *slurs)
    assert [body["requestId"] for _, body in told] == [f"{ID}_as0", f"{ID}_as2"]


@pytest.mark.parametrize("kind", [FINISHED, STOPPED])
def test_the_end_is_told_where_it_is_wanted(kind: str) -> None:
    assert announced(kind, stream(), *CODE) == []
    pictures, sounds = announced(kind, stream(finish=True), *CODE)
    assert (pictures[0], sounds[0]) == (PICTURES, SOUNDS)
    body = pictures[1]
    assert (body["statCode"], body["contentType"], sounds[1]["contentType"]) == (1, 1, 2)
    assert (body["riskLevel"], body["pullStreamSuccess"], body["auxInfo"]) == ("REVIEW", True, {"streamTime": 30})
    assert body["detail"]["requestParams"] == {"room": "r", "url": "rtmp://a/b/c"}


@pytest.mark.parametrize(("code", "said"), [("fetch_failed", 3001), ("media_damaged", 3002)])
def test_a_stream_that_could_not_be_had(code: str, said: int) -> None:
    failed = replace(stream(Types(("QRCODE",)), finish=True), error={"code": code, "message": "no"})
    [(_, body)] = announced(FAILED, failed, nothing=True)
    assert (body["pullStreamSuccess"], body["riskLevel"], body["auxInfo"]["errorCode"]) == (False, "PASS", said)


def test_news_that_owe_nothing() -> None:
    assert announced(MOMENTS, stream(), nothing=True) == []
    assert announced(LOOKED, stream(), nothing=True) == []
    assert DeepCleerAnnouncer().announce(News(LOOKED, submission(), findings())) == ()
    assert DeepCleerAnnouncer().announce(News(FINISHED, submission(), findings())) == (), "no callback was named"


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(st.lists(ANY_SIGNAL, max_size=6), st.booleans())
def test_whatever_was_found_can_be_told(signals: list[Signal], everything: bool) -> None:
    of = stream(allImages=everything, allAudio=everything, finish=True)
    for url, body in announced(LOOKED, of, *signals):
        part = body["frameDetail" if url == PICTURES else "audioDetail"]
        assert (part["riskLevel"] == "PASS") is (part["riskLabel1"] == "normal")
        assert everything or part["riskLevel"] != "PASS"
    assert len(announced(FINISHED, of, *signals)) == 2
