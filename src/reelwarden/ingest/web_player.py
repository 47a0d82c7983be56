"""What is played over HTTP: a playlist (HLS, DASH), or bytes that simply go on. The first bytes tell which."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator

from reelwarden.errors import FetchError
from reelwarden.ingest.container import without_tag
from reelwarden.ingest.egress import Answer, Egress
from reelwarden.ingest.feed import Chunk, Feed
from reelwarden.ingest.fetch import PAGE_STARTS, READ_STARTS, READ_TYPES
from reelwarden.ingest.segment_reader import SegmentReader
from reelwarden.ingest.segments import Unreadable
from reelwarden.ingest.transport import PACKET

SNIFFED = 1024
SEGMENT_SECONDS = 30.0
"""A segment of a live stream that takes longer is late anyway."""
STARTS = {b"FLV\x01": "flv", b"OggS": "ogg", b"\x1a\x45\xdf\xa3": "matroska", b"fLaC": "flac", b"RIFF": "wav"}
LEAST_COMPARED, MOST_COMPARED = 4 << 10, 32 << 10
"""Bytes by which a file that is given once more is told from a stream that goes on."""


class WebPlayer:
    """One address. Its playlist, once found, is kept over drops."""

    def __init__(self, url: str, way: Egress, height: int) -> None:
        self.kind = "http"
        self.notes: list[str] = []
        self._url = url
        self._way = way
        self._height = height
        self._closed = threading.Event()
        self._answer: Answer | None = None
        self._reader: SegmentReader | None = None
        self._feed: Feed | None = None
        self._start = b""

    def chunks(self) -> Iterator[Chunk]:
        """Raises FetchError when it cannot be had or breaks off, Unreadable when it cannot be played."""
        if self._feed is None:
            with self._way.get(self._url, total=math.inf) as answer:
                self._answer = answer
                try:
                    pieces = self._checked(answer)
                    start = _first(pieces, max(SNIFFED, len(self._start)))
                    if not is_playlist(answer.content_type, start):
                        yield from self._played(answer, start, pieces)
                        return
                finally:
                    self._answer = None
            self._feed = self._opened()
        yield from self._feed.chunks()

    def close(self) -> None:
        self._closed.set()
        answer, reader = self._answer, self._reader
        if answer is not None:
            answer.exchange.abort()
        if reader is not None:
            reader.close()

    def _checked(self, answer: Answer) -> Iterator[bytes]:
        if answer.status != 200:
            raise FetchError(f"{answer.target.shown}: the server answered {answer.status} {answer.reason}".rstrip())
        if answer.encoding not in ("", "identity"):
            raise Unreadable(f"{answer.target.shown}: the answer is packed ({answer.encoding[:20]})")
        return answer.pieces()

    def _opened(self) -> Feed:
        self._reader = SegmentReader(self._way, total=math.inf, segment_seconds=SEGMENT_SECONDS)
        if self._closed.is_set():
            self._reader.close()
        feed = Feed(self._url, self._reader, self._height)
        self.kind, self.notes = feed.kind, feed.notes
        return feed

    def _played(self, answer: Answer, start: bytes, pieces: Iterator[bytes]) -> Iterator[Chunk]:
        if not start:
            raise FetchError(f"{answer.target.shown}: the answer is empty")
        if len(self._start) >= LEAST_COMPARED and start.startswith(self._start):
            return  # a file without a length, given once more
        form = form_of(start, answer.content_type)
        self._start, seen = b"", start[:MOST_COMPARED]
        yield Chunk(start, form, fresh=True)
        for piece in pieces:
            if len(seen) < MOST_COMPARED:
                seen = (seen + piece)[:MOST_COMPARED]
            yield Chunk(piece, form)
        if not _said_its_end(answer):
            self._start = seen
            raise FetchError(f"{answer.target.shown}: the connection ended")


def _first(pieces: Iterator[bytes], size: int) -> bytes:
    held = b""
    while len(held) < size and (piece := next(pieces, b"")):
        held += piece
    return held


def is_playlist(content_type: str, start: bytes) -> bool:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    named = any(word in content_type for word in READ_TYPES)
    return named or text.startswith(READ_STARTS) or (text.startswith(b"<?xml") and b"<mpd" in text)


def form_of(start: bytes, content_type: str = "") -> str:
    """The container by its first bytes; empty when they do not tell. Raises Unreadable for a web page."""
    if start.lstrip().lower().startswith(PAGE_STARTS):
        raise Unreadable("a web page, not a stream", "give the address of the stream itself")
    if content_type == "multipart/x-mixed-replace":
        return "mpjpeg"
    if start[4:8] in (b"ftyp", b"styp", b"moov"):
        return "mp4"
    at = start.find(b"\x47")
    if 0 <= at < PACKET and start[at + PACKET : at + PACKET + 1] == b"\x47":
        return "mpegts"
    plain = without_tag(start)
    if len(plain) > 1 and plain[0] == 0xFF and plain[1] & 0xE0 == 0xE0:
        return "mp3" if plain[1] >> 1 & 3 else "aac"
    if start.startswith(b"ID3"):
        return "mp3"
    return next((form for known, form in STARTS.items() if start.startswith(known)), "")


def _said_its_end(answer: Answer) -> bool:
    """Whether the length was given, or the last chunk marked; else anything may have cut the connection."""
    head = answer.exchange.head
    return answer.length is not None or head.getheader("Transfer-Encoding", "").lower() == "chunked"
