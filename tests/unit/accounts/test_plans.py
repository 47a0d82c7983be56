"""Plans: the built-in ones come once, and what an operator made of them stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reelwarden.accounts import plans
from reelwarden.accounts.plans import Plan
from reelwarden.errors import UsageError
from reelwarden.store.database import Database


def test_the_built_in_plans_are_there_as_they_are_written(planned: Database) -> None:
    with planned.read() as connection:
        assert plans.every(connection) == sorted(plans.BUILT_IN, key=lambda plan: plan.name)


def test_seeding_again_leaves_a_changed_plan(planned: Database) -> None:
    mine = replace(plans.BUILT_IN[1], monthly_operations=7, vendor={"deepengin": {"a": 1}})
    with planned.begin() as connection:
        plans.put(connection, mine)
        plans.seed(connection)
        assert plans.get(connection, mine.name) == mine


@pytest.mark.parametrize(
    "limits",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"requests_per_second": 0.0},
        {"requests_per_second": float("nan")},
        {"burst": 0},
        {"concurrent_streams": -1},
        {"monthly_operations": -1},
        {"features": frozenset({"teleport"})},
    ],
)
def test_an_impossible_plan_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Plan(**{"name": "p", **limits})
