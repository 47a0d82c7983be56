"""Bytes that belong to nothing go; those of a submission, of an open upload, and young ones stay."""

from __future__ import annotations

import time
from pathlib import Path

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
    for owner in (lost, open_, "nobody"):
        blobs.put(f"media/{owner}/source", b"bytes")
    assert strays.sweep(database, blobs, time.time()) == 1, "only what no id of ours names is not young"
    assert strays.sweep(database, blobs, time.time() + 2 * strays.YOUNG) == 1
    assert list(blobs.keys()) == [f"media/{open_}/source"]
