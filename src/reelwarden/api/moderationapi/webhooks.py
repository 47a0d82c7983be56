"""Webhooks: who is told of what, and the secret that signs it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from reelwarden.accounts.options import may_call
from reelwarden.api.moderationapi import DIALECT
from reelwarden.api.moderationapi.call import Call, operation, stamp
from reelwarden.api.moderationapi.events import SUBSCRIBED
from reelwarden.ingest import url as urls
from reelwarden.review import news
from reelwarden.review.news import Subscription

router = APIRouter()
Document = dict[str, Any]
Type = Literal[
    "QUEUE_ITEM_NEW",
    "QUEUE_ITEM_COMPLETED",
    "QUEUE_ITEM_ACTION",
    "QUEUE_ITEM_REJECTED",
    "QUEUE_ITEM_ALLOWED",
    "AUTHOR_BLOCKED",
    "AUTHOR_UNBLOCKED",
    "AUTHOR_SUSPENDED",
    "AUTHOR_UPDATED",
    "AUTHOR_TRUST_LEVEL_CHANGED",
    "AUTHOR_ACTION",
]
Named = Annotated[str, Field(min_length=1, max_length=200)]
Address = Annotated[str, Field(min_length=1, max_length=2000)]
Types = Annotated[list[Type], Field(min_length=1, max_length=20)]


class WebhookBody(BaseModel):
    name: Named | None = None
    description: Annotated[str, Field(max_length=1000)] | None = None
    url: Address | None = None
    eventTypes: Types | None = None

    def columns(self) -> dict[str, Any]:
        kinds = None if self.eventTypes is None else [SUBSCRIBED[one] for one in dict.fromkeys(self.eventTypes)]
        said: dict[str, Any] = {"name": self.name, "url": self.url, "kinds": kinds}
        columns = {name: value for name, value in said.items() if value is not None}
        return columns | ({"description": self.description} if "description" in self.model_fields_set else {})


class NewWebhook(WebhookBody):
    name: Named
    url: Address
    eventTypes: Types


@operation(router, "GET", "/webhooks", "read")
def listing(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        page = news.listing(connection, call.project.id, call.turn)
    return call.paged(page, [document(Subscription(**row)) for row in page.rows])


@operation(router, "POST", "/webhooks", "manage")
def create(call: Call) -> Any:
    columns = {"description": None, **call.said(NewWebhook).columns()}
    _check(call, columns)
    with call.house.desk.database.begin() as connection:
        return document(news.subscribe(connection, call.caller.account, call.project.id, dialect=DIALECT, **columns))


@operation(router, "GET", "/webhooks/{id}", "read")
def retrieve(call: Call, id: str) -> Any:
    with call.house.desk.database.read() as connection:
        return document(news.get(connection, call.project.id, id))


@operation(router, "PUT", "/webhooks/{id}", "manage")
def update(call: Call, id: str) -> Any:
    columns = call.said(WebhookBody).columns()
    _check(call, columns)
    with call.house.desk.database.begin() as connection:
        return document(news.change(connection, news.get(connection, call.project.id, id), **columns))


@operation(router, "DELETE", "/webhooks/{id}", "manage")
def delete(call: Call, id: str) -> Any:
    with call.house.desk.database.begin() as connection:
        subscription = news.get(connection, call.project.id, id)
        news.unsubscribe(connection, subscription)
    return {"id": subscription.id, "deleted": True}


@operation(router, "GET", "/webhook-secret", "manage")
def secret(call: Call) -> Any:
    """The project's: it signs every webhook of the project."""
    return {"secret": call.project.secret}


def document(subscription: Subscription) -> Document:
    theirs = {kind: type_ for type_, kind in SUBSCRIBED.items()}
    return {
        "id": subscription.id,
        "name": subscription.name,
        "description": subscription.description,
        "url": subscription.url,
        "eventTypes": [theirs[kind] for kind in subscription.kinds if kind in theirs],
        "payloadVersion": "V2",
        "createdAt": stamp(subscription.created),
    }


def _check(call: Call, columns: dict[str, Any]) -> None:
    if "url" in columns:
        urls.parse(columns["url"])
        may_call(call.caller.settings, columns["url"])
