"""From a request to a submission, and for those who wait, to its end."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from reelwarden.api.form import File
from reelwarden.api.sightengine import DIALECT
from reelwarden.api.sightengine.account import Settings, settings_of
from reelwarden.api.sightengine.call import Call, clean, told_by
from reelwarden.api.sightengine.errors import Argument, BadCallback, BadMedia, Broken, TooLate, raise_for
from reelwarden.api.sightengine.ids import MEDIA, media_id, request_id
from reelwarden.api.sightengine.source import Source
from reelwarden.api.sightengine.wishes import VISUAL_TEXT, TextWishes, Wishes, read
from reelwarden.errors import EgressRefused, UsageError
from reelwarden.ingest import url as urls
from reelwarden.jobs.desk import for_caller, policy_text
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.options import Options
from reelwarden.jobs.source import blob_key
from reelwarden.jobs.submissions import FAILED, STREAM, UPLOAD, URL, New, Submission
from reelwarden.store.blobs import Blobs
from reelwarden.store.database import new_id

STEP = 0.05
LIVE_SCHEMES = frozenset({"rtmp", "rtmps", "rtsp", "rtsps", "rtp", "srt", "udp"})
URGENT, USUAL = 3, 5
"""Priorities: somebody waits for the answer; the answer comes by callback."""
BASE64_STARTS = (b"/9j/", b"iVBORw0KGgo", b"R0lGOD", b"UklGR", b"Qk", b"AAAA", b"SUkq", b"TU0A")
"""How JPEG, PNG, GIF, WebP, BMP, MP4 and TIFF begin in Base64."""
BASE64_MOST = 32 << 20
"""Bytes; a whole picture in memory is well within that."""
MOST_URL = 8000


async def wishes_for(call: Call, *, workflow: bool) -> tuple[Wishes, Settings]:
    """What the request asks for. Raises Argument, Plan."""
    settings = settings_of(call.caller)
    return read(call.fields, settings, await told_by(call.house), workflow=workflow), settings


def address_of(call: Call, *names: str) -> str:
    """The first of the parameters that is there: an address."""
    address = next((call.form.get(name).strip() for name in names if call.form.get(name).strip()), "")
    if len(address) > MOST_URL:
        raise Argument("The URL of the media is too long")
    return address


def callback_of(call: Call) -> str:
    """Raises BadCallback for an address that no callback may go to."""
    callback = call.form.get("callback_url").strip()
    if callback:
        try:
            urls.parse(callback)
        except (EgressRefused, UsageError) as error:
            raise BadCallback(f"The callback_url cannot be used: {error}") from error
    return callback


@dataclass(frozen=True, slots=True)
class Way:
    """How a call takes media in: by which parameters, whether somebody waits, and whether it is a picture."""

    addresses: tuple[str, ...]
    waits: bool
    picture: bool = False
    callback: str = ""


async def submission_of(call: Call, wishes: Wishes, settings: Settings, way: Way) -> Submission:
    """Takes the media of the request in. Raises what `Desk.submit` raises, Argument where there is no media."""
    source = await _source(call, way.addresses)
    reserved = len(wishes.models)
    new = New(
        account=call.caller.account,
        key=call.caller.key,
        dialect=DIALECT,
        source=source.kind,
        address=source.address,
        name=source.name,
        asked=wishes.asked,
        options=await asyncio.to_thread(_options, call, wishes, way, source),
        vendor=_kept(wishes, settings, way, source) | {"reserved": reserved},
        external_id=source.media,
        priority=URGENT if way.waits else USUAL,
        id=source.id,
    )
    new = for_caller(call.caller, new)
    callback = "" if way.waits else new.options.callback
    new = replace(new, options=replace(new.options, callback=callback, interim=bool(callback)))
    desk = call.house.desk
    try:
        accepted = await asyncio.to_thread(desk.submit, call.caller, new, reserved)
    except Exception:
        if source.id and source.id not in {file.submission for file in call.form.files}:
            await asyncio.to_thread(desk.blobs.delete_all, f"media/{source.id}")
        raise
    call.taken.add(accepted.id)
    return await asyncio.to_thread(desk.read, call.caller, accepted.id)


def _options(call: Call, wishes: Wishes, way: Way, source: Source) -> Options:
    texts = wishes.text if VISUAL_TEXT in wishes.models else TextWishes()
    return Options(
        plan={"every": wishes.interval},
        policy=policy_text(call.house.desk.database, call.caller),
        languages=wishes.text.languages,
        countries=texts.countries,
        lists=texts.lists,
        words=wishes.sources,
        callback=way.callback,
        longest=wishes.max_duration if source.kind == STREAM else None,
    )


def _kept(wishes: Wishes, settings: Settings, way: Way, source: Source) -> dict[str, Any]:
    """What this dialect keeps of the submission; `answers.Facts` reads it."""
    rules = settings.workflows[wishes.workflow].rules if wishes.workflow else ()
    return {
        "request": request_id(),
        "media": source.media,
        "uri": source.uri,
        "wishes": wishes.document(),
        "rules": [rule.model_dump() for rule in rules],
        "events": settings.thresholds,
        "meters": list(wishes.models),
        "picture": way.picture,
    }


async def _source(call: Call, addresses: tuple[str, ...]) -> Source:
    """The media of the request. Raises Argument, BadMedia, Missing."""
    from reelwarden.api.sightengine.uploads import uploaded

    file = call.form.file("media") or call.form.file()
    address = address_of(call, *addresses)
    media = call.form.get("media_id").strip()
    if file is not None and file.size:
        return await _of_file(call, file)
    if address:
        name = address.partition("?")[0]
        return Source(source_of(address), address, name, address, media_id())
    if media:
        if not MEDIA.fullmatch(media):
            raise Argument("media_id is not an id of a media")
        return await asyncio.to_thread(uploaded, call, media)
    if file is not None:
        raise BadMedia("The media is empty")
    raise Argument(f"There is no media: send a file as media, or {' or '.join(addresses)}")


def source_of(address: str) -> str:
    """A live stream is told by its scheme; a playlist may be live, and is watched until it ends."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return URL
    live = parts.scheme.lower() in LIVE_SCHEMES or parts.path.lower().endswith((".m3u8", ".mpd"))
    return STREAM if live else URL


