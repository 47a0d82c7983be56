"""What an account may do: rates, how much at a time, how much a month."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from reelwarden.accounts.statements import upsert
from reelwarden.accounts.wording import keepable
from reelwarden.errors import NoSuch, UsageError
from reelwarden.store import tables

UNLIMITED = "unlimited"
DOMAIN_LISTS = "domain_lists"
COMMERCIAL = "commercial"
FEATURES = {
    DOMAIN_LISTS: "may say which domains media come from and callbacks go to",
    COMMERCIAL: "may be used without naming where the answers come from",
}
ALL_FEATURES = frozenset(FEATURES)


@dataclass(frozen=True, slots=True)
class Plan:
    """`None` is no limit. `burst` requests may come at once after a pause; `most_bytes` is the largest media file.

    `vendor` holds what only one dialect knows of a plan, by the dialect's name.
    """

    name: str
    requests_per_second: float | None = None
    burst: int = 1
    concurrent_submissions: int | None = None
    concurrent_streams: int | None = None
    monthly_operations: int | None = None
    most_bytes: int | None = None
    features: frozenset[str] = ALL_FEATURES
    vendor: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises UsageError for what no plan can be."""
        keepable(self.name, 60, "a plan's name")
        wrong = sorted(self.features - ALL_FEATURES)
        if wrong:
            raise UsageError(f"no such feature: {', '.join(wrong)}", f"there are {', '.join(FEATURES)}")
        for name, least in LEAST.items():
            value = getattr(self, name)
            if value is not None and not least <= value < math.inf:
                raise UsageError(f"{name} must be a number from {least:g}, not {value:g}")


LEAST = {
    "requests_per_second": 0.001,
    "burst": 1,
    "concurrent_submissions": 0,
    "concurrent_streams": 0,
    "monthly_operations": 0,
    "most_bytes": 1,
}

BUILT_IN = (
    Plan(UNLIMITED),
    Plan("free", 2.0, 5, 2, 1, 2_000, 100 << 20, frozenset()),
    Plan("pro", 10.0, 20, 20, 5, 100_000, 4 << 30),
    Plan("starter", 1.0, 1, 5, 1, 3_000, features=frozenset()),
    Plan("professional", 3.0, 3, 10, 2, 10_000, features=frozenset({COMMERCIAL})),
    Plan("scale", 10.0, 10, 20, 5, 50_000),
    Plan("enterprise", 25.0, 25, 50, 10, 250_000),
)
"""There from the first start. The last four have the rates and months that docs/reference/accounts.md explains."""


def seed(connection: sa.Connection) -> None:
    """Makes the built-in plans that are missing; those that are there stay as the operator left them."""
    insert = upsert(connection, tables.accounts.plans).on_conflict_do_nothing()
    connection.execute(insert, [_row(plan) for plan in BUILT_IN])


def put(connection: sa.Connection, plan: Plan) -> None:
    """Makes the plan, or changes it for every account that has it."""
    row = _row(plan)
    insert = upsert(connection, tables.accounts.plans).values(row)
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=row))


def get(connection: sa.Connection, name: str) -> Plan:
    """Raises UsageError where there is none of the name."""
    table = tables.accounts.plans
    row = connection.execute(sa.select(table).where(table.c.name == name)).one_or_none()
    if row is None:
        there = ", ".join(plan.name for plan in every(connection))
        raise NoSuch(f"no such plan: {name}", f"there are {there or 'none yet'}")
    return from_row(row._asdict())


def every(connection: sa.Connection) -> list[Plan]:
    """All plans, by name."""
    return [from_row(row._asdict()) for row in connection.execute(sa.select(tables.accounts.plans).order_by("name"))]


def from_row(said: Mapping[str, Any], prefix: str = "") -> Plan:
    """The plan in a row's mapping; in a join its columns have a prefix."""
    fields = {name: said[prefix + name] for name in COLUMNS}
    return Plan(**fields | {"features": frozenset(fields["features"]) & ALL_FEATURES})


COLUMNS = tuple(column.name for column in tables.accounts.plans.columns)


def _row(plan: Plan) -> dict[str, Any]:
    return asdict(plan) | {"features": sorted(plan.features)}
