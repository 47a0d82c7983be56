"""What is wrong with a set-up, each finding with what to do about it. Looks at everything that a server needs."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reelwarden.errors import ReelwardenError
from reelwarden.settings import Settings

GOOD, POOR, BAD = "good", "poor", "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`grade`: good, poor (it works, but not as it should) or bad (it does not work). `cure` says what to do."""

    what: str
    grade: str
    said: str
    cure: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Looks at one part after the other; none of them stops the next."""
    for what, look in _LOOKS.items():
        try:
            yield from look(settings)
        except ReelwardenError as error:
            yield Finding(what, BAD, str(error), error.hint)
        except Exception as error:
            yield Finding(what, BAD, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")


def _database(settings: Settings) -> Iterator[Finding]:
    import sqlalchemy as sa

    from reelwarden.accounts.first import open_database

    began = time.perf_counter()
    database = open_database(settings.database_url)
    with database.begin() as connection:
        connection.execute(sa.text("select 1"))
    took = (time.perf_counter() - began) * 1000
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    yield Finding("database", GOOD, f"{kind}, answers and can be written ({took:.0f} ms)")
    if database.is_sqlite and settings.store_url.startswith("s3:"):
        cure = "set REELWARDEN_DATABASE_URL=postgresql://… when more than one machine is to work"
        yield Finding("database", POOR, "SQLite serves one machine only, but the store is shared", cure)
    yield from _processes(database)
    yield from _endpoints(database)
    database.close()


def _processes(database: object) -> Iterator[Finding]:
    import sqlalchemy as sa

    from reelwarden.store.database import Database
    from reelwarden.store.tables.submissions import workers

    assert isinstance(database, Database)
    with database.read() as connection:
        rows = connection.execute(sa.select(workers.c.host, workers.c.beat)).all()
    alive = [row.host for row in rows if row.beat > time.time() - 30]
    if alive:
        yield Finding("workers", GOOD, f"{len(alive)} running, on {', '.join(sorted(set(alive)))}")
    else:
        yield Finding("workers", POOR, "none is running", "`reelwarden serve`, or `reelwarden worker`")


def _endpoints(database: object) -> Iterator[Finding]:
    """Says nothing where none is closed."""
    from reelwarden.deliver import endpoints
    from reelwarden.store.database import Database

    assert isinstance(database, Database)
    with database.read() as connection:
        closed = endpoints.count(connection)
    if closed:
        cure = "GET /reelwarden/v1/endpoints says which; POST …/endpoints/{id}/open when they are back"
        yield Finding("callbacks", POOR, f"addresses that answered 410 and get nothing any more: {closed}", cure)


def _store(settings: Settings) -> Iterator[Finding]:
    from reelwarden.store.blobs import open_blobs

    blobs, key, said = open_blobs(settings.store_url), f"doctor/{os.getpid()}", b"can this be read again?"
    blobs.put(key, said)
    same = blobs.get(key) == said
    blobs.delete([key])
    if same:
        yield Finding("store", GOOD, "bytes can be written, read and deleted")
    else:
        yield Finding("store", BAD, "what was written is not what was read")
    if blobs.folder:
        free = shutil.disk_usage(blobs.folder).free
        enough = free >= 4 * settings.free_space
        cure = "make room, or let REELWARDEN_STORE_URL name another place"
        yield Finding("disk", GOOD if enough else POOR, f"{free / 2**30:.1f} GiB free", "" if enough else cure)


def _models(settings: Settings) -> Iterator[Finding]:
    from reelwarden.detect import registry
    from reelwarden.models.store import ModelStore
    from reelwarden.taxonomy import labels

    store = ModelStore(settings.models_dir, settings.own_models)
    told = len(registry.available(store))
    if told < len(labels()) // 4:
        yield Finding("models", BAD, f"only {told} of {len(labels())} labels can be told", "reelwarden models install")
    else:
        yield Finding("models", GOOD, f"{told} of {len(labels())} labels can be told (`reelwarden labels` lists them)")


def _decoder(settings: Settings) -> Iterator[Finding]:
    """Starts the real decoding child on a picture, and asks it how well it is locked in."""
    import tempfile

    from PIL import Image

    from reelwarden.media.decoder_process import decode
    from reelwarden.media.limits import Limits
    from reelwarden.media.sampling import Every

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        Image.new("RGB", (64, 64), (200, 30, 30)).save(path)
        with decode(path, Every(1.0), 64, limits=Limits.of(settings)) as decoding:
            frames = sum(1 for _ in decoding)
    yield Finding("decoder", GOOD if frames == 1 else BAD, "its process starts and decodes")


def _egress(settings: Settings) -> Iterator[Finding]:
    from reelwarden.ingest.addresses import parse_networks

    opened = parse_networks(settings.allow_networks)
    if opened:
        said = f"private networks are open to callers' addresses: {', '.join(map(str, opened))}"
        yield Finding("egress", POOR, said, "leave REELWARDEN_ALLOW_NETWORKS empty unless your media lies there")
    else:
        yield Finding("egress", GOOD, "private, loopback and metadata addresses are refused")


def _address(settings: Settings) -> Iterator[Finding]:
    everywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104  (compared, not bound)
    if everywhere and not settings.public_url.startswith("https://"):
        cure = "put a proxy with TLS before it and set REELWARDEN_PUBLIC_URL to its https:// address"
        yield Finding("address", POOR, "the API listens on every address, without TLS of its own", cure)
    else:
        yield Finding("address", GOOD, f"the API listens on {settings.host}:{settings.port}")


def _telemetry(settings: Settings) -> Iterator[Finding]:
    """Says nothing while it is off."""
    from urllib.parse import urlsplit

    from reelwarden import telemetry

    if not settings.telemetry_url:
        return
    host = urlsplit(settings.telemetry_url).hostname
    if telemetry.reaches(settings.telemetry_url):
        yield Finding("telemetry", GOOD, f"the collector at {host} takes traces")
    else:
        cure = "look at REELWARDEN_TELEMETRY_URL and the collector; work goes on, but without traces"
        yield Finding("telemetry", POOR, f"the collector at {host} does not take what it is sent", cure)


_LOOKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "database": _database,
    "store": _store,
    "models": _models,
    "decoder": _decoder,
    "egress": _egress,
    "address": _address,
    "telemetry": _telemetry,
}
