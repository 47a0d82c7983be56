"""Bytes that belong to nothing go; those of a submission, of an open upload, and young ones stay."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from reelwarden.jobs import strays
from reelwarden.store.blobs import open_blobs
from reelwarden.store.database import Database, new_id, time_of
from reelwarden.store.tables.accounts import accounts, plans
from reelwarden.store.tables.submissions import uploads


def test_ids_tell_when_they_were_given_out() -> None:
    before = time.time()
    made = time_of(new_id("sub"))
    assert made is not None
    assert before - 0.001 <= made <= time.time(), "in whole milliseconds"
    assert time_of("media") is None


def test_only_what_belongs_to_nothing_goes(database: Database, tmp_path: Path) -> None:
    blobs = open_blobs(str(tmp_path / "store"))
    with database.begin() as connection:
        free = {"name": "free", "burst": 1, "vendor": {}, "features": []}
        connection.execute(plans.insert().values(free))
        connection.execute(
            accounts.insert().values(id="acc_1", number="1", name="a", plan="free", settings={}, created=0.0)
        )
        row = {"id": "upl_" + new_id("sub")[4:], "account": "acc_1", "key": "k", "name": "n", "length": 1, "offset": 0}
        connection.execute(
            uploads.insert().values(row | {"parts": [], "facts": {}, "created": 0.0, "expires": time.time() + 1e6})
        )
    lost, open_ = new_id("sub"), "sub_" + row["id"][4:]
    kept = [f"media/{open_}/source", f"uploads/{row['id']}/000"]
    for key in (*kept, f"media/{lost}/source", "media/nobody/source", f"uploads/{new_id('upl')}/000"):
        blobs.put(key, b"bytes")
    assert strays.sweep(database, blobs, time.time()) == 1, "only what no id of ours names is not young"
    assert strays.sweep(database, blobs, time.time() + 2 * strays.YOUNG) == 2
    assert list(blobs.keys()) == kept


UPLOAD = """
import sys, time
from reelwarden.store.blobs import open_blobs
def slow():
    yield b"secret" * (2 << 20)
    print("there", flush=True)
    time.sleep(600)
open_blobs(sys.argv[1]).put("media/sub_1/source", slow())
"""


@pytest.mark.slow
def test_what_a_killed_writer_left_goes_and_a_running_one_goes_on(database: Database, tmp_path: Path) -> None:
    store = tmp_path / "store"
    blobs = open_blobs(str(store))
    writing = subprocess.Popen([sys.executable, "-c", UPLOAD, str(store)], stdout=subprocess.PIPE, text=True)
    assert writing.stdout and writing.stdout.readline() == "there\n"
    (half,) = half_written(store)
    assert list(blobs.keys()) == [], "nobody is told of it"
    assert strays.sweep(database, blobs, time.time()) == 0
    assert half_written(store) == [half], "somebody may be at it"
    writing.kill()
    writing.communicate()
    assert half_written(store) == [half]
    assert strays.sweep(database, blobs, time.time() + strays.YOUNG + 60) == 1
    assert half_written(store) == []
    assert not (store / "media/sub_1").exists(), "nor its folder"


def test_half_written_media_goes_with_its_submission(tmp_path: Path) -> None:
    blobs = open_blobs(str(tmp_path))
    blobs.put("media/sub_1/source", b"bytes")
    (tmp_path / "media/sub_1/source#7").write_bytes(b"bytes")
    (tmp_path / "media/sub_1/take#two").write_bytes(b"a key that only looks like it")
    blobs.delete_all("media/sub_1")
    assert not (tmp_path / "media/sub_1").exists()


def half_written(store: Path) -> list[Path]:
    return list(store.rglob("*#*"))
