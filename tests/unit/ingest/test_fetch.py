"""Local files: what is opened, and what is refused with a clear line."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reelwarden.errors import EgressRefused, FetchError, LimitExceeded, NotMedia
from reelwarden.ingest.fetch import fetch
from reelwarden.settings import Settings


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", max_bytes=1000)


def message(source: str, place: Settings, kind: type[Exception] = FetchError) -> str:
    with pytest.raises(kind) as caught, fetch(source, place):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_is_given_as_it_is(tmp_path: Path, place: Settings) -> None:
    file = tmp_path / "with blanks & ünïcode.mp4"
    file.write_bytes(b"x" * 1000)
    with fetch(str(file), place) as source:
        assert (source.name, source.bytes, source.path) == (str(file), 1000, file)
    assert file.exists() and not place.cache_dir.exists()


def test_a_missing_file(tmp_path: Path, place: Settings) -> None:
    assert "there is no such file" in message(str(tmp_path / "no.mp4"), place)


def test_a_file_without_permission(place: Settings) -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "a.mp4"
        file.write_bytes(b"x")
        file.chmod(0)
        Path(directory).chmod(0o755)
        with as_nobody():
            assert "may not be read" in message(str(file), place)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything, so root steps down."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_is_not_a_regular_file(tmp_path: Path, place: Settings) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "a named pipe" in message(str(tmp_path / "pipe"), place)
    assert "a directory" in message(str(tmp_path), place)
    assert "a device" in message("/dev/zero", place)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        assert "cannot be opened" in message(str(tmp_path / "s"), place)


@pytest.mark.parametrize("source", ["", "a\0b", "x" * 5000])
def test_what_is_no_path_at_all(source: str, place: Settings) -> None:
    assert message(source, place)


def test_a_link_to_nowhere_and_in_a_circle(tmp_path: Path, place: Settings) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    assert "no such file" in message(str(tmp_path / "gone"), place)
    assert "cannot be opened" in message(str(tmp_path / "round"), place)


def test_empty_and_too_large(tmp_path: Path, place: Settings) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "large").write_bytes(b"x" * 1001)
    assert "is empty" in message(str(tmp_path / "empty"), place, NotMedia)
    assert "1,001 bytes" in message(str(tmp_path / "large"), place, LimitExceeded)


@pytest.mark.parametrize("source", ["file:///etc/passwd", "rtmp://example.com/live", "concat://a|b"])
def test_a_scheme_that_is_not_fetched(source: str, place: Settings) -> None:
    assert "not a scheme that we fetch" in message(source, place, EgressRefused)


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    blocked = Settings(cache_dir=tmp_path / "file")
    assert "cannot be kept there" in message("http://8.8.8.8/", blocked)
