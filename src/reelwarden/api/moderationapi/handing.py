"""A content's parts handed in: media as submissions, all under one row that a caller who asks again finds."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from posixpath import basename
from typing import Any
from urllib.parse import unquote, urlsplit

from reelwarden.accounts import lists, metering
from reelwarden.accounts.quota import reserve
from reelwarden.api.moderationapi import DIALECT
from reelwarden.api.moderationapi.call import Call
from reelwarden.api.moderationapi.errors import Failure, wrong
from reelwarden.api.moderationapi.policies import Wish, catalogue, labels_of, usual
from reelwarden.api.moderationapi.requests import Moderate, ObjectContent, PolicyWish
from reelwarden.api.moderationapi.settings import CHANNEL, plan, policies_of
from reelwarden.api.moderationapi.telling import told_now
from reelwarden.errors import ReelwardenError
from reelwarden.jobs.desk import policy_text
from reelwarden.jobs.options import Options
from reelwarden.jobs.refusals import UsedUp
from reelwarden.jobs.source import blob_key
from reelwarden.jobs.submissions import UPLOAD, URL, New
from reelwarden.review import authors, channels, contents
from reelwarden.review.channels import Channel
from reelwarden.review.contents import REMEMBERED, Content
from reelwarden.store.database import new_id
from reelwarden.text.match import BLACKLIST
from reelwarden.words import SOURCES

URGENT = 3
METER = "moderation"
SWITCHES = {"image": "enableImageModeration", "video": "enableVideoModeration", "audio": "enableAudioModeration"}
Parts = dict[str, dict[str, Any]]


def parts_of(said: Moderate) -> Parts:
    """Name → part; a content that is no object has the name ''."""
    if isinstance(said.content, ObjectContent):
        return {name: part.model_dump(exclude_none=True) for name, part in said.content.data.items()}
    return {"": said.content.model_dump(exclude_none=True)}


def hand_in(call: Call, said: Moderate) -> Content:
    """The content, open; or the one that this call is a retry of. Raises Failure and what `Desk.submit` raises."""
    parts, print_ = parts_of(said), fingerprint(call)
    _check(parts)
    channel = _channel(call, said.channel)
    retried = call.request.headers.get("x-stainless-retry-count", "0") not in ("", "0")
    waits = any(part["type"] != "text" for part in parts.values())
    if waits:
        since = time.time() - REMEMBERED if retried else float("inf")
        with call.house.desk.database.read() as connection:
            known = contents.again(connection, call.caller.account, print_, since)
        if known:
            return known
    settings = {**CHANNEL, **channel.settings}
    for part in parts.values():
        if part["type"] in SWITCHES and not settings[SWITCHES[part["type"]]]:
            raise Failure(403, "permission_denied", f"The channel {channel.key} does not take {part['type']}")
    wishes, untold = wishes_of(call, said)
    charge(call, sum(_letters(part) for part in parts.values()))
    request = {
        "parts": {name: {**part, "data": None} for name, part in parts.items()},
        "wishes": [wish.document() for wish in wishes],
        "untold": untold,
        "said": said.model_dump(exclude={"content", "policies"}, exclude_none=True)
        | ({"doNotStore": True} if call.caller.settings.get("keep") is False else {}),
    }
    content = _open(call, said, channel, print_, request)
    if not waits:
        return content
    return _submitted(call, content, parts, wishes, settings, bool(said.doNotStore))


def fingerprint(call: Call) -> str:
    """The same key, address and body have the same."""
    body = json.dumps(call.body, sort_keys=True).encode()
    head = f"{call.caller.key} {call.project.id} {call.request.url.path} ".encode()
    return hashlib.sha256(head + body).hexdigest()


def wishes_of(call: Call, said: Moderate) -> tuple[list[Wish], list[dict[str, str]]]:
    """The policies wanted, and what is said of those that nobody here knows."""
    if said.policies is None:
        return list(usual(policies_of(call.caller))), []
    known = {one.id: _wish(one) for one in said.policies if one.id in catalogue()}
    unknown = [one.id for one in said.policies if one.id not in catalogue()]
    return list(known.values()), [{"id": id, "message": "this server does not know it"} for id in unknown]


def _wish(one: PolicyWish) -> Wish:
    entities = one.more.get("entities")
    flag = one.flag
    if flag is None and isinstance(entities, Mapping):
        flag = any(isinstance(said, Mapping) and said.get("flag") for said in entities.values())
    threshold = 0.5 if one.threshold is None else one.threshold
    return Wish(one.id, bool(flag), threshold, True, one.more)


def charge(call: Call, operations: int) -> None:
    """What texts cost, at once. Raises UsedUp."""
    if not operations:
        return
    now, caller = time.time(), call.caller
    with call.house.desk.database.begin() as connection:
        if not reserve(connection, caller.account, operations, now):
            raise UsedUp("the month's operations are used")
        metering.count(connection, caller.account, caller.key, metering.day_of(now), {METER: operations})


def _letters(part: Mapping[str, Any]) -> int:
    return max(1, -(-len(part["text"]) // 1000)) if part["type"] == "text" else 0


def _check(parts: Parts) -> None:
    for name, part in parts.items():
        if part["type"] == "image" and not part.get("url") and not part.get("data"):
            where = ("content", "data", name) if name else ("content",)
            raise wrong("An image needs url or data", *where)


def _channel(call: Call, named: str | None) -> Channel:
    """The channel of this key or id, or the usual one. Raises Failure."""
    with call.house.desk.database.begin() as connection:
        if not named or not named.strip():
            return channels.usual(connection, call.project.id)
        with suppress(ReelwardenError):
            return channels.named(connection, call.project.id, named.strip())
    raise wrong("The project has no such channel", "channel")


def _open(call: Call, said: Moderate, channel: Channel, print_: str, request: dict[str, Any]) -> Content:
    with call.house.desk.database.begin() as connection:
        author = None
        if said.authorId:
            at = min(said.timestamp / 1000, time.time()) if said.timestamp else time.time()
            author = authors.seen(connection, call.caller.account, call.project.id, said.authorId, at).id
        return contents.open_(
            connection,
            account=call.caller.account,
            project=call.project.id,
            key=call.caller.key,
            fingerprint=print_,
            channel=channel.id,
            author=author,
            request=request,
            submissions={},
        )


def _submitted(
    call: Call, content: Content, parts: Parts, wishes: list[Wish], settings: Mapping[str, Any], passing: bool
) -> Content:
    """The media handed in. What cannot be taken closes the content again."""
    made: dict[str, str] = {}
    try:
        common = _common(call, content, wishes, settings, passing)
        for name, part in parts.items():
            if part["type"] != "text":
                made[name] = _submit(call, part, common)
        with call.house.desk.database.begin() as connection:
            contents.attach(connection, content, made)
    except BaseException:
        with call.house.desk.database.begin() as connection:
            contents.close(connection, content, None, request={})
        for id in made.values():
            call.house.desk.stop(call.caller, id)
        raise
    with call.house.desk.database.read() as connection:
        found = contents.read(connection, content.id)
    return found or content


def _common(
    call: Call, content: Content, wishes: list[Wish], settings: Mapping[str, Any], passing: bool
) -> dict[str, Any]:
    own = own_lists(call)
    told = told_now(call.house.models) | (frozenset({f"text.{BLACKLIST}"}) if own else frozenset())
    asked = labels_of(wishes, told)
    if settings["includeTranscriptInResponse"] or any(label.startswith("text.") for label in asked):
        # Words that are judged are read and heard anyway: then they may also be shown.
        asked = (*asked, *sorted(SOURCES & told))
    if not settings["enableAudioModeration"]:
        asked = tuple(label for label in asked if not label.startswith(("sound", "voice")))
    if not asked:
        raise Failure(403, "plan_feature_unavailable", "This server has no model for what is asked")
    options = Options(
        plan=plan(settings),
        policy=policy_text(call.house.desk.database, call.caller),
        lists=own if f"text.{BLACKLIST}" in asked else (),
        keep=not passing and call.caller.settings.get("keep") is not False,
    )
    return {
        "account": call.caller.account,
        "key": call.caller.key,
        "dialect": DIALECT,
        "asked": asked,
        "options": options,
        "vendor": {"content": content.id, "meters": [METER]},
        "priority": URGENT,
    }


def own_lists(call: Call) -> tuple[str, ...]:
    """The ids of the word lists made by this dialect: they are about every content."""
    with call.house.desk.database.read() as connection:
        every = lists.every(connection, call.caller.account)
    return tuple(one.id for one in every if DIALECT in one.vendor and one.kind == "disallow")


def _submit(call: Call, part: Mapping[str, Any], common: Mapping[str, Any]) -> str:
    desk = call.house.desk
    if part.get("url"):
        name = unquote(basename(urlsplit_path(part["url"]))) or part["url"]
        return desk.submit(call.caller, New(source=URL, address=part["url"], name=name, **common)).id
    id = new_id("sub")
    data = decoded(part["data"])
    most = min(call.caller.plan.most_bytes or desk.settings.max_bytes, desk.settings.max_bytes)
    if len(data) > most:
        raise Failure(400, "invalid_request", f"The image is larger than {most:,} bytes")
    desk.blobs.put(blob_key(id), data)
    try:
        new = New(source=UPLOAD, address=blob_key(id), name="image", id=id, **common)
        return desk.submit(call.caller, new).id
    except BaseException:
        desk.blobs.delete_all(f"media/{id}")
        raise


def urlsplit_path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def decoded(text: str) -> bytes:
    """The bytes behind Base64 letters, also of a data: address. Raises Failure."""
    letters = text.partition(",")[2] if text.startswith("data:") else text
    letters = "".join(letters.split())
    try:
        data = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise wrong("data is not Base64", "content", "data") from None
    if not data:
        raise wrong("The image is empty", "content", "data")
    return data
