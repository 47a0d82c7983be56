"""A long video is looked at by two workers at once, and comes to the same moments as in one piece."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import make_clip
from cluster import Cluster, serve_folder
from livestream import pictures
from numpy.typing import NDArray
from serving import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SIZE = (320, 240)
SHOWN = ((100.0, 110.0), (295.0, 305.0), (500.0, 505.0))
"""The second one lies across the border of the two spans."""


def picture() -> Callable[[int, float], NDArray[np.uint8]]:
    plain, coded = pictures(SIZE, "https://example.com/long")
    return lambda _, at: coded if any(a <= at < b for a, b in SHOWN) else plain


def stretches(result: dict[str, Any]) -> list[tuple[str, float, float]]:
    return [(m["label"], m["from"], m["to"]) for m in result["moments"]]


def test_two_workers_one_video(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "long.mp4", 600.0, 2, SIZE, gop=20, picture=picture())
    alone = subprocess.run(
        [sys.executable, "-P", "-m", "reelwarden", "check", clip, "--labels", "qr", "--json"],
        capture_output=True,
        check=False,
    )
    expected = stretches(json.loads(alone.stdout))
    files = serve_folder(tmp_path)
    with Cluster(
        tmp_path, f"sqlite:///{tmp_path / 'reelwarden.db'}", piece_seconds="0.5", log_level="debug"
    ) as cluster:
        cluster.prepare()
        for program, name in (("api", "api"), ("worker", "w1"), ("worker", "w2")):
            cluster.start(program, name)
        cluster.wait_ready()
        until(lambda: len(cluster.events("worker.ready")) == 2 or None, 180, "both workers")
        url = f"http://127.0.0.1:{files.server_address[1]}/long.mp4"
        id = cluster.post("/submissions", {"url": url, "labels": ["qr"]})["id"]
        until(lambda: cluster.get(f"/submissions/{id}")["state"] == "finished" or None, 240, cluster.logs())
        result = cluster.get(f"/submissions/{id}/result")
        begun = {event["span"] for event in cluster.events("piece.begun")}
    files.shutdown()
    files.server_close()
    print(f"\n{len(begun)} spans, {result['looked']} pictures looked at: {stretches(result)}")
    assert begun == {0, 1}
    assert stretches(result) == expected
    assert len([label for label, _, _ in expected if label == "qr.link"]) == len(SHOWN)
