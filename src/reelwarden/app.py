"""The one place that wires things together: settings → stores → services → ASGI app, worker, notifier.

Each program loads only what it is made of: a notifier has no use for the API, nor the supervisor for either.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from reelwarden import telemetry
from reelwarden.accounts.first import open_database
from reelwarden.jobs.engine import JobEngine, prepare
from reelwarden.settings import Settings
from reelwarden.store.database import Database, patiently

if TYPE_CHECKING:
    from fastapi import FastAPI

    from reelwarden.api.moderationapi.judge import Judge
    from reelwarden.jobs.announce import Announcer
    from reelwarden.jobs.desk import Desk
    from reelwarden.jobs.workbench import Workbench


def opened(settings: Settings) -> Database:
    """The database, its tables and the job engine's made or brought up to date."""
    database = patiently(lambda: open_database(settings.database_url))
    patiently(lambda: prepare(database))
    return database


def desk(settings: Settings) -> Desk:
    from reelwarden.jobs.desk import Desk
    from reelwarden.store.blobs import open_blobs

    database = opened(settings)
    return Desk(settings, database, open_blobs(settings.store_url), JobEngine(database))


def announcers() -> Mapping[str, Announcer]:
    """Dialect → who says what it owes its callers."""
    from reelwarden.api.deepcleer.callbacks import DeepCleerAnnouncer, StreamAnnouncer
    from reelwarden.api.deepengin.callbacks import DeepenginAnnouncer
    from reelwarden.api.native.callbacks import NativeAnnouncer
    from reelwarden.api.sightengine.callbacks import SightengineAnnouncer

    return {
        "native": NativeAnnouncer(),
        "sightengine": SightengineAnnouncer(),
        "deepengin": DeepenginAnnouncer(),
        "deepcleer": DeepCleerAnnouncer(),
        "deepcleer.stream": StreamAnnouncer(),
    }


def signers() -> Mapping[str, Callable[[bytes, str], dict[str, str]]]:
    """Dialect → its own signature of a body, besides the one that all callbacks have."""
    from reelwarden.api.moderationapi.events import sign

    return {"moderationapi": sign}


def asgi(settings: Settings) -> FastAPI:
    """The web application with every door."""
    from reelwarden.api import doors
    from reelwarden.api.door import House
    from reelwarden.models.store import ModelStore

    telemetry.start(settings.telemetry_url, "api")
    house = House(desk(settings), ModelStore(settings.models_dir, settings.own_models))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        house.desk.engine.close()
        house.desk.database.close()
        await asyncio.to_thread(telemetry.stop)

    return doors.build(house, lifespan)


def workbench(settings: Settings, name: str) -> Workbench:
    from reelwarden.accounts import lists
    from reelwarden.jobs.workbench import Moderators, Workbench
    from reelwarden.models.store import ModelStore
    from reelwarden.store.blobs import open_blobs

    database, blobs = opened(settings), open_blobs(settings.store_url)

    def text_lists(account: str, ids: tuple[str, ...]) -> Any:
        return lists.compiled(database, account, ids)

    models = ModelStore(settings.models_dir, settings.own_models)
    engine = JobEngine(database)
    return Workbench(settings, database, blobs, engine, Moderators(models, text_lists), announcers(), name)


def judge(bench: Workbench) -> Judge:
    """Who judges the contents that nobody waits for any more."""
    from reelwarden.api.door import House
    from reelwarden.api.moderationapi.judge import Judge
    from reelwarden.jobs.desk import Desk

    desk = Desk(bench.settings, bench.database, bench.blobs, bench.engine)
    return Judge(House(desk, bench.moderators.store))


def work(settings: Settings, stop: threading.Event) -> None:
    """Runs a worker until `stop`."""
    from reelwarden.jobs.worker import Worker, worker_name

    telemetry.start(settings.telemetry_url, "worker")
    bench = workbench(settings, worker_name())
    Worker(bench, chores=(judge(bench).look,)).run(stop)
    bench.engine.close()
    bench.database.close()
    telemetry.stop()


def notify(settings: Settings, stop: threading.Event) -> None:
    """Runs the notifier until `stop`."""
    from reelwarden.deliver.notifier import run
    from reelwarden.ingest.egress import Egress

    telemetry.start(settings.telemetry_url, "notifier")
    database = patiently(lambda: open_database(settings.database_url))
    run(database, Egress(settings.allow_networks), settings, stop, signers())
    database.close()
    telemetry.stop()