async def _of_file(call: Call, file: File) -> Source:
    id, key = file.submission, file.key
    if looks_like_base64(file.head) and file.size <= BASE64_MOST:
        id, key = await asyncio.to_thread(decoded, call.house.desk.blobs, file)
    name = clean(file.name or "media")[:300]
    return Source(UPLOAD, key, name, name, media_id(), id)


def looks_like_base64(head: bytes) -> bool:
    """Whether the part is media in Base64 letters: one client sends that as it is."""
    head = b"".join(head.split())
    if not head.startswith(BASE64_STARTS):
        return False
    whole = head[: len(head) // 4 * 4]
    try:
        base64.b64decode(whole, validate=True)
    except binascii.Error:
        return False
    return len(whole) >= 16


def decoded(blobs: Blobs, file: File) -> tuple[str, str]:
    """The media behind the letters under a key of its own. Raises BadMedia."""
    id = new_id("sub")
    key = blob_key(id)
    letters = b"".join(blobs.get(file.key).split())
    try:
        blobs.put(key, base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True))
    except binascii.Error as error:
        raise BadMedia("The media looks like Base64, but is not") from error
    return id, key


async def ended(
    call: Call, request: Request, submission: Submission, seconds: float, unfit: Callable[[Submission], str]
) -> Submission:
    """Waits for the end. Where the caller goes away, or it takes too long, the work is stopped.

    `unfit` says why media that have been opened are none for this call. Raises TooLate; BadMedia for what is unfit.
    """
    desk, end = call.house.desk, time.monotonic() + seconds
    wait = STEP
    while True:
        now = await asyncio.to_thread(desk.wait, submission.id, 0.0)
        if now is None:
            raise TooLate("The submission was deleted meanwhile")
        refused = unfit(now) if now.media else ""
        if not now.open and not refused:
            return now
        if refused or time.monotonic() > end or await request.is_disconnected():
            await asyncio.to_thread(desk.stop, call.caller, submission.id)
            if refused:
                raise BadMedia(refused)
            raise TooLate("This took too long: use the asynchronous call, or ask for fewer models")
        await asyncio.sleep(wait)
        wait = min(wait * 1.3, 0.5)


def answered(
    call: Call, submission: Submission, render: Callable[[Submission, Findings], dict[str, Any]]
) -> dict[str, Any]:
    """The answer to one that has ended. Raises what made it fail."""
    if submission.state == FAILED:
        raise_for(submission.error)
    findings = call.house.desk.findings(submission)
    if findings is None:
        raise Broken("The result is not there")
    return render(submission, findings)
