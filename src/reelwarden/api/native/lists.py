"""The account's text lists: what is never, or always, let through."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from reelwarden.accounts import lists
from reelwarden.accounts.lists import StoredEntry, StoredList
from reelwarden.api.native.documents import moment
from reelwarden.api.native.guard import Here, Manager, Reader
from reelwarden.errors import NoSuch

router = APIRouter(tags=["lists"])


class Entry(BaseModel):
    """One entry: `exact` minds nothing but case, `standard` catches every disguise."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=500)
    match: Literal["exact", "standard"] = "standard"
    language: str = Field("all", max_length=10)
    category: str = Field("", max_length=40)

    def stored(self) -> StoredEntry:
        return StoredEntry(self.text, self.match, self.language, self.category)


class NewList(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "competitors", "kind": "disallow", "entries": [{"text": "Acme"}]}},
    )

    name: str = Field(min_length=1, max_length=200)
    kind: Literal["disallow", "allow"] = "disallow"
    entries: list[Entry] = Field([], max_length=100_000)


class Entries(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"entries": [{"text": "Acme"}]}})

    entries: list[Entry] = Field(max_length=100_000)


def shown(stored: StoredList, size: int) -> dict[str, Any]:
    return {
        "id": stored.id,
        "name": stored.name,
        "kind": stored.kind,
        "entries": size,
        "created": moment(stored.created),
        "changed": moment(stored.changed),
    }


@router.get("/lists")
def every(caller: Reader, house: Here) -> Any:
    """All text lists of the account."""
    with house.desk.database.read() as connection:
        found = lists.every(connection, caller.account)
        return {"lists": [shown(one, lists.size(connection, caller.account, one.id)) for one in found]}


@router.post("/lists", status_code=201)
def create(caller: Manager, house: Here, asked: NewList) -> Any:
    """A new text list with its entries."""
    entries = [entry.stored() for entry in asked.entries]
    with house.desk.database.begin() as connection:
        made = lists.create(connection, caller.account, asked.name, asked.kind, entries)
        return shown(made, lists.size(connection, caller.account, made.id))


@router.get("/lists/{named}")
def one(caller: Reader, house: Here, named: str, after: str = "", limit: int = 1000) -> Any:
    """One list with its entries, in pages: `after` is the last entry's id of the page before."""
    with house.desk.database.read() as connection:
        found = lists.get(connection, caller.account, named)
        page = lists.entries(connection, caller.account, found.id, after, max(1, min(limit, 10_000)))
        size = lists.size(connection, caller.account, found.id)
    entries = [
        {"id": e.id, "text": e.text, "match": e.match, "language": e.language, "category": e.category} for e in page
    ]
    return shown(found, size) | {"page": entries}


@router.put("/lists/{named}/entries")
def replace(caller: Manager, house: Here, named: str, asked: Entries) -> Any:
    """The list has these entries and no other."""
    with house.desk.database.begin() as connection:
        done = lists.replace(connection, caller.account, named, [entry.stored() for entry in asked.entries])
        return shown(done, lists.size(connection, caller.account, done.id))


@router.post("/lists/{named}/entries")
def add(caller: Manager, house: Here, named: str, asked: Entries) -> Any:
    """The list has these entries too."""
    with house.desk.database.begin() as connection:
        done = lists.add(connection, caller.account, named, [entry.stored() for entry in asked.entries])
        return shown(done, lists.size(connection, caller.account, done.id))


@router.delete("/lists/{named}/entries/{id}", status_code=204)
def remove(caller: Manager, house: Here, named: str, id: str) -> Response:
    """Takes one entry out."""
    with house.desk.database.begin() as connection:
        if not lists.remove(connection, caller.account, named, ids=[id]):
            raise NoSuch(f"no such entry: {id}")
    return Response(status_code=204)


@router.delete("/lists/{named}", status_code=204)
def delete(caller: Manager, house: Here, named: str) -> Response:
    """Deletes the list with its entries."""
    with house.desk.database.begin() as connection:
        lists.delete(connection, caller.account, named)
    return Response(status_code=204)
