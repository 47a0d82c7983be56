"""A film that lies behind a playlist becomes one file. Live streams do not: they have no end to wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from reelwarden.errors import FetchError, LimitExceeded
from reelwarden.ingest.egress import Egress
from reelwarden.ingest.feed import Chunk, Feed
from reelwarden.ingest.segment_reader import SegmentReader, shown
from reelwarden.ingest.transport import Programme, programme

AS_STREAM = "submit its address as a live stream"


def save_playlist(
    url: str,
    file: IO[bytes],
    egress: Egress,
    *,
    total: float,
    most: int,
    wrote: Callable[[int], None] = lambda size: None,
) -> int:
    """Writes the film behind an HLS or DASH playlist to a file, one variant of it, and gives its bytes.

    `total`: seconds for all of it. `most`: bytes. `wrote` is told the bytes so far and may raise. Raises FetchError
    (EgressRefused for anything in the playlist that leads where we do not go), LimitExceeded("bytes"), OSError when
    the file cannot be written.
    """
    feed = Feed(url, SegmentReader(egress, total=total))
    if feed.live:
        raise FetchError(f"{shown(url)}: a playlist of a live stream, not of a film", AS_STREAM)
    size, form = 0, _Form(shown(url))
    for chunk in feed.chunks():
        form.check(chunk)
        size += len(chunk.data)
        if size > most:
            message = f"{shown(url)}: more than the limit of {most:,} bytes"
            raise LimitExceeded("bytes", message, "raise REELWARDEN_MAX_BYTES")
        file.write(chunk.data)
        wrote(size)
    if not size:
        raise FetchError(f"{shown(url)}: a playlist that names no segments")
    return size


class _Form:
    """Holds one file to one form: what a decoder would not notice in the middle must not go unseen."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._format = ""
        self._programme: Programme | None = None

    def check(self, chunk: Chunk) -> None:
        if not chunk.fresh:
            return
        found = programme(chunk.data) if chunk.format == "mpegts" else None
        if not self._format:
            self._format, self._programme = chunk.format, found
        elif found is None or self._programme is None or found.streams != self._programme.streams:
            raise FetchError(f"{self._name}: a playlist whose film changes its form on the way", AS_STREAM)
