"""Brings in what playlists name: playlists, segments, beginnings and keys, each through the egress, each bounded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar
from urllib.parse import urlsplit

from reelwarden.errors import FetchError, LimitExceeded
from reelwarden.ingest.egress import Answer, Egress
from reelwarden.ingest.segments import MOST_PLAYLIST_BYTES, Extent, Key, Resource, Segment

T = TypeVar("T")

MOST_SEGMENT_BYTES = 128 << 20
"""A segment is held in memory: twenty seconds at 50 Mbit/s."""
MOST_INIT_BYTES = 4 << 20
KEY_BYTES = 16
HELD = 16
"""Keys and beginnings that are remembered."""
PLAYLIST_SECONDS = 30.0
ATTEMPTS = 3
PAUSE = 0.5
WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})


class SegmentReader:
    """One stream's requests. `close` may be called from any thread and ends whatever is under way."""

    def __init__(self, egress: Egress, *, total: float, segment_seconds: float = 60.0) -> None:
        """`total`: seconds for everything together, `math.inf` for a live stream."""
        self.closed = threading.Event()
        self._egress = egress
        self._segment_seconds = segment_seconds
        self._total = total
        self._end = monotonic() + total
        self._held: dict[Resource, bytes] = {}
        self._under_way: Answer | None = None

    def close(self) -> None:
        self.closed.set()
        answer = self._under_way
        if answer is not None:
            answer.exchange.abort()

    def playlist(self, url: str) -> tuple[bytes, str]:
        """A playlist's bytes, and the URL that its own addresses are relative to."""

        def ask() -> tuple[bytes, str]:
            with self._ask(Resource(url), PLAYLIST_SECONDS) as answer:
                return self._body(answer, MOST_PLAYLIST_BYTES, None), answer.target.url

        return self._tried(ask)

    def segment(self, segment: Segment) -> bytes:
        """A segment's bytes, unlocked."""
        return self._opened(segment.resource, MOST_SEGMENT_BYTES)

    def held(self, resource: Resource, most: int = MOST_INIT_BYTES) -> bytes:
        """The same for small things that come again and again: a beginning, an index."""
        found = self._held.get(resource)
        if found is None:
            found = self._opened(resource, most)
            while len(self._held) >= HELD:
                del self._held[next(iter(self._held))]
            self._held[resource] = found
        return found

    def _opened(self, resource: Resource, most: int) -> bytes:
        data = self._tried(lambda: self._part(resource, most))
        return unlocked(data, self._key(resource.key), resource.key.iv) if resource.key else data

    def _key(self, key: Key) -> bytes:
        found = self.held(Resource(key.url), KEY_BYTES)
        if len(found) != KEY_BYTES:
            raise FetchError(f"{shown(key.url)}: a key of {len(found)} bytes, not of {KEY_BYTES}")
        return found

    def _part(self, resource: Resource, most: int) -> bytes:
        with self._ask(resource, self._segment_seconds) as answer:
            return self._body(answer, most, resource.extent)

    def _tried(self, work: Callable[[], T]) -> T:
        """What fails once is asked for again: networks hiccup. A refusal is final."""
        for attempt in range(ATTEMPTS):
            try:
                return work()
            except FetchError as error:
                if type(error) is not FetchError or attempt == ATTEMPTS - 1:
                    raise
            if self.closed.wait(PAUSE * (attempt + 1)):
                break
        raise FetchError("the stream was closed")

    @contextmanager
    def _ask(self, resource: Resource, seconds: float) -> Iterator[Answer]:
        """An answer of status 200, or 206 for a part."""
        left = self._end - monotonic()
        if left <= 0:
            raise FetchError(f"the download took longer than {self._total:g} s", "raise REELWARDEN_FETCH_TIMEOUT")
        if self.closed.is_set():
            raise FetchError("the stream was closed")
        with self._egress.get(resource.url, _range(resource.extent), total=min(left, seconds)) as answer:
            self._under_way = answer
            try:
                _check(answer)
                yield answer
            finally:
                self._under_way = None

    def _body(self, answer: Answer, most: int, extent: Extent | None) -> bytes:
        """The body, or the asked part of it where the server sent the whole."""
        skip = _to_skip(answer, extent)
        wanted = extent.length if extent else most
        if wanted > most or skip > most:
            raise _too_large(answer, most)
        held = bytearray()
        for piece in answer.pieces():
            held += piece[skip:]
            skip = max(0, skip - len(piece))
            if len(held) > most and not extent:
                raise _too_large(answer, most)
            if extent and len(held) >= wanted:
                break
        if extent and len(held) < wanted:
            raise _Final(f"{answer.target.shown}: {len(held):,} bytes came of {wanted:,}")
        return bytes(held[:wanted])


class _Final(FetchError):
    """Asking again would change nothing."""


def unlocked(data: bytes, key: bytes, iv: bytes) -> bytes:
    """AES-128 in CBC mode with PKCS #7 padding, as RFC 8216 has it."""
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    try:
        decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        unpadder = padding.PKCS7(128).unpadder()
        plain = unpadder.update(decryptor.update(data) + decryptor.finalize())
        return plain + unpadder.finalize()
    except ValueError as error:
        raise _Final("a segment does not open with the key that its playlist names") from error


def shown(url: str) -> str:
    """A URL for messages: without its query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:200]


def _range(extent: Extent | None) -> dict[str, str]:
    return {"Range": f"bytes={extent.start}-{extent.start + extent.length - 1}"} if extent else {}


def _check(answer: Answer) -> None:
    if answer.status not in (200, 206):
        kind = FetchError if answer.status in WORTH_ANOTHER_TRY else _Final
        raise kind(f"{answer.target.shown}: the server answered {answer.status} {answer.reason}".rstrip())
    if answer.encoding not in ("", "identity"):
        raise _Final(f"{answer.target.shown}: the answer is packed ({answer.encoding[:20]})")


def _to_skip(answer: Answer, extent: Extent | None) -> int:
    """Bytes before the asked part: all of them where the server sends the whole file."""
    if extent is None or answer.status == 200:
        return extent.start if extent else 0
    said = answer.exchange.head.getheader("Content-Range", "")
    if said and not said.replace(" ", "").lower().startswith(f"bytes{extent.start}-"):
        raise _Final(f"{answer.target.shown}: another part came than was asked for")
    return 0


def _too_large(answer: Answer, most: int) -> LimitExceeded:
    return LimitExceeded("bytes", f"{answer.target.shown}: a part of a stream of more than {most:,} bytes")
