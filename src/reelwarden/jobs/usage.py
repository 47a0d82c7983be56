"""What a submission used: an operation is one family of labels asked of one picture, or of a whole file of sound.

A dialect that counts otherwise keeps two words with its submission: `meters`, the names of which each costs one
operation a frame, and `reserved`, the operations that it took out of the month when the submission came in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from reelwarden.accounts import metering, quota
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.submissions import Submission
from reelwarden.store.database import Database
from reelwarden.store.tables.submissions import submissions


def operations(submission: Submission, found: Findings) -> dict[str, int]:
    """Operations by family of labels, or by the meters of the dialect."""
    if meters := submission.vendor.get("meters"):
        return dict.fromkeys(meters, max(1, len(found.times)))
    families = sorted({label.partition(".")[0] for label in submission.asked})
    return dict.fromkeys(families, max(1, found.looked))


def charge(
    connection: sa.Connection, database: Database, submission: Submission, found: Findings, now: float
) -> Mapping[str, int]:
    """Writes down what the submission used, in the transaction that ends it."""
    counts = operations(submission, found)
    total = sum(counts.values())
    connection.execute(submissions.update().where(submissions.c.id == submission.id).values(operations=total))
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    metering.count(connection, account=submission.account, key=submission.key, day=day, counts=counts)
    settle(connection, submission, total)
    return counts


def settle(connection: sa.Connection, submission: Submission, used: int) -> None:
    """Gives back what was reserved and not used, or takes what was used beyond it."""
    reserved = int(submission.vendor.get("reserved") or 0)
    if used != reserved:
        quota.settle(connection, submission.account, reserved, used, submission.created)
