"""The account's policies: which label leads to what."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from reelwarden.accounts import policies
from reelwarden.accounts.policies import StoredPolicy
from reelwarden.api.native.documents import moment
from reelwarden.api.native.guard import Here, Manager, Reader
from reelwarden.decide.policy import default_text

router = APIRouter(tags=["policies"])
USUAL = "default"


class Document(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"document": 'name = "mine"\n[labels.nudity]\nreview = 0.5\nreject = 0.9\n'}},
    )

    document: str = Field(max_length=200_000, description="A policy file, TOML.")


def shown(stored: StoredPolicy) -> dict[str, Any]:
    return {
        "name": stored.name,
        "revision": stored.revision,
        "created": moment(stored.created),
        "changed": moment(stored.changed),
    }


@router.get("/policies")
def every(caller: Reader, house: Here) -> Any:
    """The account's policies, without their documents."""
    with house.desk.database.read() as connection:
        return {"policies": [shown(one) for one in policies.every(connection, caller.account)]}


@router.get("/policies/{name}")
def one(caller: Reader, house: Here, name: str) -> Any:
    """One policy with its document; `default` is the built-in one, where the account has none of that name."""
    with house.desk.database.read() as connection:
        mine = [p for p in policies.every(connection, caller.account) if name in (p.name, p.id)]
        if not mine and name == USUAL:
            return {"name": USUAL, "revision": 1, "created": None, "changed": None, "document": default_text()}
        found = mine[0] if mine else policies.get(connection, caller.account, name)
        return shown(found) | {"document": found.document}


@router.put("/policies/{name}")
def put(caller: Manager, house: Here, name: str, asked: Document) -> Any:
    """Keeps the policy under the name, in place of one that was there."""
    with house.desk.database.begin() as connection:
        return shown(policies.put(connection, caller.account, name, asked.document))


@router.delete("/policies/{name}", status_code=204)
def delete(caller: Manager, house: Here, name: str) -> Response:
    """Deletes it; submissions that were judged by it keep their verdicts."""
    with house.desk.database.begin() as connection:
        policies.delete(connection, caller.account, name)
    return Response(status_code=204)
