"""Actions: made, changed, deleted, and taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from reelwarden.api.moderationapi.call import Call, operation, stamp
from reelwarden.api.moderationapi.errors import wrong
from reelwarden.api.moderationapi.queues import chair
from reelwarden.review import actions, authors, decisions
from reelwarden.review.actions import Action
from reelwarden.review.decisions import Deed
from reelwarden.store.database import new_id

router = APIRouter()
Document = dict[str, Any]
TYPES: Mapping[str, str] = {
    "AUTHOR_BLOCK": actions.BLOCK,
    "AUTHOR_BLOCK_TEMP": actions.SUSPEND,
    "AUTHOR_UNBLOCK": actions.UNBLOCK,
    "AUTHOR_DELETE": actions.DELETE,
    "AUTHOR_REPORT": actions.REPORT,
    "AUTHOR_WARN": actions.WARN,
    "AUTHOR_CUSTOM": actions.AUTHOR,
    "ITEM_REJECT": actions.REJECT,
    "ITEM_ALLOW": actions.ALLOW,
    "ITEM_CUSTOM": actions.ITEM,
}
MOVES = {"REMOVE": actions.REMOVE, "ADD": actions.ADD, "NO_CHANGE": actions.STAY}
SHOWN = {"ALL_QUEUES": "all", "SOME_QUEUES": "some", "HIDDEN": "none"}
Type = Literal[
    "AUTHOR_BLOCK",
    "AUTHOR_BLOCK_TEMP",
    "AUTHOR_UNBLOCK",
    "AUTHOR_DELETE",
    "AUTHOR_REPORT",
    "AUTHOR_WARN",
    "AUTHOR_CUSTOM",
    "ITEM_REJECT",
    "ITEM_ALLOW",
    "ITEM_CUSTOM",
]
Named = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, Field(min_length=1, max_length=100)]
Ids = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=1000)]
MOST_SECONDS = 100 * 365 * 86400.0


class Value(BaseModel):
    value: str = Field(max_length=500)


class ActionBody(BaseModel):
    name: Named | None = None
    key: Key | None = None
    description: Annotated[str, Field(max_length=1000)] | None = None
    type: Type | None = None
    queueBehaviour: Literal["REMOVE", "ADD", "NO_CHANGE"] | None = None
    filterInQueueIds: Ids | None = None
    position: Literal["ALL_QUEUES", "SOME_QUEUES", "HIDDEN"] | None = None
    possibleValues: Annotated[list[Value], Field(max_length=200)] | None = None
    valueRequired: bool | None = None
    freeText: bool | None = None
    builtIn: bool | None = None

    def columns(self) -> dict[str, Any]:
        """What was said, as the table has it. Whether it is built in is not the caller's to say."""
        said: dict[str, Any] = {
            "name": self.name,
            "key": self.key,
            "does": TYPES.get(self.type or ""),
            "moves": MOVES.get(self.queueBehaviour or ""),
            "shown": SHOWN.get(self.position or ""),
            "queues": self.filterInQueueIds,
            "choices": None if self.possibleValues is None else [one.value for one in self.possibleValues],
            "needs_value": self.valueRequired,
            "free_text": self.freeText,
        }
        columns = {name: value for name, value in said.items() if value is not None}
        return columns | ({"description": self.description} if "description" in self.model_fields_set else {})


class NewAction(ActionBody):
    name: Named


class Taken(BaseModel):
    contentIds: Ids | None = None
    authorIds: Ids | None = None
    value: Annotated[str, Field(max_length=1000)] | None = None
    queueId: Annotated[str, Field(max_length=40)] | None = None
    duration: float | None = Field(None, ge=0, le=MOST_SECONDS * 1000, description="milliseconds")


class TakenByKey(Taken):
    actionKey: Annotated[str, Field(min_length=1, max_length=200)]


@operation(router, "GET", "/actions", "read")
def listing(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        page = actions.listing(connection, call.project.id, call.turn, call.query.get("queueId") or None)
    return call.paged(page, [document(Action(**row)) for row in page.rows])


@operation(router, "POST", "/actions", "manage")
def create(call: Call) -> Any:
    columns = call.said(NewAction).columns()
    with call.house.desk.database.begin() as connection:
        columns.setdefault("key", _key(call, connection, columns["name"]))
        return document(actions.create(connection, call.caller.account, call.project.id, **columns))


@operation(router, "POST", "/actions/execute", "review")
def execute(call: Call) -> Any:
    said = call.said(TakenByKey)
    with call.house.desk.database.begin() as connection:
        _take(call, connection, said.actionKey, said)
    return {"success": True}


@operation(router, "GET", "/actions/{id}", "read")
def retrieve(call: Call, id: str) -> Any:
    with call.house.desk.database.read() as connection:
        return document(actions.get(connection, call.project.id, id))


@operation(router, "PUT", "/actions/{id}", "manage")
def update(call: Call, id: str) -> Any:
    columns = call.said(ActionBody).columns()
    with call.house.desk.database.begin() as connection:
        return document(actions.change(connection, actions.get(connection, call.project.id, id), **columns))


@operation(router, "DELETE", "/actions/{id}", "manage")
def delete(call: Call, id: str) -> Any:
    with call.house.desk.database.begin() as connection:
        action = actions.get(connection, call.project.id, id)
        actions.delete(connection, action)
    return {"id": action.id, "deleted": True}


@operation(router, "POST", "/actions/{id}/execute", "review")
def execute_by_id(call: Call, id: str) -> Any:
    said = call.said(Taken)
    with call.house.desk.database.begin() as connection:
        action, ids = _take(call, connection, id, said)
    return {"success": True, "actionId": action.id, "ids": ids}


def document(action: Action) -> Document:
    types = {ours: theirs for theirs, ours in TYPES.items()}
    moves = {ours: theirs for theirs, ours in MOVES.items()}
    shown = {ours: theirs for theirs, ours in SHOWN.items()}
    return {
        "id": action.id,
        "createdAt": stamp(action.created),
        "key": action.key,
        "name": action.name,
        "description": action.description,
        "type": types.get(action.does),
        "builtIn": action.built_in,
        "queueBehaviour": moves[action.moves],
        "filterInQueueIds": list(action.queues),
        "position": shown[action.shown],
        "possibleValues": [{"value": value} for value in action.choices],
        "valueRequired": action.needs_value,
        "freeText": action.free_text,
    }


def _key(call: Call, connection: Connection, name: str) -> str:
    """A key out of the name, which is free."""
    wanted = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:80] or "action"
    from reelwarden.review.missing import NotThere

    try:
        actions.get(connection, call.project.id, wanted)
    except NotThere:
        return wanted
    return f"{wanted}_{new_id('')[-6:]}"


def _take(call: Call, connection: Connection, named: str, said: Taken) -> tuple[Action, list[str]]:
    if not said.contentIds and not said.authorIds:
        raise wrong("Name contentIds or authorIds", "contentIds")
    action = actions.get(connection, call.project.id, named)
    seconds = said.duration / 1000 if said.duration else None
    deed = Deed(action, said.value, said.queueId, seconds)
    for author in said.authorIds or ():
        authors.find(connection, call.project.id, author)
    ids = decisions.on_items(connection, chair(call), deed, said.contentIds or ())
    decisions.on_authors(connection, chair(call), deed, said.authorIds or ())
    return action, ids or list(said.authorIds or ())
