"""One call: who it is, what the request says, and what this server can tell."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from starlette.requests import Request

from reelwarden.accounts.caller import Caller
from reelwarden.api.door import House, admitted, house_of
from reelwarden.api.form import Form, reading
from reelwarden.api.sightengine.errors import TooLarge
from reelwarden.errors import LimitExceeded
from reelwarden.models.store import ModelStore
from reelwarden.moderate import unavailable
from reelwarden.taxonomy import labels

UNFIT = re.compile("[\0\ud800-\udfff]")
REMEMBERED = 30.0
"""Seconds after which newly installed models are noticed."""
_told: WeakKeyDictionary[ModelStore, tuple[float, frozenset[str]]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Call:
    """`taken` gets the ids of the submissions that keep their file; what else came with the request is dropped."""

    house: House
    caller: Caller
    form: Form
    taken: set[str]

    @property
    def fields(self) -> dict[str, str]:
        return self.form.mapping


@asynccontextmanager
async def calling(request: Request, scope: str) -> AsyncIterator[Call]:
    """The call, its caller let in. Raises NoKey, NotAllowed, TooQuick, UsageError, TooLarge.

    Who sends user and secret in the query is known before the body is read.
    """
    house = house_of(request)
    query = request.query_params
    caller = None
    if query.get("api_user") and query.get("api_secret"):
        caller = await _admitted(house, query["api_user"], query["api_secret"], scope)
    try:
        async with reading(request, house.desk, most_bytes=caller.plan.most_bytes if caller else None) as (form, taken):
            form.fields = [(name, clean(value)) for name, value in form.fields]
            if caller is None:
                caller = await _admitted(house, form.get("api_user"), form.get("api_secret"), scope)
            most = caller.plan.most_bytes
            if most is not None and any(file.size > most for file in form.files):
                raise TooLarge(f"The media is larger than the {most:,} bytes that the plan allows")
            yield Call(house, caller, form, taken)
    except LimitExceeded as error:
        raise TooLarge(f"The request is too large: {error}") from error


def clean(text: str) -> str:
    """The text without letters that no database and no JSON takes (nulls, halves of pairs); of the same length."""
    return UNFIT.sub("\ufffd", text)


async def _admitted(house: House, user: str, secret: str, scope: str) -> Caller:
    return await asyncio.to_thread(admitted, house, secret.strip(), scope, user=user.strip())


async def told_by(house: House) -> frozenset[str]:
    """The labels that can be told here."""
    return await asyncio.to_thread(told_now, house.models)


def told_now(store: ModelStore) -> frozenset[str]:
    """The same, for whoever is in a thread already."""
    known = _told.get(store)
    now = time.monotonic()
    if known is None or now - known[0] > REMEMBERED:
        missing = {entry.label for entry in unavailable(labels(), store)}
        known = now, frozenset(labels()) - missing
        _told[store] = known
    return known[1]
