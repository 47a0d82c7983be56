"""Addresses of callbacks that are closed because they answered 410, and opening them again."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from reelwarden.api.native.documents import moment
from reelwarden.api.native.guard import Here, Reader, Submitter
from reelwarden.deliver import endpoints
from reelwarden.jobs.refusals import Missing

router = APIRouter(tags=["deliveries"])


@router.get("/endpoints")
def every(caller: Reader, house: Here) -> Any:
    """Addresses that answered 410: nothing is posted there any more."""
    with house.desk.database.read() as connection:
        found = endpoints.listing(connection, caller.account)
    shown = [
        {"id": one.id, "url": one.url, "why": one.why, "delivery": one.delivery, "closed": moment(one.closed)}
        for one in found
    ]
    return {"closed": shown}


@router.post("/endpoints/{id}/open")
def open_again(caller: Submitter, house: Here, id: str) -> Any:
    """It gets callbacks again; those given up meanwhile wait for `POST /deliveries/again`."""
    with house.desk.database.begin() as connection:
        url = endpoints.open_again(connection, caller.account, id)
    if url is None:
        raise Missing("there is no such closed endpoint")
    return {"opened": url}
