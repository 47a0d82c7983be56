"""Submissions: hand in, watch, read the result, stop, delete."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.exc import IntegrityError
from starlette.responses import JSONResponse

from reelwarden.accounts.caller import Caller
from reelwarden.accounts.wording import is_keepable, keepable
from reelwarden.api.door import House, admitted, as_json, bearer, house_of
from reelwarden.api.form import Form, reading
from reelwarden.api.native.asking import SUBMISSION
from reelwarden.api.native.documents import submission_document
from reelwarden.errors import UsageError
from reelwarden.jobs import uploading
from reelwarden.jobs.desk import Accepted, check_label_names, for_caller, policy_text
from reelwarden.jobs.options import Options, plan_of
from reelwarden.jobs.refusals import Missing
from reelwarden.jobs.source import blob_key
from reelwarden.jobs.submissions import STREAM, UPLOAD, URL, New
from reelwarden.report.as_json import document

router = APIRouter(tags=["submissions"])
DIALECT = "native"
USUAL_PLAN = {"every": 1.0}


@router.post("/submissions", status_code=202, openapi_extra=SUBMISSION)
async def submit(request: Request) -> Response:
    """Hands in media: `file` (multipart), `upload` (resumable, whole), `url`, or `stream` (an address without an end).

    202 for a new submission; 200 with `fresh` false where `external_id` or `upload` was handed in before.
    """
    house = house_of(request)
    caller = await asyncio.to_thread(admitted, house, bearer(request), "submit")
    async with reading(request, house.desk, most_bytes=caller.plan.most_bytes) as (form, taken):
        accepted = await asyncio.to_thread(_accept, house, caller, form)
        taken.add(accepted.id)
    submission = await asyncio.to_thread(house.desk.read, caller, accepted.id)
    body = submission_document(submission) | {"fresh": accepted.fresh}
    return JSONResponse(body, 202 if accepted.fresh else 200, {"Location": f"/reelwarden/v1/submissions/{accepted.id}"})


def _accept(house: House, caller: Caller, form: Form) -> Accepted:
    """An upload becomes one submission, however often it is handed in."""
    upload = form.get("upload")
    if upload and is_keepable(upload):
        with suppress(Missing):
            return Accepted(house.desk.read(caller, uploading.submission_of(upload)).id, False)
    new = _new(house, caller, form)
    try:
        accepted = house.desk.submit(caller, new)
    except IntegrityError:
        # The same upload came twice at one moment: the other request was first.
        return Accepted(house.desk.read(caller, new.id).id, False)
    if upload and accepted.fresh:
        uploading.forget(house.desk.database, upload)
    return accepted


@dataclass(frozen=True, slots=True)
class _Media:
    """What a submission is about, wherever it comes from."""

    source: str
    address: str
    name: str
    id: str = ""


def _media(house: House, caller: Caller, form: Form) -> _Media:
    file = form.file("file", "media") if form.files else None
    said = [name for name in ("upload", "url", "stream") if form.get(name)]
    if len(said) + bool(file) != 1:
        raise UsageError("give one of file, upload, url and stream", "one submission has one media")
    if file:
        return _Media(UPLOAD, file.key, file.name, file.submission)
    if said == ["upload"]:
        desk = house.desk
        whole = uploading.media(desk.database, desk.blobs, caller.account, form.get("upload"))
        return _Media(UPLOAD, blob_key(whole.submission), whole.name, whole.submission)
    address = form.get(said[0])
    return _Media(URL if said == ["url"] else STREAM, address, address.partition("?")[0])


def _new(house: House, caller: Caller, form: Form) -> New:
    media = _media(house, caller, form)
    asked = tuple(form.get("labels").replace(",", " ").split()) if form.get("labels") else ()
    if form.body and isinstance(form.body.get("labels"), list):
        asked = tuple(map(str, form.body["labels"]))
    check_label_names(asked)
    new = New(
        account=caller.account,
        key=caller.key,
        dialect=DIALECT,
        source=media.source,
        address=media.address,
        name=form.get("name") or media.name,
        asked=asked,
        options=_options(house, caller, form),
        external_id=keepable(form.get("external_id"), 200, "external_id") if form.get("external_id") else None,
        priority=_priority(form.get("priority", "5")),
        id=media.id,
    )
    return for_caller(caller, new)


def _options(house: House, caller: Caller, form: Form) -> Options:
    plan = _plan(form.get("plan"))
    return Options(
        plan=plan,
        policy=policy_text(house.desk.database, caller, form.get("policy") or None),
        languages=_words(form.get("languages")),
        countries=_words(form.get("countries")),
        lists=_words(form.get("lists")),
        keep=form.get("keep", "true") != "false",
        callback=form.get("callback"),
        interim=form.get("interim", "false") == "true",
    )


def _plan(text: str) -> dict[str, Any]:
    if not text:
        return dict(USUAL_PLAN)
    try:
        plan = json.loads(text)
    except (ValueError, RecursionError):
        plan = None
    if not isinstance(plan, dict):
        raise UsageError("the sampling plan is not one", 'write it like {"every": 1.0} or {"count": 20}')
    plan_of(plan)
    return plan


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").replace('"', " ").strip("[]").split())


def _priority(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 9):
        raise UsageError("priority is a number from 1 (first) to 9 (last)")
    return int(text)


@router.get("/submissions")
def every(request: Request, state: str = "", before: str = "", limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Any:
    """The account's submissions, the newest first."""
    from reelwarden.jobs.submissions import listing

    house = house_of(request)
    caller = admitted(house, bearer(request), "read")
    with house.desk.database.read() as connection:
        found = listing(connection, caller.account, states=(state,) if state else (), before=before or None, most=limit)
    return {"submissions": [submission_document(s) for s in found]}


@router.get("/submissions/{id}")
def one(request: Request, id: str, wait: Annotated[float, Query(ge=0, le=60)] = 0.0) -> Any:
    """One submission; with `wait`, as soon as it has ended or after so many seconds."""
    house = house_of(request)
    caller = admitted(house, bearer(request), "read")
    submission = house.desk.read(caller, id)
    if wait and submission.open:
        house.desk.wait(id, wait)
        submission = house.desk.read(caller, id)
    return submission_document(submission)


@router.get("/submissions/{id}/result")
def result(request: Request, id: str) -> Response:
    """Moments, verdict and everything else that was found."""
    house = house_of(request)
    caller = admitted(house, bearer(request), "read")
    submission = house.desk.read(caller, id)
    found = house.desk.findings(submission)
    if found is None:
        raise Missing(f"there is no result: the submission is {submission.state}")
    return Response(as_json(document(found.result)), media_type="application/json")


@router.post("/submissions/{id}/stop")
def stop(request: Request, id: str) -> Any:
    """Stops it at once; what was found until then stays."""
    house = house_of(request)
    caller = admitted(house, bearer(request), "submit")
    return submission_document(house.desk.stop(caller, id))


@router.delete("/submissions/{id}", status_code=204)
def delete(request: Request, id: str) -> Response:
    """Deletes it with everything that belongs to it."""
    house = house_of(request)
    caller = admitted(house, bearer(request), "submit")
    house.desk.delete(caller, id)
    return Response(status_code=204)
