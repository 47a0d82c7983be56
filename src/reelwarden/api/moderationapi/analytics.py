"""Analytics of a project over a day, a week, a month or three."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection

from reelwarden.api.moderationapi.call import Call, operation, stamp
from reelwarden.api.moderationapi.errors import wrong
from reelwarden.review import channels, report
from reelwarden.review.queues import PENDING
from reelwarden.review.report import Span, Totals

router = APIRouter()
Document = dict[str, Any]
HOUR, DAY = 3600.0, 86400.0
RANGES = {"24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 90 * DAY}
USUAL = "7d"
SPIKE, LEAST = 2.0, 20
"""How much higher than before the share of the last day must be to be a spike, and of how many contents."""


@operation(router, "GET", "/analytics/summary", "read")
def summary(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        name, span = _span(call, connection)
        now, before = report.totals(connection, span), report.totals(connection, span.before)
        return {
            "range": name,
            "channelId": span.channel,
            "totals": _totals(now) | {"distinctAuthors": now.authors},
            "previousPeriod": _totals(before),
            "pendingReview": report.pending(connection, span),
            "flagRateSpike": _spike(connection, span),
        }


@operation(router, "GET", "/analytics/policies", "read")
def policies(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        name, span = _span(call, connection)
        now, before = report.labels(connection, span), report.labels(connection, span.before)
    rows = [
        {"label": label, "flagged": now[label], "previousFlagged": before[label]}
        for label in sorted({*now, *before}, key=lambda label: (-now[label], label))
    ]
    return {"range": name, "channelId": span.channel, "policies": rows[: _limit(call)]}


@operation(router, "GET", "/analytics/authors", "read")
def authors(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        name, span = _span(call, connection)
        rows = report.top_authors(connection, span, _limit(call))
    shown = [{"authorId": id, "name": called, "flagged": count} for id, called, count in rows]
    return {"range": name, "channelId": span.channel, "authors": shown}


@operation(router, "GET", "/analytics/channels", "read")
def by_channel(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        name, span = _span(call, connection)
        rows = report.by_channel(connection, span)
    shown = [
        {"id": id, "name": called, "requests": count, "flagged": flagged, "flagRate": _share(flagged, count)}
        for id, called, count, flagged in rows
    ]
    return {"range": name, "channels": shown[: _limit(call)]}


@operation(router, "GET", "/analytics/volumes", "read")
def volumes(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        name, span = _span(call, connection)
        step = HOUR if name == "24h" else DAY
        rows = report.volumes(connection, span, step)
    shown = [
        {
            "start": stamp(start),
            "requests": totals.contents,
            "flagged": totals.flagged,
            "rejected": totals.outcomes["reject"],
            "sentToReview": totals.outcomes["review"],
        }
        for start, totals in rows
    ]
    bucket = "hour" if step == HOUR else "day"
    return {"range": name, "channelId": span.channel, "bucket": bucket, "volumes": shown}


@operation(router, "GET", "/analytics/automation", "read")
def automation(call: Call) -> Any:
    with call.house.desk.database.read() as connection:
        name, span = _span(call, connection)
        now, reviews = report.totals(connection, span), report.reviews(connection, span)
    sent = now.outcomes["review"]
    handled = max(now.flagged - sent, 0)
    return {
        "range": name,
        "channelId": span.channel,
        "flagged": now.flagged,
        "handledByRules": handled,
        "handledByCasebook": 0,
        "sentToReview": sent,
        "mergedDuplicates": 0,
        "automationRate": round(handled / now.flagged, 4) if now.flagged else None,
        "reviewsAllowed": reviews["allow"],
        "reviewsRejected": reviews["reject"],
        "reviewsResolvedWithoutDecision": reviews["resolved"],
        "reviewsUnresolved": reviews[PENDING],
        "casebookOverrulings": 0,
        "rules": [],
    }


def _span(call: Call, connection: Connection) -> tuple[str, Span]:
    name = call.query.get("range") or USUAL
    if name not in RANGES:
        raise wrong(f"range is one of {', '.join(RANGES)}", "range")
    wanted = call.query.get("channel") or call.query.get("channelId")
    channel = channels.named(connection, call.project.id, wanted).id if wanted else None
    now = time.time()
    return name, Span(call.project.id, now - RANGES[name], now, channel)


def _limit(call: Call) -> int:
    return min(max(call.number("limit", 10), 1), 100)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _totals(totals: Totals) -> Document:
    review = totals.outcomes["review"]
    return {
        "requests": totals.contents,
        "flagged": totals.flagged,
        "flagRate": round(totals.share, 4),
        "allowed": totals.outcomes["pass"],
        "rejected": totals.outcomes["reject"],
        "sentToReview": review,
        "handledAutomatically": totals.contents - review,
        "flaggedButAllowed": totals.flagged_but_passed,
    }


def _spike(connection: Connection, span: Span) -> Document | None:
    """Whether much more is flagged in the last day than in the time before."""
    recent = Span(span.project, span.end - DAY, span.end, span.channel)
    base = Span(span.project, span.end - 8 * DAY, span.end - DAY, span.channel)
    now, before = report.totals(connection, recent), report.totals(connection, base)
    if now.contents < LEAST or not before.flagged or now.share < SPIKE * before.share:
        return None
    return {
        "multiple": round(now.share / before.share, 2),
        "recentFlagRate": round(now.share, 4),
        "baselineFlagRate": round(before.share, 4),
        "recentFlagged": now.flagged,
        "recentRequests": now.contents,
    }
