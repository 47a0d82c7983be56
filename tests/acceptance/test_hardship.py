"""What a server goes through besides a killed worker: its database away, its disk full, its supervisor gone, media
that brings workers down. Real processes; the counts are printed (`pytest -s`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from clips import make_clip
from cluster import Cluster, Receiver, serve_folder
from postgres import Postgres
from serving import Files, until

from reelwarden.store.database import Database
from reelwarden.store.tables.submissions import leases, results, submissions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FAST = {"lease": "3", "piece_seconds": "0.3", "log_level": "debug"}
MANY = 6


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("clips")
    make_clip(folder / "clip.mp4", 6.0, 25, (320, 180))
    server = serve_folder(folder)
    yield f"http://127.0.0.1:{server.server_address[1]}/clip.mp4"
    server.shutdown()
    server.server_close()


def hand_in(cluster: Cluster, clip: str, callback: str, number: int) -> str:
    wish = {"url": clip, "labels": ["qr", "picture.black"], "plan": {"every": 0.04}, "callback": callback}
    for _ in range(300):
        try:
            return str(cluster.post("/submissions", wish | {"external_id": f"video-{number}"})["id"])
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(cluster.logs())


def start(cluster: Cluster) -> None:
    cluster.prepare()
    for program in ("api", "notifier", "worker"):
        cluster.start(program)
    cluster.wait_ready()


def all_told(receiver: Receiver, count: int) -> bool | None:
    return len({body["submission"]["id"] for _, body in receiver.received}) >= count or None


def judge(cluster: Cluster, database: Database, receiver: Receiver, what: str) -> None:
    until(lambda: all_told(receiver, MANY), 240, f"callbacks\n{cluster.logs()}")
    with database.read() as connection:
        states = list(connection.execute(sa.select(submissions.c.state)).scalars())
        kept = connection.execute(sa.select(sa.func.count()).select_from(results)).scalar_one()
        jobs = connection.execute(sa.select(sa.func.count()).select_from(leases)).scalar_one()
    distinct = {hook for hook, _ in receiver.received}
    print(
        f"\n{what}: {len(states)} accepted, {states.count('finished')} finished, {kept} results, {len(distinct)} told"
    )
    assert states == ["finished"] * MANY, cluster.logs()
    assert (kept, jobs, len(distinct)) == (MANY, 0, MANY)


def test_the_database_is_away_for_ten_seconds(postgres: Postgres, postgres_url: str, clip: str, tmp_path: Path) -> None:
    with Cluster(tmp_path, postgres_url, **FAST) as cluster, Receiver() as receiver:
        start(cluster)
        for number in range(MANY - 1):
            hand_in(cluster, clip, receiver.url, number)
        time.sleep(1.0)
        postgres.stop(signal.SIGQUIT)
        time.sleep(10.0)
        postgres.start()
        hand_in(cluster, clip, receiver.url, MANY - 1)
        database = Database(postgres_url)
        judge(cluster, database, receiver, "database away for 10 s")
        database.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="A SMALL DISK CANNOT BE MADE: only root may mount one")
def test_the_disk_is_full_for_a_while(clip: str, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", small], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("A SMALL DISK CANNOT BE MADE: mounting is not allowed here")
    try:
        fill_and_free(small, clip)
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def fill_and_free(small: Path, clip: str) -> None:
    url = f"sqlite:///{small / 'reelwarden.db'}"
    with Cluster(small, url, free_space="1000000", **FAST) as cluster, Receiver() as receiver:
        start(cluster)
        for number in range(MANY - 1):
            hand_in(cluster, clip, receiver.url, number)
        time.sleep(0.5)
        filler = (small / "filler").open("wb", 0)
        try:
            while True:
                filler.write(b"x" * 65536)
        except OSError:
            pass
        time.sleep(6.0)
        with pytest.raises(OSError, match="50"):
            cluster.post("/submissions", {"url": clip, "labels": ["qr"]})
        filler.close()
        (small / "filler").unlink()
        hand_in(cluster, clip, receiver.url, MANY - 1)
        database = Database(url)
        judge(cluster, database, receiver, "disk full for 6 s")
        database.close()


def test_the_supervisor_is_killed(clip: str, tmp_path: Path) -> None:
    """Its children end with it; the next start goes on."""
    url = f"sqlite:///{tmp_path / 'reelwarden.db'}"
    with Cluster(tmp_path, url, workers="1", **FAST) as cluster, Receiver() as receiver:
        cluster.prepare()
        cluster.start("serve")
        cluster.wait_ready()
        for number in range(MANY):
            hand_in(cluster, clip, receiver.url, number)
        children = children_of(cluster.processes["serve"].pid)
        assert len(children) >= 3
        cluster.kill("serve")
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children) or None, 60, "the children's end")
        cluster.start("serve")
        database = Database(url)
        judge(cluster, database, receiver, "supervisor killed")
        database.close()


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def test_media_that_brings_workers_down_fails_and_harms_nothing_else(clip: str, tmp_path: Path) -> None:
    """Whoever takes the job is killed before it keeps a piece, as by media that break a library. These never come."""
    url = f"sqlite:///{tmp_path / 'reelwarden.db'}"
    with Cluster(tmp_path, url, lease="2") as cluster, Receiver() as receiver, Files() as files:
        start(cluster)
        database = Database(url)
        never = files.give(b"", "never.mp4")
        files.hold(never)
        bad = hand_in(cluster, never, receiver.url, 0)
        for deaths in (1, 2, 3):
            until(partial(held, database, bad, deaths), 120, f"try {deaths}")
            cluster.kill("worker")
            cluster.start("worker")
        until(lambda: all_told(receiver, 1), 120, f"the end\n{cluster.logs()}")
        good = hand_in(cluster, clip, receiver.url, 1)
        until(lambda: all_told(receiver, 2), 120, "the next one")
        told = {body["submission"]["id"]: body["submission"] for _, body in receiver.received}
        assert told[bad]["state"] == "failed"
        assert "brought the worker down 3 times" in told[bad]["error"]["message"]
        assert told[good]["state"] == "finished"
        print(f"\nfailed after {deaths} deaths: {told[bad]['error']['message']}")
        database.close()


def held(database: Database, id: str, tries: int) -> bool | None:
    with database.read() as connection:
        mine = sa.and_(leases.c.submission == id, leases.c.worker != "", leases.c.tries == tries)
        return connection.execute(sa.select(sa.func.count()).where(mine)).scalar_one() > 0 or None
