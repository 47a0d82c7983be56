"""Every table, one file a room. Times are seconds since 1970, as floats; ids are short sortable texts."""

from __future__ import annotations

from reelwarden.store.tables import accounts, deliveries, lists, review, submissions
from reelwarden.store.tables.base import metadata

__all__ = ["accounts", "deliveries", "lists", "metadata", "review", "submissions"]
