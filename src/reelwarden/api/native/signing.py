"""Key pairs that sign the account's callbacks beside, or in place of, a shared secret."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from reelwarden.accounts import accounts
from reelwarden.api.native.guard import Here, Manager, Reader
from reelwarden.deliver import keypairs

router = APIRouter(tags=["account"])


class NewPair(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"replace": False}})

    replace: bool = False


@router.get("/account/signing-keys")
def every(caller: Reader, house: Here) -> Any:
    """The public keys (Ed25519) that the account's callbacks can be verified with, the newest first."""
    return {"public_keys": keypairs.public_keys(str(caller.settings.get("callback_secret") or ""))}


@router.post("/account/signing-keys", status_code=201)
def create(caller: Manager, house: Here, asked: NewPair) -> Any:
    """A new key pair, which signs from now on beside the older ones, or with `replace` in their place."""
    with house.desk.database.begin() as connection:
        said = accounts.settings_of(connection, caller.account, hold=True)
        secrets = keypairs.with_new(str(said.get("callback_secret") or ""), asked.replace)
        changed = accounts.change_settings(connection, caller.account, {"callback_secret": secrets})
    return {"public_keys": keypairs.public_keys(changed.settings["callback_secret"])}
