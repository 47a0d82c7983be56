"""What all tables share: their catalogue, and the column kinds that both databases understand."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number that the database gives out; SQLite counts only plain integers up."""

Time = sa.Double
"""Seconds since 1970."""


def identity() -> sa.Column[str]:
    return sa.Column("id", sa.String(40), primary_key=True)


def owner() -> sa.Column[str]:
    """The account whose row it is; everything of an account goes with it."""
    return sa.Column("account", sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True)


def where(condition: str) -> dict[str, Any]:
    """Makes an index one of those rows alone, in both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
