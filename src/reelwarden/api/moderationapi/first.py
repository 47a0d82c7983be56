"""The first generation: POST /moderate/{text,image,video,audio}, each with an answer of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.api.labels import label_map
from reelwarden.api.moderationapi import DIALECT
from reelwarden.api.moderationapi.call import answer, calling, millis, read
from reelwarden.api.moderationapi.concluding import Concluded
from reelwarden.api.moderationapi.moderate import judged
from reelwarden.api.moderationapi.requests import FirstMedia, FirstModerate, FirstText, Moderate
from reelwarden.api.moderationapi.seen import Seen
from reelwarden.api.moderationapi.shapes import brief
from reelwarden.taxonomy import expand

router = APIRouter()
Document = dict[str, Any]
NEUTRAL = "NEUTRAL"


@router.post("/moderate/{kind}")
async def moderate(request: Request, kind: str) -> Response:
    """`url`, or `value` for a text; the answer says whether it was flagged, and by what."""
    call, granted = await calling(request, "submit")
    if kind not in SHAPES:
        from starlette.exceptions import HTTPException

        raise HTTPException(404)
    said = read(FirstText if kind == "text" else FirstMedia, {} if call.body is None else call.body)
    concluded = await judged(call, later(kind, said))
    return answer(head(concluded) | SHAPES[kind](concluded), granted)


def later(kind: str, said: FirstModerate) -> Moderate:
    """The same request as later generations write it."""
    content = {"type": "text", "text": said.value} if isinstance(said, FirstText) else {"type": kind}
    if isinstance(said, FirstMedia):
        content["url"] = said.url
    return read(
        Moderate,
        {
            "content": content,
            "contentId": said.contentId,
            "authorId": said.authorId,
            "conversationId": said.contextId,
            "metadata": said.metadata,
            "doNotStore": said.doNotStore,
        },
    )


def head(concluded: Concluded) -> Document:
    """What every answer has; `contentId` where the content was kept."""
    usage = sum(part.operations for part in concluded.parts)
    said: Document = {
        "status": "success",
        "request": {"timestamp": millis(concluded.content.created), "quota_usage": usage},
        "flagged": concluded.judged.flagged,
        "author": brief(concluded.author) if concluded.author else None,
    }
    return said | ({"contentId": concluded.id} if concluded.stored else {})


def _image(concluded: Concluded) -> Document:
    (part,) = concluded.parts
    said = label_map(DIALECT)["first"]["images"]
    labels = [
        {"label": name, "score": round(_score(part, ours), 4)}
        for name, ours in said.items()
        if part.told & expand(ours) and name != "text"
    ]
    if part.lines:
        labels.append({"label": "text", "score": round(_score(part, ["text.screen"]), 4)})
    labels.sort(key=lambda label: -label["score"])
    return {"labels": labels} | ({"texts": list(part.lines)} if part.lines else {})


def _score(part: Seen, labels: Sequence[str]) -> float:
    return max((part.score(label) for label in expand(labels)), default=0.0)


def _text(concluded: Concluded) -> Document:
    (part,) = concluded.parts
    changed = concluded.modified.get("", part.words)
    first = label_map(DIALECT)["first"]
    models = {name: _model(part, classes) for name, classes in first["models"].items()}
    matchers = {name: _matcher(part, labels) for name, labels in first["matchers"].items()}
    if not part.told & {"text.blacklist"}:
        del matchers["wordlist"]
    return {
        "content_moderated": changed != part.words,
        "data_found": any(matcher["found"] for matcher in matchers.values()),
        "original": part.words,
        "content": changed,
        **models,
        **matchers,
    }


def _model(part: Seen, classes: Mapping[str, Sequence[str]]) -> Document:
    """The class with the highest score; neutral where none has any."""
    scores = {name: round(_score(part, labels), 4) for name, labels in classes.items()}
    scores[NEUTRAL] = round(1 - max(scores.values()), 4)
    best = max(scores, key=lambda name: scores[name])
    return {"label": best, "score": scores[best], "label_scores": scores}


def _matcher(part: Seen, labels: Sequence[str]) -> Document:
    found = list(dict.fromkeys(hit.text for hit in part.hits if hit.label in labels and hit.text))
    return {"mode": "NORMAL", "found": bool(found), "matches": found}


SHAPES: Mapping[str, Callable[[Concluded], Document]] = {
    "text": _text,
    "image": _image,
    "video": lambda _: {},
    "audio": lambda _: {},
}
