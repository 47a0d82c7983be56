"""The account itself: its keys, settings, plan and usage."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from reelwarden.accounts import accounts, keys, metering, quota
from reelwarden.accounts.caller import OWN_SCOPES, known_scopes
from reelwarden.accounts.keys import Key
from reelwarden.accounts.options import shown as settings_shown
from reelwarden.api.native.documents import moment
from reelwarden.api.native.guard import Here, Manager, Reader
from reelwarden.jobs.refusals import NotAllowed

router = APIRouter(tags=["account"])


class NewKey(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"name": "shop", "scopes": ["submit", "read"]}}
    )

    name: str = Field(min_length=1, max_length=200)
    scopes: list[str] | None = Field(None, max_length=16)


def key_document(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "created": moment(key.created),
        "last_used": moment(key.last_used),
        "revoked": moment(key.revoked),
    }


@router.get("/account")
def account(caller: Reader, house: Here) -> Any:
    """The account: plan, settings (secrets hidden), and what of the month's operations is used."""
    with house.desk.database.read() as connection:
        used = quota.quota(connection, caller.account, time.time())
    plan = caller.plan
    return {
        "id": caller.account,
        "name": caller.account_name,
        "number": caller.number,
        "plan": {
            "name": plan.name,
            "requests_per_second": plan.requests_per_second,
            "concurrent_submissions": plan.concurrent_submissions,
            "concurrent_streams": plan.concurrent_streams,
            "monthly_operations": plan.monthly_operations,
        },
        "month": {"used": used.used, "limit": used.limit},
        "settings": settings_shown(caller.settings),
    }


@router.patch("/account/settings")
def change_settings(caller: Manager, house: Here, changes: dict[str, Any]) -> Any:
    """Changes what is named; null goes back to the server's own."""
    with house.desk.database.begin() as connection:
        changed = accounts.change_settings(connection, caller.account, changes)
    return settings_shown(changed.settings)


@router.get("/keys")
def every(caller: Manager, house: Here) -> Any:
    """All keys the account ever had, without the keys themselves."""
    with house.desk.database.read() as connection:
        return {"keys": [key_document(key) for key in keys.list_keys(connection, caller.account)]}


@router.post("/keys", status_code=201)
def create(caller: Manager, house: Here, asked: NewKey) -> Any:
    """A new key; `secret` is shown this once. It may do no more than the key that makes it."""
    own = frozenset(scope for scope in OWN_SCOPES if caller.may(scope))
    scopes = known_scopes(asked.scopes) if asked.scopes else own
    beyond = sorted(scope for scope in scopes if not caller.may(scope))
    if beyond:
        raise NotAllowed(f"your key has no scope {', '.join(beyond)}, so it cannot make one that has")
    with house.desk.database.begin() as connection:
        id, secret = keys.create(connection, caller.account, asked.name, scopes)
        made = keys.find(connection, caller.account, id)
    return key_document(made) | {"secret": secret}


@router.delete("/keys/{id}", status_code=204)
def revoke(caller: Manager, house: Here, id: str) -> Response:
    """The key opens nothing any more."""
    with house.desk.database.begin() as connection:
        keys.revoke(connection, caller.account, id)
    return Response(status_code=204)


@router.get("/usage")
def usage(
    caller: Reader,
    house: Here,
    start: str = Query("", description="The first day, 2026-11-23; 30 days ago where it is left out."),
    end: str = Query("", description="The last day; today where it is left out."),
    by: str = Query("day", description="day, label, key, or several with commas."),
) -> Any:
    """Operations and submissions, by day, label or key."""
    first, last = metering.last_days(time.time(), 30)
    found = metering.report(house.desk.database, caller.account, start or first, end or last, tuple(by.split(",")))
    rows = [
        {"day": u.day, "label": u.label, "key": u.key, "operations": u.operations, "submissions": u.submissions}
        for u in found
    ]
    return {"usage": [{name: value for name, value in row.items() if value is not None} for row in rows]}
