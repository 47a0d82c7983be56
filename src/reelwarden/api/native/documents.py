"""Submissions as the native API shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reelwarden.jobs.submissions import Submission


def submission_document(submission: Submission) -> dict[str, Any]:
    """One submission without its result. Times in ISO 8601, UTC."""
    return {
        "id": submission.id,
        "external_id": submission.external_id,
        "dialect": submission.dialect,
        "source": submission.source,
        "name": submission.name,
        "state": submission.state,
        "stopping": submission.stop_wanted and submission.open,
        "progress": round(submission.progress, 4),
        "asked": list(submission.asked),
        "media": submission.media,
        "outcome": submission.outcome,
        "error": submission.error,
        "operations": submission.operations,
        "created": moment(submission.created),
        "started": moment(submission.started),
        "ended": moment(submission.ended),
        "expires": moment(submission.expires),
    }


def moment(seconds: float | None) -> str | None:
    """A time as `2026-11-23T16:00:00.000Z`."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
