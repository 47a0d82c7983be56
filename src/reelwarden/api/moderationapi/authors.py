"""Authors: listed, made, changed, deleted; with trust levels and blocks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from reelwarden.api.moderationapi.call import Call, operation
from reelwarden.api.moderationapi.errors import wrong
from reelwarden.api.moderationapi.events import RENDERERS
from reelwarden.api.moderationapi.requests import Millis
from reelwarden.api.moderationapi.shapes import PROFILE, author_document
from reelwarden.review import authors, erasure, news
from reelwarden.review.authors import Author
from reelwarden.review.news import News

router = APIRouter()
SORTS = {
    "trustLevel": "trust",
    "violationCount": "flagged",
    "reportCount": "flagged",
    "memberSince": "first_seen",
    "lastActive": "last_seen",
    "contentCount": "contents",
    "flaggedContentRatio": "share",
    "averageSentiment": "last_seen",
}
MOST_FACTS = 25
Short = Annotated[str, Field(max_length=2000)]


class Profile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    profile_picture: Short | None = None
    external_link: Short | None = None
    name: Short | None = None
    email: Short | None = None
    company: Short | None = None
    metadata: dict[str, Any] | None = Field(None, max_length=MOST_FACTS)
    first_seen: Millis | None = None
    last_seen: Millis | None = None
    manual_trust_level: int | None = Field(None, ge=-1, le=4)

    def columns(self) -> dict[str, Any]:
        """What was said, as the table has it; null takes a trust level by hand back."""
        said = self.model_fields_set
        profile = {name: getattr(self, name) for name in PROFILE if name in said}
        if self.metadata is not None:
            profile["facts"] = self.metadata
        columns: dict[str, Any] = {"profile": profile} if profile else {}
        columns |= {
            name: getattr(self, name) / 1000 for name in ("first_seen", "last_seen") if getattr(self, name) is not None
        }
        return columns | ({"trust_by_hand": self.manual_trust_level} if "manual_trust_level" in said else {})


class NewAuthor(Profile):
    external_id: str = Field(min_length=1, max_length=200)


@operation(router, "GET", "/authors", "read")
def listing(call: Call) -> Any:
    sort = call.query.get("sortBy") or "lastActive"
    if sort not in SORTS:
        raise wrong(f"sortBy is one of {', '.join(SORTS)}", "sortBy")
    direction = call.query.get("sortDirection") or "desc"
    if direction not in ("asc", "desc"):
        raise wrong("sortDirection is asc or desc", "sortDirection")
    since, active = date(call, "memberSinceDate"), date(call, "lastActiveDate")
    with call.house.desk.database.read() as connection:
        page = authors.listing(connection, call.project.id, call.turn, SORTS[sort], direction == "desc", since, active)
    return call.paged(page, [author_document(Author(**row)) for row in page.rows], "authors")


@operation(router, "POST", "/authors", "review")
def create(call: Call) -> Any:
    said = call.said(NewAuthor)
    with call.house.desk.database.begin() as connection:
        made = authors.create(connection, call.caller.account, call.project.id, said.external_id, **said.columns())
    return author_document(made)


@operation(router, "GET", "/authors/{id}", "read")
def retrieve(call: Call, id: str) -> Any:
    with call.house.desk.database.read() as connection:
        return author_document(authors.find(connection, call.project.id, id))


@operation(router, "PUT", "/authors/{id}", "review")
def update(call: Call, id: str) -> Any:
    said = call.said(Profile)
    with call.house.desk.database.begin() as connection:
        before = authors.find(connection, call.project.id, id)
        after = authors.change(connection, before, **said.columns())
        several = [News(news.AUTHOR_CHANGED, author=after)]
        if after.level != before.level:
            several.append(News(news.AUTHOR_TRUST, author=after))
        news.tell(connection, RENDERERS, after.account, after.project, several)
    return author_document(after)


@operation(router, "DELETE", "/authors/{id}", "review")
def delete(call: Call, id: str) -> Any:
    with call.house.desk.database.begin() as connection:
        erasure.erase(connection, authors.find(connection, call.project.id, id))
    return {"success": True}


def date(call: Call, name: str) -> float | None:
    """A day, a moment in ISO 8601, or milliseconds since 1970. Raises Failure."""
    text = call.query.get(name, "").strip()
    if not text:
        return None
    try:
        if text.replace(".", "", 1).isdigit() and len(text) < 17:
            return float(text) / 1000
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        raise wrong(f"{name} is a date", name) from None
