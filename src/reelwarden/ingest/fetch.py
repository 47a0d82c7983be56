"""A path or a URL becomes a local file of bounded size; a download is gone afterwards.

A URL of an HLS or DASH playlist becomes the file of the film that it names (playlist.py).

A download is written to a file that has no name, so that nothing is left behind however the process ends.
The file is reached by `/proc/<pid>/fd/<n>`, which other processes of the same user can open too.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from reelwarden.errors import FetchError, LimitExceeded, NotMedia
from reelwarden.ingest.url import is_url

if TYPE_CHECKING:
    from reelwarden.ingest.egress import Answer, Egress, Hosts
    from reelwarden.settings import Settings

Progress = Callable[[int, int | None], None]
"""(bytes so far, bytes in all where the server says so)."""

KEEP_FREE = 256 << 20
"""Bytes that a download leaves free on the disk."""
SNIFFED = 512
READ_TYPES = ("mpegurl", "dash+xml")
READ_STARTS = (b"#extm3u", b"<mpd")
PLAYLIST_TYPES = ("x-scpls", "vnd.ms-sstr+xml", "xspf+xml")
PLAYLIST_STARTS = (b"[playlist]", b"ffconcat version", b"<smil", b"<smoothstreamingmedia")
PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body")
STATUS_HINTS = {
    401: "the address wants a sign-in",
    403: "the server does not give it to us",
    404: "check the address",
    410: "it has been taken away",
    429: "try again later",
}


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes at hand. `name` is for reports: the path as it was given, or the URL without its query."""

    name: str
    path: Path
    bytes: int


@contextmanager
def fetch(
    source: str,
    settings: Settings,
    *,
    progress: Progress | None = None,
    egress: Egress | None = None,
    hosts: Hosts | None = None,
) -> Iterator[Source]:
    """Opens a path or downloads a URL; the `Source` is good within the block. `hosts` may narrow where it comes from.

    Raises FetchError (EgressRefused for an address that we do not talk to), NotMedia for an empty file,
    LimitExceeded("bytes") for one that is too large.
    """
    if is_url(source):
        with _downloaded(source, settings, progress, egress, hosts) as found:
            yield found
        return
    yield _checked(source, settings.max_bytes)


def _checked(source: str, most: int) -> Source:
    """A local file that is there, may be read, is a regular file, is not empty and not too large."""
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        raise _cannot_open(source, error) from error
    try:
        status = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if not stat.S_ISREG(status.st_mode):
        hint = "name the files in it" if stat.S_ISDIR(status.st_mode) else "only regular files are read"
        raise FetchError(f"{source} is {_kind(status.st_mode)}", hint)
    if status.st_size == 0:
        raise NotMedia(f"{source} is empty")
    if status.st_size > most:
        raise _too_large(source, status.st_size, most)
    return Source(source, Path(source), status.st_size)


def _cannot_open(source: str, error: OSError | ValueError) -> FetchError:
    if isinstance(error, FileNotFoundError):
        return FetchError(f"{source}: there is no such file")
    if isinstance(error, PermissionError):
        return FetchError(f"{source} may not be read", "check its permissions")
    return FetchError(f"{source!r} cannot be opened: {getattr(error, 'strerror', None) or error}")


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a directory", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def _too_large(name: str, size: int, most: int) -> LimitExceeded:
    message = f"{name}: {size:,} bytes are more than the limit of {most:,}"
    return LimitExceeded("bytes", message, "raise REELWARDEN_MAX_BYTES")


def _path_of(file: IO[bytes]) -> Path:
    return Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")


@contextmanager
def _downloaded(
    url: str, settings: Settings, progress: Progress | None, egress: Egress | None, hosts: Hosts | None
) -> Iterator[Source]:
    from reelwarden.ingest.egress import Egress  # here: a local file needs no TLS library

    way = egress or Egress(settings.allow_networks, total=settings.fetch_timeout, hosts=hosts)
    with _nameless_file(settings.cache_dir / "downloads") as file:
        size = None
        with suppress(_PlaylistMet), way.get(url) as answer:
            name = answer.target.shown
            _check_head(answer, settings.max_bytes, _free(file))
            size = _save(answer, file, settings.max_bytes, progress)
        if size is None:
            size = _save_playlist(url, file, settings, way, progress)
        file.flush()
        yield Source(name, _path_of(file), size)


