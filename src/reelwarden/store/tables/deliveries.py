"""Owed callbacks, every attempt to deliver them, and the addresses that want no more."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from reelwarden.store.tables.base import Serial, Time, identity, metadata, owner, where

deliveries = sa.Table(
    "deliveries",
    metadata,
    identity(),
    owner(),
    sa.Column("submission", sa.ForeignKey("submissions.id", ondelete="SET NULL"), index=True),
    sa.Column("dialect", sa.String(20), nullable=False, comment="names the schedule and the signature"),
    sa.Column("event", sa.String(60), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("host", sa.String(260), nullable=False, comment="the endpoint; one that is down delays no other"),
    sa.Column("headers", sa.JSON, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("secret", sa.Text, comment="what signs it; null: unsigned"),
    sa.Column("sequence", sa.String(60), comment="deliveries of one sequence go one after the other"),
    sa.Column("place", sa.Integer, nullable=False, default=0, comment="in its sequence"),
    sa.Column("about", sa.String(40), comment="the author that it tells of, so that it goes with them"),
    sa.Column("keep", sa.Boolean, nullable=False, default=True, comment="false: emptied as soon as it has ended"),
    sa.Column("state", sa.String(10), nullable=False, comment="owed, delivered, given_up"),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("earlier", sa.Integer, nullable=False, default=0, comment="attempts before it was last owed anew"),
    sa.Column("next_at", Time, nullable=False),
    sa.Column("held_by", sa.String(80)),
    sa.Column("held_until", Time, nullable=False, default=0.0),
    sa.Column("created", Time, nullable=False),
    sa.Column("ended", Time),
    sa.Index("ix_deliveries_due", "state", "next_at"),
    sa.Index("ix_deliveries_endpoint", "state", "account", "host", "next_at"),
    sa.Index("ix_deliveries_held", "held_until"),
    sa.Index("ix_deliveries_sequence", "sequence", "state", "place"),
    sa.Index("ix_deliveries_ended", "ended"),
    sa.Index("ix_deliveries_listing", "account", "id"),
    sa.Index("ix_deliveries_about", "about", **where("about IS NOT NULL")),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", Serial, primary_key=True, autoincrement=True),
    sa.Column("delivery", sa.ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("at", Time, nullable=False),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("status", sa.Integer, comment="null: no answer"),
    sa.Column("answer", sa.LargeBinary, nullable=False, comment="its first 2 kB"),
    sa.Column("error", sa.String(300), nullable=False),
    sa.UniqueConstraint("delivery", "number"),
)

BARE: dict[str, Any] = {"body": b"", "headers": {}, "secret": None}
"""What is left of a delivery that has ended and must not be kept."""

closed_endpoints = sa.Table(
    "closed_endpoints",
    metadata,
    identity(),
    owner(),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, comment="SHA-256 of the URL, which is too long for an index"),
    sa.Column("why", sa.String(300), nullable=False),
    sa.Column("delivery", sa.String(40), nullable=False, comment="whose answer said so"),
    sa.Column("closed", Time, nullable=False),
    sa.UniqueConstraint("account", "digest"),
)
