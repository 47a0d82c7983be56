"""POST /moderate: a text, a picture, a video, a sound, or an object of several, judged in the same response."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.api.moderationapi.call import Call, answer, calling, millis, read
from reelwarden.api.moderationapi.concluding import Concluded, conclude
from reelwarden.api.moderationapi.errors import Failure
from reelwarden.api.moderationapi.handing import hand_in
from reelwarden.api.moderationapi.requests import Moderate
from reelwarden.api.moderationapi.seen import Seen
from reelwarden.api.moderationapi.settings import CHANNEL, rejects_from
from reelwarden.api.moderationapi.shapes import brief
from reelwarden.jobs.submissions import OPEN
from reelwarden.review.contents import Content

router = APIRouter()
PATIENT, HURRIED = 600.0, 45.0
"""Seconds that an answer may take; clients that give up after 60 s get word before, and come back."""
FIRST_STEP, STEP = 0.03, 0.25
Document = dict[str, Any]


@router.post("/moderate")
async def moderate(request: Request) -> Response:
    """The content of the body, judged by the policies that it names, or by the usual ones."""
    call, granted = await calling(request, "submit")
    concluded = await judged(call, read(Moderate, call.body))
    return answer(submitted(call, concluded), granted)


async def judged(call: Call, said: Moderate) -> Concluded:
    """Hands the content in, waits for its media, and judges it. Raises Failure where it takes too long."""
    content = await asyncio.to_thread(hand_in, call, said)
    await _ended(call, content)
    return await asyncio.to_thread(conclude, call.house, content, rejects_from(call.caller))


async def _ended(call: Call, content: Content) -> None:
    """A caller who goes away stops nothing: the same call again waits for the same work."""
    hurried = "x-stainless-lang" in call.request.headers
    end = call.since + (HURRIED if hurried else PATIENT)
    step = FIRST_STEP
    for id in content.submissions.values():
        while True:
            submission = await asyncio.to_thread(call.house.desk.wait, id, 0.0)
            if submission is None or submission.state not in OPEN:
                break
            if time.time() > end or await call.request.is_disconnected():
                raise Failure(
                    503,
                    "still_processing",
                    "The media is still being looked at: the same call again gets its answer",
                    headers={"x-should-retry": "true", "Retry-After": "1"},
                )
            await asyncio.sleep(step)
            step = min(step * 1.5, STEP)


def submitted(call: Call, concluded: Concluded) -> Document:
    """What all later clients read; the strictest of them wants every key."""
    judged = concluded.judged
    evaluation = {
        "flagged": judged.flagged,
        "flag_probability": round(judged.probability, 4),
        "severity_score": round(judged.severity, 4),
    }
    return {
        "content": _content(concluded),
        "author": brief(concluded.author) if concluded.author else None,
        "evaluation": evaluation | ({"shadow_flagged": True} if judged.shadow else {}),
        "recommendation": {"action": judged.action, "reason_codes": list(judged.reasons)},
        "casebook": None,
        "policies": list(judged.policies),
        "insights": insights(concluded.parts),
        "meta": {
            "status": "partial_success" if judged.errors else "success",
            "timestamp": millis(concluded.content.created),
            "channel_key": concluded.channel.key,
            "usage": sum(part.operations for part in concluded.parts),
            "processing_time": f"{max(0, round((time.time() - call.since) * 1000))}ms",
        },
    } | ({"errors": list(judged.errors)} if judged.errors else {})


def _content(concluded: Concluded) -> Document:
    said: Document = {
        "id": concluded.id,
        "masked": bool(concluded.modified),
        "unicode_cleaned": False,
        "modified": modified(concluded),
    }
    settings = {**CHANNEL, **concluded.channel.settings}
    heard = "\n".join(part.words for part in concluded.parts if part.type in ("video", "audio") and part.words)
    return said | ({"transcript": heard} if heard and settings["includeTranscriptInResponse"] else {})


def modified(concluded: Concluded) -> str | Document | None:
    """The text with what was to be masked replaced; of an object all its parts; None where nothing was."""
    if not concluded.modified:
        return None
    if "" in concluded.modified:
        return concluded.modified[""]
    return {part.name: _leaf(part, concluded.modified) for part in concluded.parts}


def _leaf(part: Seen, modified: Any) -> Document:
    if part.type == "text":
        return {"type": "text", "text": modified.get(part.name, part.words)}
    return {"type": part.type, "url": part.request.get("url") or ""}


def insights(parts: list[Seen]) -> list[Document]:
    """The language, where it can be told. Nothing here tells feelings."""
    language = next((part.language for part in parts if part.language), None)
    return [{"id": "language", "type": "insight", "probability": 1, "value": language}] if language else []
