"""Whether the server lives, whether it can do its work, and what it counts."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import DBAPIError
from starlette.responses import JSONResponse

from reelwarden import __version__
from reelwarden.api.door import House, admitted, bearer, house_of
from reelwarden.deliver.deliveries import backlog
from reelwarden.jobs.submissions import ACCEPTED, RUNNING
from reelwarden.store.tables.submissions import leases, submissions, workers

router = APIRouter(tags=["health"])
SILENT = 30.0
"""Seconds without a sign of a worker after which it does not count."""


@router.get("/health/live")
def live() -> Any:
    """200 as long as the process answers. It asks nothing of the database."""
    return {"status": "live", "version": __version__}


@router.get("/health/ready", responses={503: {"description": "Something is missing; `checks` says what."}})
def ready(request: Request) -> Response:
    """200 when submissions can be accepted and worked on, else 503; `checks` says what is wrong."""
    house = house_of(request)
    checks = _checks(house)
    well = all(check == "ok" for check in checks.values())
    return JSONResponse({"status": "ready" if well else "not_ready", "checks": checks}, 200 if well else 503)


def _checks(house: House) -> dict[str, str]:
    try:
        with house.desk.database.read() as connection:
            alive = workers.c.beat > time.time() - SILENT
            count = connection.execute(sa.select(sa.func.count()).select_from(workers).where(alive)).scalar_one()
    except DBAPIError:
        return {"database": "cannot be reached"}
    store = "ok"
    try:
        next(house.desk.blobs.keys("media/none"), None)
    except Exception:
        store = "cannot be reached"
    space = "ok" if house.desk.has_space() else "too little free space"
    return {"database": "ok", "store": store, "space": space, "workers": "ok" if count else "no worker is running"}


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Prometheus metrics of the whole server, from its tables. Needs a key with the scope admin."""
    house = house_of(request)
    admitted(house, bearer(request), "admin", paced=False)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Tables(house))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Tables:
    """Counts what the tables hold, whenever it is asked: all processes and machines together."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> list[Metric]:
        now = time.time()
        with self._house.desk.database.read() as connection:
            states = connection.execute(sa.select(submissions.c.state, sa.func.count()).group_by(submissions.c.state))
            counts = {state: number for state, number in states}  # noqa: C416
            waiting = sa.select(sa.func.min(submissions.c.created)).where(submissions.c.state == ACCEPTED)
            oldest = connection.execute(waiting).scalar_one()
            alive = connection.execute(
                sa.select(workers.c.role, sa.func.count()).where(workers.c.beat > now - SILENT).group_by(workers.c.role)
            ).all()
            held = connection.execute(sa.select(sa.func.count()).where(leases.c.worker != "")).scalar_one()
            owed, overdue = backlog(connection, now)
        families = [
            _gauge("submissions", "Submissions kept, by state.", "state", counts | {RUNNING: counts.get(RUNNING, 0)}),
            _gauge("workers", "Processes that gave a sign of life lately.", "role", {role: n for role, n in alive}),  # noqa: C416
            _single("jobs_held", "Jobs that a worker holds.", held),
            _single("oldest_waiting_seconds", "Age of the oldest submission nobody has begun.", now - (oldest or now)),
            _single("deliveries_owed", "Callbacks that are owed.", owed),
            _single("deliveries_overdue_seconds", "How long the most overdue callback has waited.", overdue),
        ]
        return list(families)


def _gauge(name: str, text: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"reelwarden_{name}", text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _single(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"reelwarden_{name}", text, value=value)
