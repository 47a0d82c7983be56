"""Queues, their numbers, and their items."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from reelwarden.api.moderationapi.authors import date
from reelwarden.api.moderationapi.call import Call, millis, operation, stamp
from reelwarden.api.moderationapi.errors import wrong
from reelwarden.api.moderationapi.events import RENDERERS
from reelwarden.api.moderationapi.shapes import flat, typed
from reelwarden.review import actions, authors, decisions, items, queues
from reelwarden.review.decisions import Chair
from reelwarden.review.items import GRAVEST, NEWEST, OLDEST, RANDOM, Item, Wanted
from reelwarden.review.missing import NotThere
from reelwarden.review.queues import Queue, Stats

router = APIRouter()
Document = dict[str, Any]
DAY = 86400.0
ORDERS = {"FIFO": OLDEST, "LIFO": NEWEST, "RANDOM": RANDOM, "SEVERITY_DESC": GRAVEST}
OLDER_ORDERS = {
    ("createdAt", "asc"): OLDEST,
    ("createdAt", "desc"): NEWEST,
    ("severity", "asc"): GRAVEST,
    ("severity", "desc"): GRAVEST,
    ("reviewedAt", "asc"): OLDEST,
    ("reviewedAt", "desc"): NEWEST,
}


class Comment(BaseModel):
    comment: str | None = Field(None, max_length=2000)


class Several(BaseModel):
    itemIds: list[str] = Field(max_length=1000)


@operation(router, "GET", "/queue", "read")
def listing(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        page = queues.listing(connection, call.project.id, call.turn)
    return call.paged(page, [_queue(Queue(**row)) for row in page.rows])


@operation(router, "GET", "/queue/{id}", "read")
def retrieve(call: Call, id: str) -> Any:
    with call.house.desk.database.read() as connection:
        queue = queues.get(connection, call.project.id, id)
        pending, resolved = queues.counts(connection, queue.id)
    counts = {
        "unresolvedItemsCount": pending,
        "resolvedItemsCount": resolved,
        "totalItemsCount": pending + resolved,
        "filter": {},
    }
    return {"queue": _queue(queue) | counts}


@operation(router, "GET", "/queue/{id}/stats", "read")
def stats(call: Call, id: str) -> Any:
    days = min(max(call.number("withinDays", 30), 1), 3650)
    with call.house.desk.database.read() as connection:
        queue = queues.get(connection, call.project.id, id)
        return _stats(queues.stats(connection, queue, time.time() - days * DAY))


@operation(router, "GET", "/queue/{id}/items", "read")
def listing_items(call: Call, id: str) -> Any:
    wanted = _wanted(call)
    with call.house.desk.database.read() as connection:
        queue = queues.get(connection, call.project.id, id)
        wanted = _with_actions(call, connection, wanted)
        page = items.listing(connection, queue.id, wanted, call.turn)
        shown = [Item(**row) for row in page.rows]
        documents = _items(call, connection, shown)
    return call.paged(page, documents, "items")


@operation(router, "POST", "/queue/{id}/items/resolve", "review")
def resolve_several(call: Call, id: str) -> Any:
    """Those that are not there are named in the answer."""
    said = call.said(Several)
    missing, done = [], 0
    with call.house.desk.database.begin() as connection:
        queue = queues.get(connection, call.project.id, id)
        for named in dict.fromkeys(said.itemIds):
            try:
                item = items.in_queue(connection, queue.id, named)
            except NotThere:
                missing.append(named)
                continue
            decisions.resolve(connection, chair(call), item)
            done += 1
    return {"resolved": done, "notFoundIds": missing}


@operation(router, "POST", "/queue/{id}/items/{item}/resolve", "review")
def resolve(call: Call, id: str, item: str) -> Any:
    reason = call.said(Comment).comment
    with call.house.desk.database.begin() as connection:
        queue = queues.get(connection, call.project.id, id)
        done = decisions.resolve(connection, chair(call), items.in_queue(connection, queue.id, item), reason)
    return {"success": True, "resolvedAt": stamp(done.resolved), "comment": reason or ""}


@operation(router, "POST", "/queue/{id}/items/{item}/unresolve", "review")
def unresolve(call: Call, id: str, item: str) -> Any:
    reason = call.said(Comment).comment
    with call.house.desk.database.begin() as connection:
        queue = queues.get(connection, call.project.id, id)
        done = decisions.unresolve(connection, chair(call), items.in_queue(connection, queue.id, item), reason)
    return {"success": True, "status": done.state, "unresolvedAt": stamp(done.changed)}


def chair(call: Call) -> Chair:
    return Chair(call.caller.account, call.project.id, call.caller.key, RENDERERS)


def _queue(queue: Queue) -> Document:
    return {"id": queue.id, "name": queue.name, "description": queue.description, "isDefault": queue.usual}


def _wanted(call: Call) -> Wanted:
    query = call.query
    order = OLDEST
    if sort := query.get("sort"):
        if sort not in ORDERS:
            raise wrong(f"sort is one of {', '.join(ORDERS)}", "sort")
        order = ORDERS[sort]
    elif field := query.get("sortField"):
        order = OLDER_ORDERS.get((field, query.get("sortDirection") or "desc"), "")
        if not order:
            raise wrong("sortField is createdAt, severity or reviewedAt; sortDirection asc or desc", "sortField")
    return Wanted(
        order,
        query.get("includeResolved", "").lower() in ("true", "1"),
        call.several("conversationIds"),
        call.several("labels"),
        query.get("authorId", ""),
        call.several("filteredActionIds"),
        date(call, "afterDate"),
        date(call, "beforeDate"),
    )


def _with_actions(call: Call, connection: Connection, wanted: Wanted) -> Wanted:
    """Decisions remember an action's key: ids become keys."""
    from dataclasses import replace

    if not wanted.acted:
        return wanted
    keys = []
    for named in wanted.acted:
        try:
            keys.append(actions.get(connection, call.project.id, named).key)
        except NotThere:
            keys.append(named)
    return replace(wanted, acted=keys)


