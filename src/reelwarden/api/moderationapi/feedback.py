"""POST /feedback: what the caller wants to say to who runs the server; kept as an event of the account."""

from __future__ import annotations

import time
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from reelwarden.api.moderationapi import DIALECT
from reelwarden.api.moderationapi.call import Call, operation
from reelwarden.jobs.submissions import tell
from reelwarden.store.database import new_id

router = APIRouter()


class Feedback(BaseModel):
    title: str = Field(min_length=1, max_length=500)
    description: str = Field(min_length=1, max_length=20_000)
    type: Literal["feature_request", "bug", "other"] | None = None
    source: Literal["mcp", "skill", "cli", "api"] | None = None


@operation(router, "POST", "/feedback", "submit")
def create(call: Call) -> Any:
    said = call.said(Feedback)
    id = new_id("fbk")
    note = {"id": id, "dialect": DIALECT, **said.model_dump(exclude_none=True)}
    with call.house.desk.database.begin() as connection:
        tell(connection, call.caller.account, None, "feedback.given", note, time.time())
    return {"id": id, "status": "received"}
