"""What every door has at hand, and how it knows its caller."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.requests import Request

from reelwarden import telemetry
from reelwarden.accounts import keys, limits
from reelwarden.accounts.bucket import TooFast
from reelwarden.accounts.caller import Caller
from reelwarden.api.form import Form, read_form
from reelwarden.errors import ReelwardenError
from reelwarden.jobs.desk import Desk
from reelwarden.jobs.refusals import NoKey, NotAllowed, Refusal, TooQuick
from reelwarden.models.store import ModelStore


@dataclass(frozen=True, eq=False)
class House:
    """One a server process: what `app` wires together for the doors."""

    desk: Desk
    models: ModelStore
    facts: dict[str, Any] = field(default_factory=dict)


def house_of(request: Request) -> House:
    return cast(House, request.app.state.house)


def bearer(request: Request) -> str:
    """The key in `Authorization: Bearer …` or `X-API-Key`; empty where there is none."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()


def admitted(house: House, secret: str, scope: str, *, user: str | None = None, paced: bool = True) -> Caller:
    """The caller whose key this is, one request of its rate taken. Blocks for a moment of database.

    Raises NoKey, NotAllowed for a key without the scope, TooQuick.
    """
    database = house.desk.database
    caller = keys.authenticate(database, secret) if user is None else keys.authenticate_pair(database, user, secret)
    if caller is None:
        hint = "send a key that `reelwarden keys create` made"
        raise NoKey("the key opens nothing" if secret else "no key came with the request", hint)
    telemetry.note(account=caller.account)
    if not caller.may(scope):
        raise NotAllowed(f"this key has no scope {scope}")
    if paced:
        granted = limits.take(database, caller)
        if isinstance(granted, TooFast):
            raise TooQuick("more requests a second than the plan has", retry_after=granted.retry_after)
    return caller


async def form_of(request: Request, **limits_of: Any) -> Form:
    """The request's fields and files, whatever its form; files are staged in the store of bytes."""
    return await read_form(request, house_of(request).desk, **limits_of)


def retry_headers(error: ReelwardenError) -> dict[str, str]:
    """`Retry-After` in whole seconds, at most a day, where waiting helps."""
    if not isinstance(error, Refusal) or error.retry_after is None:
        return {}
    return {"Retry-After": str(max(1, round(min(error.retry_after, 86400.0) + 0.5)))}


def as_json(document: Mapping[str, Any] | list[Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, default=_number).encode()


def _number(value: Any) -> Any:
    return value.item()