def _items(call: Call, connection: Connection, shown: Sequence[Item]) -> list[Document]:
    taken = decisions.of_items(connection, [item.id for item in shown])
    documents = []
    for item in shown:
        author = authors.find(connection, item.project, item.author).external_id if item.author else None
        document = _item(item, author)
        if call.older:
            # The second generation calls the content's id the item's, and reads the content as one text.
            document |= {"content": flat(item.content), "actions": [_taken(one) for one in taken.get(item.id, ())]}
        documents.append(document)
    return documents


def _item(item: Item, author: str | None) -> Document:
    return {
        "id": item.id,
        "contentId": item.external_id,
        "content": typed(item.content),
        "labels": [dict(label) for label in item.labels],
        "flagged": item.flagged,
        "severity": item.severity,
        "status": item.state,
        "timestamp": millis(item.created),
        "language": item.language,
        "conversationId": item.conversation,
        "authorId": author,
        "contentType": item.kind,
    }


def _taken(row: Any) -> Document:
    return {
        "id": row["id"],
        "name": row["action"],
        "timestamp": millis(row["at"]),
        "comment": row["value"] or row["reason"] or "",
        "reviewer": row["by"],
    }


def _stats(stats: Stats) -> Document:
    acted = sum(count for _, count in stats.by_action.values())
    seconds = round(stats.seconds * 1000)
    return {
        "reviewStats": {
            "totalReviewed": stats.resolved,
            "totalPending": stats.pending,
            "averageTimeToReview": seconds,
        },
        "topReviewers": [
            {
                "userId": who,
                "name": who,
                "reviewCount": count,
                "averageTimePerReview": seconds,
                "topActions": [],
            }
            for who, count in sorted(stats.reviewers.items(), key=lambda one: -one[1])[:10]
        ],
        "actionStats": [
            {"actionId": key, "actionName": name, "count": count, "percentageOfTotal": round(100 * count / acted, 2)}
            for key, (name, count) in stats.by_action.items()
        ],
        "trends": {
            "dailyReviewCounts": [{"date": day, "count": count} for day, count in sorted(stats.days.items())],
            "flaggedContentTrends": [],
        },
    }
