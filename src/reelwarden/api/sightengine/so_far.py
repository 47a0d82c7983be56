"""What is known of a video that is still looked at: its checkpoints, put together."""

from __future__ import annotations

import sqlalchemy as sa

from reelwarden.api.door import House
from reelwarden.api.sightengine.call import told_now
from reelwarden.decide.replay import Header
from reelwarden.domain import MediaInfo, MediaKind, Unavailable
from reelwarden.jobs import piece
from reelwarden.jobs.findings import Findings, gathered
from reelwarden.jobs.submissions import Submission
from reelwarden.models.store import ModelStore
from reelwarden.store.tables.submissions import pieces
from reelwarden.taxonomy import expand


def findings_so_far(house: House, submission: Submission) -> Findings | None:
    """None before the first checkpoint."""
    mine = sa.select(pieces.c.findings).where(pieces.c.submission == submission.id)
    with house.desk.database.read() as connection:
        packed = connection.execute(mine.order_by(pieces.c.span, pieces.c.number)).scalars().all()
    if not packed or submission.media is None:
        return None
    found = piece.joined([piece.unpack(data) for data in packed])
    return gathered(_header(submission, house.models), found, submission.options.policy, (), partial=True)


def _header(submission: Submission, models: ModelStore) -> Header:
    asked, media = expand(submission.asked), dict(submission.media or {})
    info = MediaInfo(**{**media, "kind": MediaKind(media["kind"])})
    untold = tuple(Unavailable(label, "") for label in sorted(asked - told_now(models)))
    return Header(submission.name, info, "", tuple(sorted(asked)), {}, untold)
