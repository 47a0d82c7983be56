"""Accounts, their keys and plans, and what they have used."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from reelwarden.store.tables.base import Time, identity, metadata, owner


def new_number() -> str:
    """What some dialects call their user: ten digits, not beginning with 0."""
    return str(10**9 + secrets.randbelow(9 * 10**9))


plans = sa.Table(
    "plans",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("requests_per_second", sa.Double, comment="null: as many as they like, here and below"),
    sa.Column("burst", sa.Integer, nullable=False, default=1, comment="requests at once after a pause"),
    sa.Column("concurrent_submissions", sa.Integer),
    sa.Column("concurrent_streams", sa.Integer),
    sa.Column("monthly_operations", sa.BigInteger),
    sa.Column("most_bytes", sa.BigInteger, comment="null: the server's own limit"),
    sa.Column("features", sa.JSON, nullable=False, default=list, comment="accounts/plans.py names them"),
    sa.Column("vendor", sa.JSON, nullable=False, default=dict, comment="what only one dialect knows of a plan"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    identity(),
    sa.Column("number", sa.String(12), nullable=False, unique=True, default=new_number, comment="a name in digits"),
    sa.Column("name", sa.String(200), nullable=False, unique=True),
    sa.Column("plan", sa.ForeignKey("plans.name"), nullable=False),
    sa.Column("settings", sa.JSON, nullable=False, comment="policy, retention, callback domains, per dialect options"),
    sa.Column("created", Time, nullable=False),
    sa.Column("closed", Time),
)

keys = sa.Table(
    "keys",
    metadata,
    identity(),
    owner(),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("prefix", sa.String(16), nullable=False, comment="the first letters, to know a key again"),
    sa.Column("hash", sa.String(64), nullable=False, unique=True, comment="SHA-256 of the key, hexadecimal"),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created", Time, nullable=False),
    sa.Column("last_used", Time),
    sa.Column("revoked", Time, comment="from when on it opens nothing; may be to come"),
)

buckets = sa.Table(
    "buckets",
    metadata,
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("tokens", sa.Double, nullable=False),
    sa.Column("filled", Time, nullable=False),
)

quotas = sa.Table(
    "quotas",
    metadata,
    sa.Column("account", sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True, comment="2026-11"),
    sa.Column("used", sa.BigInteger, nullable=False),
)

usage = sa.Table(
    "usage",
    metadata,
    sa.Column("account", sa.ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.String(10), primary_key=True, comment="2026-11-23"),
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("label", sa.String(80), primary_key=True, comment="a family of labels, or a model name; empty: the sum"),
    sa.Column("operations", sa.BigInteger, nullable=False),
    sa.Column("submissions", sa.BigInteger, nullable=False),
)
