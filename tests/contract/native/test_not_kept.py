"""`keep=false`: whatever came of it, afterwards nothing of it is in any table or on the disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from findings import seen
from receiver import Receiver
from serving import until
from traces import files_with, rows_of

from reelwarden.app import notify
from reelwarden.errors import NotMedia
from reelwarden.jobs import close, retention
from reelwarden.store.tables.deliveries import deliveries

pytestmark = pytest.mark.slow
MARK = "xylophone"
JOB_NAMES = {"workflow_status", "workflow_input"}
"""Where the job engine remembers for a day that there was a job of this id, and nothing else of it."""
Native = Any


@pytest.fixture
def native(opened: Callable[..., Native]) -> Native:
    return opened(allow_networks=("127.0.0.0/8",), callback_pace=0.01)


def handed_in(native: Native, tenant: Any, callback: str = "", **more: str) -> str:
    said = {"labels": "weapon", "name": f"{MARK}.mp4", "keep": "false", "external_id": f"{MARK}-1", **more}
    if callback:
        said["callback"] = callback
    media = {"file": (f"{MARK}.mp4", f"{MARK} media".encode() * 100)}
    answer = native.ask(tenant, "POST", "/submissions", data=said, files=media)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def found(native: Native, id: str) -> None:
    native.finish(id, seen("weapon.firearm", 1.0, text=MARK), seen("weapon.firearm", 2.0, text=MARK))


@contextmanager
def notifying(native: Native) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=notify, args=(native.bench.settings, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(120)


def traces(native: Native, *marks: str) -> list[str]:
    """Every table and every file, the job engine's too, that still knows anything."""
    known = [f"{table}: {row}" for table, row in rows_of(native.bench.database) if any(mark in row for mark in marks)]
    folder = Path(native.bench.settings.data_dir)
    known += [path for path in files_with(folder, *marks) if "reelwarden.db" not in path]
    return known


def test_what_is_kept_leaves_traces(native: Native) -> None:
    """So that the tests below can fail: the same submission, kept, is found by the same looking."""
    tenant = native.tenant()
    id = handed_in(native, tenant, keep="true")
    found(native, id)
    retention.sweep(native.bench, time.time() + retention.GRACE + 1)
    known = "\n".join(traces(native, MARK, id))
    assert "submissions:" in known
    assert "results:" in known
    assert f"media/{id}/source" in known


def test_after_the_callback_nothing_stays(native: Native) -> None:
    tenant = native.tenant()
    with Receiver() as receiver, notifying(native):
        id = handed_in(native, tenant, receiver.url(f"/ok/{MARK}"), interim="true")
        found(native, id)
        body = until(lambda: receiver.received or None, 120, "the callback")[0].body
        assert MARK.encode() in body
        until(lambda: True if states(native, id) == {"delivered"} else None, 120, "its end")
    assert native.ask(tenant, "GET", f"/submissions/{id}").status_code == 200
    retention.sweep(native.bench, time.time())
    assert native.ask(tenant, "GET", f"/submissions/{id}").status_code == 404
    assert traces(native, MARK) == []
    assert tables_with(native, id) <= JOB_NAMES


def test_after_an_hour_nothing_stays(native: Native) -> None:
    tenant = native.tenant()
    id = handed_in(native, tenant)
    found(native, id)
    assert not list(native.bench.blobs.keys(f"media/{id}")), "its media go with its end"
    retention.sweep(native.bench, time.time() + retention.GRACE - 60)
    assert native.ask(tenant, "GET", f"/submissions/{id}/result").json()["moments"]
    retention.sweep(native.bench, time.time() + retention.GRACE + 1)
    assert traces(native, MARK) == []
    assert tables_with(native, id) <= JOB_NAMES


def test_a_failed_one_goes_too(native: Native) -> None:
    id = handed_in(native, native.tenant())
    close.fail(native.bench, native.submission(id), NotMedia(f"{MARK} is no media"))
    retention.sweep(native.bench, time.time() + retention.GRACE + 1)
    assert traces(native, MARK) == []


def test_a_callback_that_never_arrives_goes_when_it_is_given_up(native: Native) -> None:
    """What is owed is still delivered after the hour; given up, it goes too."""
    tenant = native.tenant()
    id = handed_in(native, tenant, f"http://127.0.0.1:9/{MARK}")
    found(native, id)
    retention.sweep(native.bench, time.time() + retention.GRACE + 1)
    assert native.ask(tenant, "GET", f"/submissions/{id}").status_code == 404
    assert {line.split(":")[0] for line in traces(native, MARK)} == {"deliveries"}
    with native.bench.database.begin() as connection:
        connection.execute(deliveries.update().values(state="given_up", ended=time.time()))
    retention.sweep(native.bench, time.time())
    assert traces(native, MARK) == []


def test_a_resumable_upload_leaves_nothing(native: Native) -> None:
    tenant = native.tenant()
    said = {"Tus-Resumable": "1.0.0", "Upload-Length": "9", "Upload-Metadata": "filename eHlsb3Bob25l"}
    headers = said | {"Content-Type": "application/offset+octet-stream"}
    place = native.ask(tenant, "POST", "/uploads", content=MARK.encode(), headers=headers).headers["Location"]
    body = {"upload": place.rpartition("/")[2], "labels": ["weapon"], "keep": False}
    id = native.ask(tenant, "POST", "/submissions", json=body).json()["id"]
    assert traces(native, MARK)
    found(native, id)
    retention.sweep(native.bench, time.time() + retention.GRACE + 1)
    assert traces(native, MARK, place) == []


def states(native: Native, id: str) -> set[str]:
    with native.bench.database.read() as connection:
        return set(connection.execute(sa.select(deliveries.c.state).where(deliveries.c.submission == id)).scalars())


def tables_with(native: Native, id: str) -> set[str]:
    return {table for table, row in rows_of(native.bench.database) if id in row}
