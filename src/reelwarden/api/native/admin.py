"""Every account of the server, for keys with the scope admin."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelwarden.accounts import accounts, keys, plans
from reelwarden.accounts.accounts import Account
from reelwarden.accounts.caller import OWN_SCOPES
from reelwarden.accounts.options import shown as settings_shown
from reelwarden.accounts.plans import Plan
from reelwarden.api.native.account import NewKey, key_document
from reelwarden.api.native.documents import moment
from reelwarden.api.native.guard import Admin, Here
from reelwarden.errors import UsageError

router = APIRouter(tags=["admin"])
MOST = 2**62
Whole = Annotated[int, Field(ge=0, le=MOST)]
Positive = Annotated[int, Field(ge=1, le=MOST)]


class NewAccount(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "shop", "plan": "unlimited"}})

    name: str = Field(min_length=1, max_length=200)
    plan: str = plans.UNLIMITED
    settings: dict[str, Any] = {}


class OtherPlan(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"plan": "pro"}})

    plan: str


class Terms(BaseModel):
    """What a plan allows; null is no limit."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"requests_per_second": 5, "burst": 10, "monthly_operations": 10000}},
    )

    requests_per_second: float | None = Field(None, ge=0.001, le=1e9, allow_inf_nan=False)
    burst: int = Field(1, ge=1, le=2**31 - 1)
    concurrent_submissions: int | None = Field(None, ge=0, le=2**31 - 1)
    concurrent_streams: int | None = Field(None, ge=0, le=2**31 - 1)
    monthly_operations: Whole | None = None
    most_bytes: Positive | None = None
    features: list[str] = sorted(plans.ALL_FEATURES)


def shown(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "number": account.number,
        "name": account.name,
        "plan": account.plan,
        "settings": settings_shown(account.settings),
        "created": moment(account.created),
        "closed": moment(account.closed),
    }


def plan_shown(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "requests_per_second": plan.requests_per_second,
        "burst": plan.burst,
        "concurrent_submissions": plan.concurrent_submissions,
        "concurrent_streams": plan.concurrent_streams,
        "monthly_operations": plan.monthly_operations,
        "most_bytes": plan.most_bytes,
        "features": sorted(plan.features),
    }


@router.get("/accounts")
def every(caller: Admin, house: Here, closed: bool = False) -> Any:
    """All accounts of the server, the oldest first; closed ones only where asked for."""
    with house.desk.database.read() as connection:
        return {"accounts": [shown(one) for one in accounts.every(connection, closed)]}


@router.post("/accounts", status_code=201)
def create(caller: Admin, house: Here, asked: NewAccount) -> Any:
    """A new account, without a key yet."""
    with house.desk.database.begin() as connection:
        return shown(accounts.create(connection, asked.name, asked.plan, asked.settings))


@router.get("/accounts/{named}")
def one(caller: Admin, house: Here, named: str) -> Any:
    """The account of this id, number or name."""
    with house.desk.database.read() as connection:
        return shown(accounts.find(connection, named))


@router.patch("/accounts/{named}")
def change(caller: Admin, house: Here, named: str, asked: OtherPlan) -> Any:
    """Gives it another plan."""
    with house.desk.database.begin() as connection:
        found = accounts.find(connection, named)
        return shown(accounts.change_plan(connection, found.id, asked.plan))


@router.delete("/accounts/{named}")
def close(caller: Admin, house: Here, named: str) -> Any:
    """Closes it: its keys open nothing any more. What it has is kept until it expires."""
    with house.desk.database.begin() as connection:
        found = accounts.find(connection, named)
        if found.id == caller.account:
            raise UsageError("your key is of this account", "close it with a key of another")
        return shown(accounts.close(connection, found.id))


@router.post("/accounts/{named}/keys", status_code=201)
def new_key(caller: Admin, house: Here, named: str, asked: NewKey) -> Any:
    """A new key of that account; `secret` is shown this once."""
    with house.desk.database.begin() as connection:
        found = accounts.find(connection, named)
        id, secret = keys.create(connection, found.id, asked.name, asked.scopes or OWN_SCOPES)
        return key_document(keys.find(connection, found.id, id)) | {"secret": secret}


@router.get("/plans")
def every_plan(caller: Admin, house: Here) -> Any:
    """All plans, by name."""
    with house.desk.database.read() as connection:
        return {"plans": [plan_shown(plan) for plan in plans.every(connection)]}


@router.put("/plans/{name}")
def put_plan(caller: Admin, house: Here, name: str, asked: Terms) -> Any:
    """Makes the plan, or changes it for every account that has it."""
    said = asked.model_dump() | {"features": frozenset(asked.features)}
    with house.desk.database.begin() as connection:
        vendor = {plan.name: plan.vendor for plan in plans.every(connection)}.get(name.strip(), {})
        plan = Plan(name.strip(), **said, vendor=vendor)
        plans.put(connection, plan)
    keys.forget()
    return plan_shown(plan)
