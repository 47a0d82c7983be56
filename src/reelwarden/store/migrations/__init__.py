"""Brings the tables of a database to what this version of the program knows."""

from __future__ import annotations

from reelwarden.store.database import Database


def migrate(database: Database) -> None:
    """Makes what is missing of the tables."""
    database.create()
