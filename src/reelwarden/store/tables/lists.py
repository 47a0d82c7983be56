"""Text lists and policies of accounts."""

from __future__ import annotations

import sqlalchemy as sa

from reelwarden.store.tables.base import Time, identity, metadata, owner

text_lists = sa.Table(
    "text_lists",
    metadata,
    identity(),
    owner(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False, comment="disallow or allow"),
    sa.Column("vendor", sa.JSON, nullable=False, default=dict),
    sa.Column("revision", sa.Integer, nullable=False, default=1, comment="one more with every change"),
    sa.Column("created", Time, nullable=False),
    sa.Column("changed", Time, nullable=False),
    sa.UniqueConstraint("account", "name"),
)

text_entries = sa.Table(
    "text_entries",
    metadata,
    identity(),
    sa.Column("list", sa.ForeignKey("text_lists.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("text", sa.String(500), nullable=False),
    sa.Column("match", sa.String(10), nullable=False, comment="exact or standard"),
    sa.Column("language", sa.String(10), nullable=False, comment="a code, or all"),
    sa.Column("category", sa.String(40), nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.UniqueConstraint("list", "text", "match", "language"),
)

policies = sa.Table(
    "policies",
    metadata,
    identity(),
    owner(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("document", sa.Text, nullable=False, comment="a policy file, TOML"),
    sa.Column("revision", sa.Integer, nullable=False, default=1, comment="one more with every change"),
    sa.Column("created", Time, nullable=False),
    sa.Column("changed", Time, nullable=False),
    sa.UniqueConstraint("account", "name"),
)
