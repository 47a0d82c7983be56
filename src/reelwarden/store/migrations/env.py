"""How Alembic runs our steps: in the transaction that `migrate` has begun."""

from __future__ import annotations

from alembic import context

from reelwarden.store.migrations import is_ours
from reelwarden.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=is_ours,
    # SQLite changes a table by making it anew.
    render_as_batch=context.config.attributes.get("batch", True),
)
with context.begin_transaction():
    context.run_migrations()
