"""What is told of a live stream: one callback a frame, one a clip of sound, and one at the end."""

from __future__ import annotations

import math
import time as clocks
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from reelwarden.api.deepcleer.errors import SUCCESS, code_of, envelope
from reelwarden.api.deepcleer.frames import frame, frame_details, frames_of
from reelwarden.api.deepcleer.levels import LEVELS, gravest
from reelwarden.api.deepcleer.sounds import audio_details, clip
from reelwarden.api.deepcleer.telling import CLIP, Item, Telling
from reelwarden.api.deepcleer.vocabulary import AUDIO
from reelwarden.api.door import as_json
from reelwarden.jobs.announce import FAILED, Callback, News

RESULT, END = 0, 1
PICTURES, SOUNDS = 1, 2
UNREACHABLE, UNREADABLE = 3001, 3002
FETCHING = ("fetch_failed", "egress_refused")


def piece(news: News) -> list[Callback]:
    """The frames and clips of one piece of the stream that are to be told."""
    telling = _telling(news)
    if telling is None:
        return []
    pictures = [_callback(news, "stream.frame", PICTURES, body) for body in _frames(telling)]
    sounds = [_callback(news, "stream.audio", SOUNDS, body) for body in _clips(telling)]
    return [one for one in (*pictures, *sounds) if one.url]


def end(news: News) -> list[Callback]:
    """The notice of the end, where it was asked for."""
    said = news.submission.vendor
    if not said.get("finish"):
        return []
    kinds = [PICTURES, SOUNDS] if said.get("audioCallback") and news.submission.vendor["types"]["audio_types"] else [1]
    return [_callback(news, "stream.ended", kind, _ending(news, kind)) for kind in kinds]


def _ending(news: News, kind: int) -> Item:
    submission, telling = news.submission, _telling(news)
    said = submission.vendor
    failed = submission.error if news.kind == FAILED else None
    code = code_of(str(failed["code"])) if failed else SUCCESS
    level, seen, seconds = "PASS", False, 0
    if telling is not None:
        parts = (*frame_details(telling), *audio_details(telling))
        level, seen = LEVELS[gravest(one.level for one in parts)], bool(telling.found.times)
        seconds = math.ceil(max(telling.found.times, default=0.0))
    facts: Item = {"streamTime": seconds}
    if failed:
        facts["errorCode"] = UNREACHABLE if failed["code"] in FETCHING else UNREADABLE
    document = envelope(code, said["language"], str(failed["message"]) if failed else "", request=said["requestId"])
    document |= {"statCode": END, "contentType": kind, "riskLevel": level, "pullStreamSuccess": seen}
    return document | {"auxInfo": facts | _passed(said), "detail": {"requestParams": said["params"]}}


def _frames(telling: Telling) -> Iterator[Item]:
    for at, signals in frames_of(telling):
        risks, item = frame(telling, signals)
        if risks or telling.said.get("allImages"):
            facts = _when(telling) | {"imgTime": _clock(telling, at), "similarity": item["auxInfo"]["similarity"]}
            facts |= {"detectType": 1} if telling.said.get("stepped") else {}
            item["auxInfo"] |= facts
            yield _segment(telling, PICTURES, f"vs{at:g}") | {"frameDetail": item}


def _clips(telling: Telling) -> Iterator[Item]:
    """The clips of ten seconds that this piece brought something of."""
    signals = [s for s in telling.found.signals if telling.side(s) == AUDIO]
    skipped = 1 + int(telling.said.get("audioStep") or 0)
    for number in sorted({int(s.start // CLIP) for s in signals}):
        if number % skipped:
            continue
        start = number * CLIP
        own = [s for s in signals if int(s.start // CLIP) == number]
        risks, item = clip(telling, own, start, start + CLIP)
        if risks or telling.said.get("allAudio"):
            text = item.pop("audioText", "")
            silent = all(signal.label == "sound.silence" for signal in own)
            item |= {"content": text, "audioText": text, "vadCode": 0 if silent else 1}
            item |= {"preAudioUrl": ""} if telling.said.get("preAudio") else {}
            times = {"audio_starttime": _clock(telling, start), "audio_endtime": _clock(telling, start + CLIP)}
            item["auxInfo"] = _when(telling) | times | _passed(telling.said)
            yield _segment(telling, SOUNDS, f"as{number}") | {"audioDetail": item}


def _segment(telling: Telling, kind: int, part: str) -> Item:
    document = envelope(SUCCESS, telling.language, request=f"{telling.said['requestId']}_{part}")
    document |= {"statCode": RESULT, "contentType": kind, "auxInfo": _passed(telling.said)}
    return document | {"tokenProfileLabels": [], "tokenRiskLabels": []}


def _when(telling: Telling) -> Item:
    """Milliseconds since 1970 of the work on the segment: the piece is told in the moment it was judged."""
    now = int(clocks.time() * 1000)
    room = telling.said.get("room")
    return {"beginProcessTime": now, "finishProcessTime": now} | ({"room": room} if room else {})


def _clock(telling: Telling, at: float) -> str:
    """The time of the day, UTC, when second `at` of the stream was on air."""
    began = telling.submission.started or telling.submission.created
    return datetime.fromtimestamp(began + at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _passed(said: Any) -> Item:
    passed = said.get("passThrough")
    return {} if passed is None else {"passThrough": passed}


def _telling(news: News) -> Telling | None:
    if news.findings is None:
        return None
    return Telling(news.submission, news.findings, news.submission.vendor["language"])


def _callback(news: News, event: str, kind: int, body: Item) -> Callback:
    submission = news.submission
    url = submission.vendor["imgCallback" if kind == PICTURES else "audioCallback"]
    return Callback(event, url, as_json(body), {}, submission.options.secret, f"{submission.id}:{kind}")
