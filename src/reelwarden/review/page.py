"""A page of rows, with how many there are in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

MOST = 100
FARTHEST = 10**6


@dataclass(frozen=True, slots=True)
class Page:
    """`number` from 1; `size` rows at most."""

    rows: Sequence[Any]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        return -(-self.total // self.size)


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page is wanted; numbers out of range are brought into it."""

    number: int = 1
    size: int = 20

    def of(self, connection: sa.Connection, query: sa.Select[Any]) -> Page:
        """The page of the query, which says its own order."""
        number, size = min(max(self.number, 1), FARTHEST), min(max(self.size, 1), MOST)
        counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
        total = connection.execute(counted).scalar_one()
        rows = connection.execute(query.limit(size).offset((number - 1) * size)).mappings().all()
        return Page(rows, number, size, total)
