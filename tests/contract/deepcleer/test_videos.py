"""Videos: taken in, called back, asked for; every option of a request on a real clip."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from reelwarden.accounts import lists
from reelwarden.store.tables.submissions import submissions as rows

pytestmark = [pytest.mark.slow, pytest.mark.models]
Answer = dict[str, Any]
DEFAULT = {"code": 1100, "message": "成功"}


def labels(part: Answer, level: int = 3) -> set[str]:
    return {one[f"riskLabel{level}"] for one in part["allLabels"]}


def test_a_video_is_taken_in_called_back_and_asked_for(api: Any, clip: Path, valid: Callable[..., None]) -> None:
    hook = f"/ok/{secrets.token_hex(4)}"
    passed = {"passThrough1": "透传字段1", "n": [1, {"a": None}]}
    taken = api.submit(
        api.server.media(clip),
        callback=api.server.receiver.url(hook),
        data={"btId": "b-1", "detectFrequency": 1, "returnAllImg": 1, "extra": {"passThrough": passed}},
    )
    assert taken == DEFAULT | {"requestId": taken["requestId"], "btId": "b-1"}
    valid(taken, "video_v4", "Return parameters")
    callback = api.server.callbacks(hook)[0]
    told = json.loads(callback.body)
    valid(told, "video_v4", "Callback parameters")
    assert told == api.ended("b-1"), "the query answers what the callback brought"
    valid(told, "video_query_v4", "Return parameters")
    assert told["requestId"] == taken["requestId"]
    assert told["auxInfo"] == {
        "frameCount": 6,
        "time": 6.0,
        "billingImgNum": 6,
        "billingAudioDuration": 0.0,
        "passThrough": passed,
    }
    check_frames(told, taken["requestId"])
    assert kept_for(api, "b-1") == pytest.approx(3 * 86400, abs=120)


def kept_for(api: Any, bt_id: str) -> float:
    """Seconds from the submission until its result goes."""
    with api.server.database.read() as connection:
        mine = rows.c.account == api.account.id, rows.c.external_id == bt_id
        row = connection.execute(rows.select().where(*mine)).one()
    return round(row.expires - row.created)


def check_frames(told: Answer, request: str) -> None:
    frames = told["frameDetail"]
    assert [frame["time"] for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert [frame["requestId"] for frame in frames] == [f"{request}_v{second}" for second in range(6)]
    code, words = frames[1], frames[4]
    assert (code["riskLabel1"], code["riskLevel"]) == ("qrcode", "REVIEW")
    assert code["auxInfo"] == {"similarity": 1.0, "qrContent": "https://example.com/promo"}
    [thing] = code["allLabels"][0]["riskDetail"]["objects"]
    assert thing["qrContent"] == "https://example.com/promo"
    assert all(100 < at < 520 for at in thing["location"][::2])
    assert {"inappropriate", "phone_number"} <= labels(words)
    assert words["riskDetail"]["riskSource"] == 1001
    text = words["riskDetail"]["ocrText"]
    assert "idiot" in text["text"] and words["imgText"] == text["text"]
    for segment in text["riskSegments"]:
        start, end = segment["position"]
        assert text["text"][start:end] == segment["segment"]
    assert words["riskDescription"].count(":") == 2 and not words["riskDescription"].isascii()
    order = ["PASS", "REVIEW", "REJECT"]
    assert told["riskLevel"] == max((frame["riskLevel"] for frame in frames), key=order.index) != "PASS"


def test_only_what_is_risky_is_told_and_in_english(api: Any, clip: Path) -> None:
    taken = api.submit(api.server.media(clip), imgType="QR", acceptLang="en", data={"detectFrequency": 1})
    assert taken["message"] == "Success"
    told = api.ended(taken["btId"])
    assert [frame["time"] for frame in told["frameDetail"]] == [0, 1, 2]
    assert {frame["riskDescription"] for frame in told["frameDetail"]} == {"QR code:QR code:Link"}
    assert "imgText" not in told["frameDetail"][0]
    assert told["auxInfo"]["frameCount"] == 3 and told["auxInfo"]["billingImgNum"] == 6
    chinese = api.ended(taken["btId"], acceptLang="zh")
    assert {frame["riskDescription"] for frame in chinese["frameDetail"]} == {"二维码:二维码:链接"}


@pytest.mark.parametrize(
    ("data", "times"),
    [
        ({}, [0, 5]),
        ({"detectFrequency": 2}, [0, 2, 4]),
        ({"advancedFrequency": {"durationPoints": [5, 600], "frequencies": [1, 3, 10]}, "detectFrequency": 1}, [0, 3]),
        (
            {
                "checkFrameCount": 3,
                "advancedFrequency": {"durationPoints": [300], "frequencies": [1, 5]},
                "detectFrequency": 1,
            },
            [0, 2, 5.9],
        ),
        ({"checkFrameCount": 0, "detectFrequency": "3"}, [0, 3]),
    ],
    ids=["nothing said", "step", "by duration", "count", "no count"],
)
def test_which_frames_are_looked_at(api: Any, clip: Path, data: Answer, times: list[float]) -> None:
    taken = api.submit(api.server.media(clip), imgType="QRCODE", data=data | {"returnAllImg": 1})
    told = api.ended(taken["btId"])
    assert [frame["time"] for frame in told["frameDetail"]] == times


@pytest.mark.parametrize(("lang", "level"), [("en", "REVIEW"), ("zh", "PASS"), ("ar", "REVIEW")])
def test_the_language_in_which_words_are_judged(api: Any, clip: Path, lang: str, level: str) -> None:
    """There is no Arabic among the rules: then all are used."""
    taken = api.submit(api.server.media(clip), imgType="IMGTEXTRISK", data={"lang": lang})
    assert api.ended(taken["btId"])["riskLevel"] == level


def test_many_at_once_with_one_id_are_one_video(api: Any, clip: Path) -> None:
    url, bt_id = api.server.media(clip), secrets.token_hex(8)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.submit(url, data={"btId": bt_id}), range(8)))
    assert {answer["code"] for answer in answers} == {1100}
    assert len({answer["requestId"] for answer in answers}) == 1


def test_the_same_id_again_while_it_is_looked_at(api: Any, clip: Path, another: Callable[..., Any]) -> None:
    url, come = api.server.media_later(clip)
    first = api.submit(url, data={"btId": "twice"})
    second = api.submit(url, data={"btId": "twice"})
    assert (second["code"], second["requestId"]) == (1100, first["requestId"])
    other = api.submit(api.server.media(clip), data={"btId": "twice"})
    assert other["code"] == 1902, "another video"
    come.set()
    api.ended("twice")
    again = api.submit(url, data={"btId": "twice"})
    assert again["code"] == 1100 and again["requestId"] != first["requestId"]
    assert api.ended("twice")["requestId"] == again["requestId"]
    assert another().post("/video/query/v4", btId="twice")["code"] == 1902, "of another account"


def test_a_text_list_of_the_account(another: Callable[..., Any], clip: Path) -> None:
    own = another()
    with own.server.database.begin() as connection:
        lists.create(connection, own.account.id, "our words", entries=[lists.StoredEntry("fucking idiot", "exact")])
    taken = own.submit(own.server.media(clip), imgType="IMGTEXTRISK", acceptLang="en")
    frame = own.ended(taken["btId"])["frameDetail"][-1]
    assert "Hit custom list" in {one["riskDescription"] for one in frame["allLabels"]}
    text = frame["riskDetail"]["ocrText"]
    [listed] = text["matchedLists"]
    [word] = listed["words"]
    start, end = word["position"]
    assert listed["name"] == "our words"
    assert text["text"][start:end] == word["word"]
