"""The store of bytes: a folder, or S3. Keys look like `media/<submission>/source`.

Writing streams: memory does not grow with the size. A key is either wholly there or not at all.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Full, Queue
from urllib.parse import urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store

from reelwarden.errors import SettingsError

CHUNK = 1 << 20
PART = 8 << 20
COPIED = 1 << 30
STAGED = re.compile(r"#\d+$")


class Blobs:
    """Bytes under keys. Safe to share between threads."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self.folder = folder

    def put(self, key: str, pieces: bytes | Iterable[bytes]) -> None:
        """Keeps the bytes; what was under the key before is replaced in one step."""
        obstore.put(self._store, key, pieces if isinstance(pieces, bytes) else iter(pieces), chunk_size=PART)

    def put_file(self, key: str, path: Path) -> None:
        obstore.put(self._store, key, path, chunk_size=PART)

    def join(self, key: str, parts: Sequence[str]) -> None:
        """Makes one of several, which are gone then. In a folder the kernel does it; memory never holds more than PART.

        May be done again where it was broken off. Raises FileNotFoundError.
        """
        if len(parts) == 1:
            obstore.rename(self._store, parts[0], key)
        elif self.folder:
            _join_files(self.folder / key, [self.folder / part for part in parts])
        else:
            self.put(key, _read_elsewhere(piece for part in parts for piece in self.stream(part)))
        self.delete(parts)

    def get(self, key: str) -> bytes:
        """All of it. Raises FileNotFoundError."""
        return bytes(obstore.get(self._store, key).bytes())

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Pieces of the bytes from `start` up to `end`. Raises FileNotFoundError."""
        if start == 0 and end is None:
            yield from (bytes(piece) for piece in obstore.get(self._store, key).stream(min_chunk_size=CHUNK))
            return
        end = self.size(key) if end is None else end
        for at in range(start, end, PART):
            yield bytes(obstore.get_range(self._store, key, start=at, end=min(end, at + PART)))

    def size(self, key: str) -> int:
        """Its length in bytes. Raises FileNotFoundError."""
        return int(obstore.head(self._store, key)["size"])

    def path(self, key: str) -> Path | None:
        """The file that holds it, where the store is a folder."""
        return self.folder / key if self.folder else None

    def delete(self, keys: Iterable[str]) -> None:
        """Deletes what is there of them."""
        for key in keys:
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                continue

    def keys(self, prefix: str = "") -> Iterator[str]:
        for batch in obstore.list(self._store, prefix or None):
            yield from (str(entry["path"]) for entry in batch)

    def delete_all(self, prefix: str) -> None:
        """Deletes everything under the prefix, and the empty folders that it leaves."""
        self.delete(list(self.keys(prefix)))
        if self.folder:
            for staged in _staged(self.folder / prefix):
                staged.unlink(missing_ok=True)
            _prune(self.folder / prefix)

    def drop_unfinished(self, before: float) -> int:
        """Deletes what a writer left that was killed, where nobody has written to it since then. How many.

        Only a folder has such files. S3 keeps the parts of an upload apart until it is whole, and its own rules
        delete them (docs/howto/server.md).
        """
        gone = 0
        for staged in _staged(self.folder) if self.folder else ():
            with suppress(FileNotFoundError):
                if staged.stat().st_mtime < before:
                    staged.unlink()
                    gone += 1
                    _remove_if_empty(staged.parent)
        return gone


def open_blobs(url: str) -> Blobs:
    """The store that a folder's path, `file:///…` or `s3://bucket/prefix` names. Raises SettingsError.

    S3 takes its keys, region and endpoint from the usual AWS_* variables.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        folder = Path(parts.path or url).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        return Blobs(LocalStore(folder, automatic_cleanup=True), folder)
    if parts.scheme == "s3":
        return Blobs(S3Store(parts.netloc, prefix=parts.path.strip("/") or None))
    raise SettingsError(f"store_url: {parts.scheme} is not supported", "give a folder, or s3://bucket/prefix")


def _read_elsewhere(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, read by another thread: the store's own writing thread must not read from the store."""
    waiting: Queue[bytes | BaseException | None] = Queue(2)
    over = threading.Event()

    def hand_on(piece: bytes | BaseException | None) -> None:
        while not over.is_set():
            with suppress(Full):
                waiting.put(piece, timeout=1.0)
                break

    def read() -> None:
        try:
            for piece in pieces:
                hand_on(piece)
            hand_on(None)
        except Exception as error:
            hand_on(error)

    threading.Thread(target=read, daemon=True).start()
    try:
        while (piece := waiting.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        over.set()


def _join_files(whole: Path, parts: Sequence[Path]) -> None:
    whole.parent.mkdir(parents=True, exist_ok=True)
    growing = parts[0].with_suffix(".joined")
    with growing.open("wb") as target:
        for part in parts:
            with part.open("rb") as source:
                while os.sendfile(target.fileno(), source.fileno(), None, COPIED):
                    pass
    growing.rename(whole)


def _staged(folder: Path) -> Iterator[Path]:
    """Files that the store writes to before they have their name: it never lists them."""
    for place, _, names in os.walk(folder):  # which does not mind that folders go meanwhile
        yield from (Path(place, name) for name in names if STAGED.search(name))


def _prune(folder: Path) -> None:
    if not folder.is_dir():
        return
    for inner in sorted(folder.rglob("*"), reverse=True):
        if inner.is_dir():
            _remove_if_empty(inner)
    _remove_if_empty(folder)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
