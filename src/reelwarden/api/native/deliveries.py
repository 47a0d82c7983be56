"""Owed callbacks: what was tried, what came back, and trying again."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from reelwarden.api.native.documents import moment
from reelwarden.api.native.guard import Here, Reader, Submitter
from reelwarden.deliver import deliveries
from reelwarden.deliver.deliveries import Attempt, Delivery
from reelwarden.jobs.refusals import Missing

router = APIRouter(tags=["deliveries"])
State = Literal["owed", "delivered", "given_up"]


class Again(BaseModel):
    """Which deliveries to owe anew: those given up, where nothing else is said."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"states": ["given_up"]}})

    states: list[State] = ["given_up"]
    submission: str | None = None


def shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "submission": delivery.submission,
        "event": delivery.event,
        "url": delivery.url,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next": moment(delivery.next_at),
        "created": moment(delivery.created),
        "ended": moment(delivery.ended),
    }


def attempt_shown(attempt: Attempt) -> dict[str, Any]:
    record = asdict(attempt)
    return {
        "number": record["number"],
        "at": moment(record["at"]),
        "seconds": record["seconds"],
        "status": record["status"],
        "answer": bytes(record["answer"]).decode(errors="replace"),
        "error": record["error"],
    }


@router.get("/deliveries")
def every(
    caller: Reader,
    house: Here,
    submission: str | None = None,
    state: State | None = None,
    before: str | None = None,
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """The account's deliveries, the newest first."""
    with house.desk.database.read() as connection:
        found = deliveries.listing(
            connection,
            account=caller.account,
            now=time.time(),
            submission=submission,
            state=state,
            older_than=before,
            limit=limit,
        )
    return {"deliveries": [shown(one) for one in found]}


@router.get("/deliveries/{id}")
def one(caller: Reader, house: Here, id: str) -> Any:
    """One delivery with every attempt."""
    with house.desk.database.read() as connection:
        found = deliveries.read(connection, account=caller.account, identity=id, now=time.time())
    if found is None:
        raise Missing("there is no such delivery")
    return shown(found[0]) | {"tried": [attempt_shown(attempt) for attempt in found[1]]}


@router.post("/deliveries/{id}/again")
def again(caller: Submitter, house: Here, id: str) -> Any:
    """Owes it anew, at once, with a whole schedule before it."""
    with house.desk.database.begin() as connection:
        if not deliveries.redeliver(connection, account=caller.account, now=time.time(), identity=id):
            raise Missing("there is no such delivery that could be made again")
    return {"again": 1}


@router.post("/deliveries/again")
def all_again(caller: Submitter, house: Here, asked: Again) -> Any:
    """The same for all that are meant; says how many."""
    with house.desk.database.begin() as connection:
        count = deliveries.redeliver_all(
            connection, account=caller.account, now=time.time(), submission=asked.submission, states=asked.states
        )
    return {"again": count}
