"""Findings of a video, told in DeepCleer's words."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reelwarden.api.deepcleer import levels
from reelwarden.api.deepcleer.result import document_of
from reelwarden.api.deepcleer.wishes import Types
from reelwarden.decide.replay import Header
from reelwarden.domain import Box, Evidence, Fact, MediaInfo, MediaKind, Signal, Word
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.options import Options
from reelwarden.jobs.submissions import FINISHED, Submission
from reelwarden.taxonomy import labels

MEDIA = MediaInfo(MediaKind.VIDEO, "mov", 1, 35.0, 640, 360, 25.0, 0, "h264", "aac", 1)
BOX = Box(0.25, 0.25, 0.75, 0.5)
POLICY = levels.with_levels("")
ID = "0" * 31 + "1"
EVERYTHING = Types(
    ("EROTIC", "VIOLENT", "QRCODE", "ADVERT", "IMGTEXTRISK"),
    ("EROTIC", "DIRTY", "MOAN", "ADVERT", "VIOLENT"),
    ("FACEDETECTION", "AGE", "BODY", "VEHICLE"),
    ("GENDER", "LANGUAGE", "SING"),
)
Document = dict[str, Any]


def seen(
    label: str, at: float, score: float = 0.99, text: str | None = None, box: Box | None = BOX, **facts: Fact
) -> Signal:
    source = {"source": "screen"} if label.startswith("text.") and label != "text.screen" else {}
    return Signal(label, score, at, at, "eyes", "1", Evidence(box, text, {**source, **facts}))


def heard(label: str, start: float, end: float, text: str | None = None, score: float = 0.99, **facts: Fact) -> Signal:
    source = {"source": "speech"} if label.startswith("text.") and label != "text.speech" else {}
    return Signal(label, score, start, end, "ears", "1", Evidence(None, text, {**source, **facts}))


def spoken(text: str, start: float) -> Signal:
    """One word a second."""
    words = tuple(Word(word, start + n, start + n + 0.8) for n, word in enumerate(text.split()))
    return Signal("text.speech", 0.9, start, start + len(words), "ears", "1", Evidence(None, text, words=words))


def told(
    *signals: Signal, types: Types = EVERYTHING, language: str = "en", media: MediaInfo = MEDIA, **said: Any
) -> Document:
    return document_of(submission(types, **{"language": language} | said), findings(*signals, media=media))


def findings(*signals: Signal, media: MediaInfo = MEDIA) -> Findings:
    """A frame was looked at every five seconds."""
    times = tuple(float(t) for t in range(0, 35, 5))
    ordered = tuple(sorted(signals, key=lambda s: s.start))
    return Findings(Header("a.mp4", media), ordered, times, len(times), policy_text=POLICY)


def submission(types: Types = EVERYTHING, **said: Any) -> Submission:
    vendor = {"requestId": ID, "btId": "bt", "language": "en", "types": types.document(), "lists": {}} | said
    facts: Document = dict.fromkeys(("external_id", "media", "error", "outcome", "started", "ended"))
    numbers = dict.fromkeys(("priority", "attempts", "spans", "operations"), 1)
    times = dict.fromkeys(("position", "created", "deadline", "expires"), 0.0)
    words = {
        "id": "sub",
        "account": "a",
        "key": "k",
        "dialect": "deepcleer",
        "source": "url",
        "address": "u",
        "name": "n",
    }
    state = {"asked": (), "options": Options(), "vendor": vendor, "state": FINISHED, "stop_wanted": False}
    return Submission(**facts | numbers | times | words | state)


ANY_SIGNAL = st.builds(
    lambda label, score, at, length, box, text, fact: Signal(
        label, score, at, at + length, "d", "1", Evidence(box, text, fact)
    ),
    st.sampled_from(labels()),
    st.floats(0, 1),
    st.floats(0, 34),
    st.sampled_from([0.0, 3.0, 15.0]),
    st.none() | st.just(BOX),
    st.none() | st.text(max_size=10),
    st.dictionaries(
        st.sampled_from(["source", "gender", "class", "category"]), st.sampled_from(["screen", "speech", "x"])
    ),
)