def _save_playlist(url: str, file: IO[bytes], settings: Settings, way: Egress, progress: Progress | None) -> int:
    from reelwarden.ingest.playlist import save_playlist

    def wrote(size: int) -> None:
        if size > room:
            raise _disk_full(url.partition("?")[0])
        if progress:
            progress(size, None)

    file.seek(0)
    file.truncate()
    room = _free(file)
    try:
        return save_playlist(url, file, way, total=settings.fetch_timeout, most=settings.max_bytes, wrote=wrote)
    except OSError as error:
        raise _disk_full(url.partition("?")[0]) from error


@contextmanager
def _nameless_file(directory: Path) -> Iterator[IO[bytes]]:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - closed by the `with` below
    except OSError as error:
        message = f"{directory}: a download cannot be kept there: {error.strerror}"
        raise FetchError(message, "REELWARDEN_CACHE_DIR names another place") from error
    with file:
        yield file


def _free(file: IO[bytes]) -> int:
    disk = os.fstatvfs(file.fileno())
    return disk.f_bavail * disk.f_frsize - KEEP_FREE


def _check_head(answer: Answer, most: int, free: int) -> None:
    """What can be refused before the body comes."""
    name, length = answer.target.shown, answer.length
    if answer.status != 200:
        hint = STATUS_HINTS.get(answer.status, "try again later" if answer.status >= 500 else "")
        raise FetchError(f"{name}: the server answered {answer.status} {answer.reason}".rstrip(), hint)
    if answer.encoding not in ("", "identity"):
        hint = "the server packs what was asked for plain"
        raise FetchError(f"{name}: the answer is packed ({answer.encoding[:20]})", hint)
    if answer.content_type in ("text/html", "application/xhtml+xml"):
        raise _a_page(name)
    if any(word in answer.content_type for word in READ_TYPES):
        raise _PlaylistMet
    if any(word in answer.content_type for word in PLAYLIST_TYPES):
        raise _a_playlist(name)
    if length is not None and length > most:
        raise _too_large(name, length, most)
    if length is not None and length > free:
        raise _disk_full(name)


def _save(answer: Answer, file: IO[bytes], most: int, progress: Progress | None) -> int:
    """Writes the body to the file and counts it; the size is held to whatever the server claimed."""
    name, size, checked = answer.target.shown, 0, False
    start = b""
    for piece in answer.pieces():
        size += len(piece)
        if size > most:
            raise _too_large(name, size, most)
        if not checked:
            start = (start + piece)[:SNIFFED]
            checked = len(start) == SNIFFED
            _check_start(name, start)
        try:
            file.write(piece)
        except OSError as error:
            raise _disk_full(name) from error
        if progress:
            progress(size, answer.length)
    if size == 0:
        raise FetchError(f"{name}: the answer is empty")
    return size


def _check_start(name: str, start: bytes) -> None:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(PAGE_STARTS):
        raise _a_page(name)
    if text.startswith(READ_STARTS) or (text.startswith(b"<?xml") and b"<mpd" in text):
        raise _PlaylistMet
    if text.startswith(PLAYLIST_STARTS):
        raise _a_playlist(name)


class _PlaylistMet(Exception):
    """The bytes are a playlist that we read. Never leaves this file."""


def _a_page(name: str) -> FetchError:
    return FetchError(f"{name}: a web page, not media", "give the address of the media file itself")


def _a_playlist(name: str) -> FetchError:
    hint = "give the address of a media file, or of an HLS or DASH playlist"
    return FetchError(f"{name}: a playlist, not media", hint)


def _disk_full(name: str) -> FetchError:
    return FetchError(f"{name}: not enough space to keep the download", "REELWARDEN_CACHE_DIR names another place")
