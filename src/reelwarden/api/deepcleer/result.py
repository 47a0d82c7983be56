"""The whole result of a video: what the callback brings, and what the query answers."""

from __future__ import annotations

from typing import Any

from reelwarden.api.deepcleer.errors import FAILED, SUCCESS, code_of, envelope
from reelwarden.api.deepcleer.frames import frame_details
from reelwarden.api.deepcleer.levels import LEVELS, gravest
from reelwarden.api.deepcleer.sounds import audio_details
from reelwarden.api.deepcleer.telling import Telling
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.submissions import FAILED as HAS_FAILED
from reelwarden.jobs.submissions import Submission


def document_of(submission: Submission, found: Findings | None, language: str = "") -> dict[str, Any]:
    """The result in the vendor's tree, or the code that says why there is none."""
    said = submission.vendor
    language = language or said["language"]
    ids = {"request": said["requestId"], "btId": said["btId"]}
    if submission.state == HAS_FAILED or found is None:
        error = submission.error or {"code": "internal", "message": ""}
        code = code_of(str(error["code"])) if submission.error else FAILED
        return envelope(code, language, str(error["message"]), **ids)
    telling = Telling(submission, found, language)
    frames, sounds = frame_details(telling), audio_details(telling)
    level = gravest(one.level for one in (*frames, *sounds))
    shown = [one.document for one in frames if one.risky or said.get("allImages")]
    heard = [one.document for one in sounds if one.risky or said.get("allAudio")]
    document = envelope(SUCCESS, language, **ids)
    document |= {"riskLevel": LEVELS[level], "auxInfo": _facts(telling, len(shown))}
    document |= {"frameDetail": shown} if shown else {}
    document |= {"audioDetail": heard} if heard else {}
    return document | account_service()


def account_service() -> dict[str, Any]:
    """The vendor's service about its customers' users, which does not exist here: its usual empty values."""
    return {"tokenLabels": {"UGC_account_risk": {}}, "tokenProfileLabels": [], "tokenRiskLabels": []}


def _facts(telling: Telling, frames: int) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "frameCount": frames,
        "time": telling.duration,
        "billingImgNum": len(telling.found.times),
        "billingAudioDuration": telling.heard_seconds,
    }
    passed = telling.said.get("passThrough")
    return facts | ({} if passed is None else {"passThrough": passed})
