"""docs/reference/accounts.md says of plans, scopes and settings what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from reelwarden.accounts.caller import SCOPES
from reelwarden.accounts.options import Options
from reelwarden.accounts.plans import BUILT_IN, COMMERCIAL, DOMAIN_LISTS, Plan

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "accounts.md").read_text("utf-8")


def row(plan: Plan) -> str:
    def said(number: float | None) -> str:
        return "-" if number is None else f"{number:,g}" if number < 1e5 else f"{int(number):,}"

    burst = "-" if plan.requests_per_second is None else str(plan.burst)
    size = "the server's own"
    if plan.most_bytes:
        size = f"{plan.most_bytes >> 30} GiB" if plan.most_bytes >= 1 << 30 else f"{plan.most_bytes >> 20} MiB"
    has = ["yes" if feature in plan.features else "no" for feature in (DOMAIN_LISTS, COMMERCIAL)]
    limits = [said(n) for n in (plan.concurrent_submissions, plan.concurrent_streams, plan.monthly_operations)]
    return f"| `{plan.name}` | {' | '.join([said(plan.requests_per_second), burst, *limits, size, *has])} |"


def test_the_table_of_plans_is_that_of_the_program() -> None:
    rows = PAGE.split("<!-- plans -->")[1].split("<!-- end of plans -->")[0].strip().splitlines()[2:]
    assert rows == [row(plan) for plan in BUILT_IN]


def test_every_scope_and_every_setting_is_explained() -> None:
    named = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    plans = [plan.name for plan in BUILT_IN]
    assert named == [*SCOPES, *plans, *Options.model_fields]
