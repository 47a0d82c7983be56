"""Word lists: the account's text lists. Those made here are about every content that comes this way."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from reelwarden.accounts import lists
from reelwarden.accounts.lists import StoredEntry, StoredList
from reelwarden.api.moderationapi import DIALECT
from reelwarden.api.moderationapi.call import Call, operation, stamp
from reelwarden.errors import UsageError
from reelwarden.review.missing import NotThere
from reelwarden.review.page import FARTHEST, MOST, Page

router = APIRouter()
Document = dict[str, Any]
Word = Annotated[str, Field(max_length=500)]
Words = Annotated[list[Word], Field(max_length=100_000)]


class ListBody(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    key: Annotated[str, Field(max_length=100)] | None = None
    description: Annotated[str, Field(max_length=1000)] | None = None
    words: Words | None = None
    strict: bool | None = None

    @property
    def vendor(self) -> dict[str, Any]:
        said = {"key": self.key, "description": self.description, "strict": self.strict}
        return {name: value for name, value in said.items() if value is not None}


class NewList(ListBody):
    name: Annotated[str, Field(min_length=1, max_length=200)]


class SeveralWords(BaseModel):
    words: Words


@operation(router, "GET", "/wordlist", "read")
def listing(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        every = lists.every(connection, call.caller.account)
    number, size = min(max(call.turn.number, 1), FARTHEST), min(max(call.turn.size, 1), MOST)
    shown = every if call.older else every[(number - 1) * size : number * size]
    return call.paged(Page(shown, number, size, len(every)), [_brief(one) for one in shown])


@operation(router, "POST", "/wordlist", "manage")
def create(call: Call) -> Any:
    said = call.said(NewList)
    entries = _entries(said.words or (), bool(said.strict))
    with call.house.desk.database.begin() as connection:
        vendor = {DIALECT: said.vendor}
        made = lists.create(connection, call.caller.account, said.name, "disallow", entries, vendor)
        return _whole(call, connection, made)


@operation(router, "GET", "/wordlist/{id}", "read")
def retrieve(call: Call, id: str) -> Any:
    with call.house.desk.database.read() as connection:
        return _whole(call, connection, _get(call, connection, id))


@operation(router, "PUT", "/wordlist/{id}", "manage")
def update(call: Call, id: str) -> Any:
    said = call.said(ListBody)
    with call.house.desk.database.begin() as connection:
        stored = _get(call, connection, id)
        vendor = {**stored.vendor, DIALECT: {**stored.vendor.get(DIALECT, {}), **said.vendor}}
        stored = lists.change(connection, call.caller.account, stored.id, name=said.name, vendor=vendor)
        if said.words is not None or said.strict is not None:
            words = said.words
            if words is None:
                words = [entry.text for entry in lists.entries(connection, call.caller.account, stored.id)]
            lists.replace(connection, call.caller.account, stored.id, _entries(words, _strict(stored)))
        return _whole(call, connection, stored)


@operation(router, "GET", "/wordlist/{id}/embedding-status", "read")
def embedding_status(call: Call, id: str) -> Any:
    """Words are matched as soon as they are there: nothing is ever left to do."""
    with call.house.desk.database.read() as connection:
        total = len(lists.entries(connection, call.caller.account, _get(call, connection, id).id))
    return {"progress": 100, "totalWords": total, "remainingWords": 0}


@operation(router, "POST", "/wordlist/{id}/words", "manage")
def add(call: Call, id: str) -> Any:
    said = call.said(SeveralWords)
    with call.house.desk.database.begin() as connection:
        stored = _get(call, connection, id)
        before = _texts(call, connection, stored)
        entries = _entries(said.words, _strict(stored))
        lists.add(connection, call.caller.account, stored.id, entries)
        after = _texts(call, connection, stored)
    added = [word for word in after if word not in set(before)]
    return {"addedCount": len(added), "totalCount": len(after), "addedWords": added}


@operation(router, "DELETE", "/wordlist/{id}/words", "manage")
def remove(call: Call, id: str) -> Any:
    """`words` comes several times, from older clients once with commas."""
    words = call.several("words") if call.older else call.request.query_params.getlist("words")
    if call.body is not None:
        words += call.said(SeveralWords).words
    with call.house.desk.database.begin() as connection:
        stored = _get(call, connection, id)
        before = _texts(call, connection, stored)
        lists.remove(connection, call.caller.account, stored.id, texts=words)
        after = set(_texts(call, connection, stored))
    gone = [word for word in before if word not in after]
    return {"removedCount": len(gone), "totalCount": len(after), "removedWords": gone}


def _get(call: Call, connection: Connection, named: str) -> StoredList:
    try:
        return lists.get(connection, call.caller.account, named)
    except UsageError:
        raise NotThere("wordlist", named) from None


def _entries(words: Any, strict: bool) -> list[StoredEntry]:
    return [StoredEntry(word, "exact" if strict else "standard") for word in words if word.strip()]


def _strict(stored: StoredList) -> bool:
    return bool(stored.vendor.get(DIALECT, {}).get("strict"))


def _texts(call: Call, connection: Connection, stored: StoredList) -> list[str]:
    return [entry.text for entry in lists.entries(connection, call.caller.account, stored.id)]


def _brief(stored: StoredList) -> Document:
    description = stored.vendor.get(DIALECT, {}).get("description")
    created = stamp(stored.created)
    return {"id": stored.id, "name": stored.name, "description": description, "createdAt": created, "userId": None}


def _whole(call: Call, connection: Connection, stored: StoredList) -> Document:
    return _brief(stored) | {
        "words": _texts(call, connection, stored),
        "organizationId": call.caller.account,
        "strict": _strict(stored),
    }
