"""GET /account, and /auth, by which the second generation tries its key."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter

from reelwarden.accounts.quota import quota
from reelwarden.api.moderationapi.call import Call, operation

router = APIRouter()
NO_LIMIT = 1_000_000_000
"""What an account without a limit is said to have: the clients want a number."""


@operation(router, "GET", "/account", "read")
def retrieve(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        month = quota(connection, call.caller.account, time.time())
    return {
        "id": call.caller.account,
        "paid_plan_name": call.caller.plan.name,
        "text_api_quota": NO_LIMIT if month.limit is None else month.limit,
        "remaining_quota": NO_LIMIT if month.remaining is None else month.remaining,
        "current_project": {"id": call.project.id, "name": call.project.name},
    }


@operation(router, "GET", "/auth", "read")
def authenticated(call: Call) -> Any:
    return {"status": "success", "message": "The key is valid", "project": call.project.name}


@operation(router, "POST", "/auth", "read")
def authenticate(call: Call) -> Any:
    return authenticated(call)
