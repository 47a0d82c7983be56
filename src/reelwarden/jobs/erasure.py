"""Everything of a submission goes, its bytes first: a row must not be gone before what only it knows of."""

from __future__ import annotations

import sqlalchemy as sa

from reelwarden.deliver import deliveries
from reelwarden.jobs import leases
from reelwarden.jobs.engine import JobEngine
from reelwarden.jobs.submissions import UPLOAD
from reelwarden.store.blobs import Blobs
from reelwarden.store.database import Database
from reelwarden.store.tables.submissions import submissions


def delete(database: Database, blobs: Blobs, engine: JobEngine, id: str) -> None:
    """Deletes the submission, its media, evidence, pieces, result, events and deliveries. May be done twice."""
    with database.begin() as connection:
        row = connection.execute(sa.select(submissions).where(submissions.c.id == id)).mappings().one_or_none()
        if row is None:
            return
        runs = leases.end_all(connection, id)
    engine.take_back(runs)
    blobs.delete_all(f"media/{id}")
    if row["source"] == UPLOAD:
        blobs.delete([row["address"]])
    with database.begin() as connection:
        deliveries.forget_submission(connection, id)
        connection.execute(submissions.delete().where(submissions.c.id == id))
