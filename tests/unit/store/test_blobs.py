"""One contract for both stores of bytes: a folder, and S3 as moto's server speaks it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reelwarden.errors import SettingsError
from reelwarden.store.blobs import Blobs, open_blobs

PART = 9 << 20
"""More than one part of an upload to S3."""


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """An S3 with one bucket; obstore finds it by the usual AWS_* variables."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    said = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
    }
    before = {name: os.environ.get(name) for name in said}
    os.environ.update(said)
    _make_bucket(port)
    yield "s3://reelwarden-test/prefix"
    server.stop()
    for name, value in before.items():
        os.environ.pop(name)
        if value is not None:
            os.environ[name] = value


def _make_bucket(port: int | None) -> None:
    import urllib.request

    request = urllib.request.Request(f"http://127.0.0.1:{port}/reelwarden-test", method="PUT")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.slow)])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return open_blobs(str(tmp_path / "store") if request.param == "folder" else request.getfixturevalue("s3"))


def test_what_is_put_is_got(blobs: Blobs) -> None:
    blobs.put("media/a/source", b"once")
    blobs.put("media/a/source", b"twice")
    assert blobs.get("media/a/source") == b"twice"
    assert blobs.size("media/a/source") == 5
    with pytest.raises(FileNotFoundError):
        blobs.get("media/b/source")
    with pytest.raises(FileNotFoundError):
        blobs.size("media/b/source")


def test_streams_go_in_and_come_out_whole(blobs: Blobs) -> None:
    pieces = [bytes([n % 251]) * 100_003 for n in range(PART // 100_000)]
    whole = b"".join(pieces)
    blobs.put("media/c/source", iter(pieces))
    assert b"".join(blobs.stream("media/c/source")) == whole
    assert b"".join(blobs.stream("media/c/source", 5, 100_010)) == whole[5:100_010]
    assert b"".join(blobs.stream("media/c/source", len(whole) - 7)) == whole[-7:]


def test_a_broken_stream_leaves_nothing(blobs: Blobs) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"x" * PART
        raise ConnectionAbortedError("gone")

    with pytest.raises(Exception, match="gone"):
        blobs.put("media/d/source", breaks())
    with pytest.raises(FileNotFoundError):
        blobs.get("media/d/source")


def test_all_of_a_submission_goes_and_nothing_else(blobs: Blobs, tmp_path: Path) -> None:
    for key in ("media/e/source", "media/e/evidence/1.000.jpg", "media/ef/source"):
        blobs.put(key, b"bytes")
    blobs.delete_all("media/e")
    assert [key for key in blobs.keys("media") if key.startswith(("media/e/", "media/ef/"))] == ["media/ef/source"]
    blobs.delete(["media/ef/source", "media/ef/source", "never/there"])
    assert not [key for key in blobs.keys("media") if key.startswith("media/ef")]
    if blobs.folder:
        assert not (blobs.folder / "media" / "e").exists(), "no empty folder stays"


def test_files_go_in(blobs: Blobs, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"clip" * 1000)
    blobs.put_file("media/g/source", path)
    assert blobs.get("media/g/source") == path.read_bytes()
    assert (blobs.path("media/g/source") is None) == (blobs.folder is None)


def test_other_addresses_are_refused() -> None:
    with pytest.raises(SettingsError):
        open_blobs("gs://bucket")
