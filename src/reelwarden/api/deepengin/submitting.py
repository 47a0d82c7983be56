"""POST /v1/videoModeration: `id`, `api_key`, `url`, `callback_url`."""

from __future__ import annotations

import asyncio
from posixpath import basename
from typing import Any
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from reelwarden.accounts.caller import Caller
from reelwarden.api.deepengin import DIALECT
from reelwarden.api.deepengin.account import RESULTS, settings_of
from reelwarden.api.deepengin.taxonomy import moderation_labels, result_labels
from reelwarden.api.door import House, admitted, bearer, house_of
from reelwarden.api.form import Form, reading
from reelwarden.errors import UsageError
from reelwarden.ingest import url as urls
from reelwarden.jobs.desk import for_caller, policy_text
from reelwarden.jobs.options import Options
from reelwarden.jobs.submissions import URL, New
from reelwarden.moderate import unavailable

router = APIRouter()
STARTED = "The process of Video Moderation has started"
METER = "video"
"""One operation a second, whatever is looked for, as published."""


@router.post("/")
async def submit(request: Request) -> Response:
    """Starts to moderate the video at `url`; the result goes to `callback_url`."""
    house = house_of(request)
    async with reading(request, house.desk, files=False) as (form, _):
        caller = await asyncio.to_thread(admitted, house, _key(request, form), "submit")
        new = await asyncio.to_thread(_new, house, caller, form)
        await asyncio.to_thread(house.desk.submit, caller, new)
    return JSONResponse({"code": "200", "msg": STARTED})


def _key(request: Request, form: Form) -> str:
    """In the body or the query, as published; a header does as well."""
    return form.get("api_key").strip() or bearer(request)


def _new(house: House, caller: Caller, form: Form) -> New:
    url = _required(form, "url")
    urls.parse(url)
    options = Options(
        plan={"every": settings_of(caller.settings).step},
        policy=policy_text(house.desk.database, caller),
        callback=form.get("callback_url").strip(),
    )
    new = New(
        account=caller.account,
        key=caller.key,
        dialect=DIALECT,
        source=URL,
        address=url,
        name=filename(url) or url,
        asked=_asked(house, caller),
        options=options,
        vendor={
            "id": _id(form),
            "settings": dict(caller.settings.get("dialects", {}).get(DIALECT, {})),
            "meters": [METER],
        },
    )
    new = for_caller(caller, new)
    if not new.options.callback:
        raise UsageError("callback_url is required")
    return new


def _required(form: Form, name: str) -> str:
    value = form.get(name).strip()
    if not value:
        raise UsageError(f"{name} is required")
    return value


def _id(form: Form) -> Any:
    """The caller's id as it came, of whatever type; a form has only texts."""
    if isinstance(form.body, dict):
        return form.body.get("id")
    return form.get("id") or None


def _asked(house: House, caller: Caller) -> tuple[str, ...]:
    """What this server can tell of the taxonomy and of the blocks that the account wants."""
    wanted = set(moderation_labels())
    settings = settings_of(caller.settings)
    for result in RESULTS:
        if result in settings.results:
            wanted |= result_labels(result)
    missing = {entry.label for entry in unavailable(wanted, house.models)}
    told = tuple(sorted(wanted - missing))
    if not told:
        raise UsageError("this server has no model for what you ask", "reelwarden models install")
    return told


def filename(url: str) -> str:
    """The last segment of the URL's path."""
    return unquote(basename(urlsplit(url).path))
