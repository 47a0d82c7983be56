"""Webhooks: the vendor's second form of envelope, and its signature."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from reelwarden.api.door import as_json
from reelwarden.api.moderationapi import DIALECT
from reelwarden.api.moderationapi.call import stamp
from reelwarden.api.moderationapi.shapes import author_document, typed
from reelwarden.review import news
from reelwarden.review.items import Item
from reelwarden.review.news import Letter, News, Renderers

Document = dict[str, Any]
SUBSCRIBED: Mapping[str, str] = {
    "QUEUE_ITEM_NEW": news.ITEM_NEW,
    "QUEUE_ITEM_COMPLETED": news.ITEM_RESOLVED,
    "QUEUE_ITEM_ACTION": news.ITEM_ACTED,
    "QUEUE_ITEM_REJECTED": news.ITEM_REJECTED,
    "QUEUE_ITEM_ALLOWED": news.ITEM_ALLOWED,
    "AUTHOR_BLOCKED": news.AUTHOR_BLOCKED,
    "AUTHOR_UNBLOCKED": news.AUTHOR_UNBLOCKED,
    "AUTHOR_SUSPENDED": news.AUTHOR_SUSPENDED,
    "AUTHOR_UPDATED": news.AUTHOR_CHANGED,
    "AUTHOR_TRUST_LEVEL_CHANGED": news.AUTHOR_TRUST,
    "AUTHOR_ACTION": news.AUTHOR_ACTED,
}
"""What one subscribes to → our news."""
TYPES: Mapping[str, str] = {
    news.ITEM_NEW: "queue_item.new",
    news.ITEM_RESOLVED: "queue_item.resolved",
    news.ITEM_ACTED: "queue_item.action",
    news.ITEM_REJECTED: "queue_item.rejected",
    news.ITEM_ALLOWED: "queue_item.allowed",
    news.AUTHOR_BLOCKED: "author.blocked",
    news.AUTHOR_UNBLOCKED: "author.unblocked",
    news.AUTHOR_SUSPENDED: "author.suspended",
    news.AUTHOR_CHANGED: "author.updated",
    news.AUTHOR_TRUST: "author.trust_level_changed",
    news.AUTHOR_ACTED: "author.action",
}
WHOLE_ITEMS = (news.ITEM_NEW, news.ITEM_RESOLVED)
WHOLE_AUTHORS = (news.AUTHOR_CHANGED, news.AUTHOR_TRUST)


def render(told: News) -> Letter:
    """The body and headers of one webhook."""
    body = {
        "id": told.id,
        "type": TYPES[told.kind],
        "api_version": "v2",
        "created": stamp(told.at),
        "data": {"object": _object(told)},
    }
    headers = {"webhook-version": "v2", "webhook-event-id": told.id, "User-Agent": "ModAPI/1.0"}
    return Letter(TYPES[told.kind], as_json(body), headers)


def sign(body: bytes, secret: str) -> dict[str, str]:
    """`modapi-signature`: the body's HMAC-SHA256 in hexadecimal."""
    return {"modapi-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


RENDERERS: Renderers = {DIALECT: render}


def _object(told: News) -> Document:
    author = author_document(told.author) if told.author else None
    queue = {"id": told.queue} if told.queue else None
    if told.kind in WHOLE_AUTHORS:
        return author or {}
    shown = {"author": author} if author else {}
    shown |= {"item": item_document(told.item, told.author.external_id if told.author else None)} if told.item else {}
    shown |= {"queue": queue} if queue else {}
    if told.kind in WHOLE_ITEMS:
        return shown
    action = told.action
    return {
        "id": action.id if action else None,
        "key": action.key if action else None,
        "name": action.name if action else None,
        "value": told.value,
        "created_at": stamp(told.at),
        **shown,
    }


def item_document(item: Item, author: str | None) -> Document:
    fields = sorted(item.content) if set(item.content) != {""} else []
    labels = [{k: v for k, v in label.items() if k != "matches"} for label in item.labels]
    return {
        "id": item.external_id,
        "author_id": author,
        "channel_key": item.channel,
        "client_action": item.facts.get("client"),
        "content": typed(item.content),
        "conversation_id": item.conversation,
        "flagged": item.flagged,
        "flagged_fields": fields if item.flagged else [],
        "labels": labels,
        "language": item.language,
        "meta_type": item.kind,
        "metadata": item.facts.get("metadata", {}),
        "timestamp": stamp(item.created),
    }
