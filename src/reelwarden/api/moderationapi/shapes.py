"""Documents of things that several answers show: authors, items' contents."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from reelwarden.api.moderationapi.call import millis
from reelwarden.review.authors import ENABLED, Author

Document = dict[str, Any]
KNOWN_FACTS = ("email_verified", "phone_verified", "identity_verified", "is_paying_customer")
PROFILE = ("name", "email", "company", "profile_picture", "external_link")


def brief(author: Author) -> Document:
    """The author as the answer to a content shows them."""
    now = time.time()
    return {
        "id": author.id,
        "external_id": author.external_id,
        "block": block(author, now),
        "status": author.status(now),
        "trust_level": {"level": author.level, "manual": author.by_hand},
    }


def block(author: Author, now: float) -> Document | None:
    if author.status(now) == ENABLED:
        return None
    return {"until": millis(author.blocked_until), "reason": author.blocked_why}


def author_document(author: Author) -> Document:
    facts = author.profile.get("facts", {})
    return {
        **brief(author),
        **{name: author.profile.get(name) for name in PROFILE},
        "first_seen": millis(author.first_seen),
        "last_seen": millis(author.last_seen),
        "last_incident": millis(author.last_incident),
        "risk_evaluation": None,
        "metrics": {
            "total_content": author.contents,
            "flagged_content": author.flagged,
            "average_sentiment": None,
        },
        "metadata": {**dict.fromkeys(KNOWN_FACTS), **facts},
    }


def typed(content: Mapping[str, Any]) -> Document:
    """A content as the caller sent it: one part, or an object of several."""
    if set(content) == {""}:
        return _part(content[""])
    return {"type": "object", "data": {name: _part(part) for name, part in content.items()}}


def _part(part: Mapping[str, Any]) -> Document:
    return {name: value for name, value in part.items() if name in ("type", "text", "url")}


def flat(content: Mapping[str, Any]) -> str:
    """The content as one text, for the clients that read no other."""
    several = (str(part.get("text") or part.get("url") or "") for part in content.values())
    return "\n".join(several)
