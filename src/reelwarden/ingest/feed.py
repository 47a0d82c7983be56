"""A playlist becomes one stream of bytes that a decoder can read, segment by segment, sound and pictures together.

The decoder gets no playlist and no network, only these bytes. When what comes does not go on from what came
(another form, a discontinuity, a hole), the chunk is `fresh`: the decoder is ended and a new one started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic, time

from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest import dash, hls
from reelwarden.ingest.container import Container, Piece, form_of
from reelwarden.ingest.following import Follower
from reelwarden.ingest.segment_reader import SegmentReader, shown
from reelwarden.ingest.segments import ENOUGH_HEIGHT, Playlist, Segment, Unreadable

MOST_MASTERS = 3
"""A master playlist may name a master; not for ever."""
MOST_FAILURES = 5
"""Segments in a row that a live stream may fail to give before it counts as dropped."""
PATIENCE = 8.0
"""Seconds that the start of a container waits for a track that has nothing yet."""
SILENT = "the sound comes in a form that cannot be joined to the pictures and is not heard"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes for the decoder. `format` is the container: mpegts, mp4, flv, aac, mp3, or empty when nobody knows.

    `fresh`: these are the first bytes of a container; the one before has ended. `lost`: seconds of the stream that
    could not be had just before these bytes. `seconds`: how much of the stream this is, 0 when not known.
    """

    data: bytes
    format: str
    fresh: bool = False
    lost: float = 0.0
    seconds: float = 0.0


class Feed:
    """One playlist, played: `chunks()` once. `notes` say what is left out, in sentences for people."""

    def __init__(self, url: str, reader: SegmentReader, height: int = ENOUGH_HEIGHT) -> None:
        """Reads the playlists. Raises FetchError when they cannot be had or read."""
        self.notes: list[str] = []
        self._reader = reader
        opening = _Opening(reader, height)
        self.kind, followers = opening.followers(url)
        if opening.sound_tracks > 1:
            self.notes.append(f"one of {opening.sound_tracks} sound tracks is heard")
        self._tracks = [_Track(n, follower, reader) for n, follower in enumerate(followers)]
        for follower in followers:
            follower.prime()
        self.live = any(follower.live for follower in followers)
        self._container: Container | None = None
        self._fresh = True
        self._held_since: float | None = None

    def chunks(self) -> Iterator[Chunk]:
        """The stream's bytes, as they come. Ends with the stream; raises FetchError when it breaks off.

        May be called again then, and goes on where it broke off.
        """
        while not self._reader.closed.is_set():
            ready = [track for track in self._tracks if track.fill()]
            if not ready and all(track.done for track in self._tracks):
                return
            track = min(ready, key=lambda one: one.elapsed, default=None)
            if track is None or (track.piece and self._must_wait(track)):
                if self._reader.closed.wait(self._pause()):
                    return
                continue
            chunk = self._chunk(track)
            if chunk.data:
                yield chunk

    def _pause(self) -> float:
        due = [track.due for track in self._tracks if not track.done and track.piece is None]
        return min(max(0.05, min(due, default=0) - monotonic()), 5.0)

    def _must_wait(self, track: _Track) -> bool:
        """A container begins with the beginnings of all its tracks, so it waits a while for the slower one."""
        if track.piece is None or self._goes_on(track):
            self._held_since = None
            return False
        if all(one.piece or one.done for one in self._tracks):
            return False
        self._held_since = self._held_since or monotonic()
        return monotonic() - self._held_since < PATIENCE

    def _goes_on(self, track: _Track) -> bool:
        return bool(self._container and track.piece and self._container.goes_on(track.number, track.piece))

    def _chunk(self, track: _Track) -> Chunk:
        if not self._goes_on(track):
            self._begin()
            self._fresh = True
        piece, lost = track.take()
        container = self._container
        if container is None:
            return Chunk(b"", "")
        data = container.put(track.number, piece)
        seconds = piece.segment.seconds if track.number == 0 else 0.0
        fresh = self._fresh
        if data:
            self._fresh = False
        return Chunk(data, container.format, fresh, lost, seconds)

    def _begin(self) -> None:
        firsts = [track.piece for track in self._tracks if track.piece is not None]
        for track in self._tracks:
            track.begun()
        self._container = Container(firsts)
        if len(firsts) > 1 and not self._container.heard and SILENT not in self.notes:
            self.notes.append(SILENT)


class _Track:
    """A follower and the next piece that it has brought."""

    def __init__(self, number: int, follower: Follower, reader: SegmentReader) -> None:
        self.number = number
        self.piece: Piece | None = None
        self.elapsed = 0.0
        self._follower = follower
        self._reader = reader
        self._lost = 0.0
        self._failures = 0
        self._lost_segments = 0
        self._broken = False

    @property
    def done(self) -> bool:
        return self._follower.done and self.piece is None

    @property
    def due(self) -> float:
        return self._follower.due

    def fill(self) -> bool:
        """Whether a piece is at hand, after trying. Raises FetchError when the stream has broken off."""
        while self.piece is None:
            self.elapsed = self._follower.elapsed
            segment = self._follower.next()
            if segment is None:
                return False
            if self._follower.lost > self._lost_segments:
                self._lost += segment.seconds * (self._follower.lost - self._lost_segments)
                self._lost_segments = self._follower.lost
            self.piece = self._brought(segment)
            if self.piece is None and not segment.gap and self._follower.try_later(segment):
                return False
            if self.piece is None:
                self._lost += segment.seconds
                self._broken = True
        return True

    def take(self) -> tuple[Piece, float]:
        """The piece, and the seconds that were lost before it."""
        if self.piece is None:
            raise FetchError("a track has nothing to give")
        taken, lost = self.piece, self._lost
        self.piece, self._lost = None, 0.0
        return taken, lost

    def begun(self) -> None:
        """A container begins with this track's piece, so what came before it no longer matters."""
        if self.piece is not None and self.piece.segment.joint:
            self.piece = replace(self.piece, segment=replace(self.piece.segment, joint=False))

    def _brought(self, segment: Segment) -> Piece | None:
        """None for a segment that cannot be had: of a live stream it is lost, of a film it is an error."""
        if segment.gap:
            return None
        try:
            data = self._reader.segment(segment)
            beginning = self._reader.held(segment.init) if segment.init else b""
            form = form_of(data, beginning)
        except FetchError as error:
            self._failures += 1
            final = isinstance(error, (EgressRefused, Unreadable)) or self._reader.closed.is_set()
            if final or not self._follower.live or self._failures > MOST_FAILURES:
                self._failures = 0
                self._follower.put_back(segment)
                raise
            return None
        self._failures = 0
        joined = replace(segment, joint=True) if self._broken else segment
        self._broken = False
        return Piece(joined, data, beginning, form)


class _Opening:
    """From a URL to the followers of its tracks, pictures first."""

    def __init__(self, reader: SegmentReader, height: int) -> None:
        self.sound_tracks = 0
        self._reader = reader
        self._height = height

    def followers(self, url: str) -> tuple[str, list[Follower]]:
        """(hls or dash, one follower or two)."""
        for _ in range(MOST_MASTERS):
            data, base = self._reader.playlist(url)
            start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
            if start.startswith(b"<"):
                return "dash", self._dash(_Manifests(self._reader, data, base, url, self._height))
            found = hls.read(_text(data), base, self._height)
            if isinstance(found, Playlist):
                return "hls", [Follower(_after(found, self._hls(url)))]
            self.sound_tracks = found.sound_tracks
            if found.sound:
                return "hls", [Follower(self._hls(found.pictures)), Follower(self._hls(found.sound))]
            url = found.pictures
        raise FetchError(f"{shown(url)}: playlists of playlists of playlists")

    def _hls(self, url: str) -> Callable[[], Playlist]:
        def load() -> Playlist:
            data, base = self._reader.playlist(url)
            found = hls.read(_text(data), base, self._height)
            if not isinstance(found, Playlist):
                raise FetchError(f"{shown(url)}: a list of variants where segments were expected")
            return found

        return load

    def _dash(self, manifests: _Manifests) -> list[Follower]:
        first = manifests.first
        self.sound_tracks = first.sound_tracks
        kinds = [kind for kind in ("pictures", "sound") if getattr(first, kind) is not None]
        return [Follower(partial(manifests.playlist, kind)) for kind in kinds]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").removeprefix("\ufeff")


def _after(first: Playlist, again: Callable[[], Playlist]) -> Callable[[], Playlist]:
    """The reading that is at hand, then new ones."""
    held = [first]
    return lambda: held.pop() if held else again()


class _Manifests:
    """Readings of one DASH manifest, shared by its tracks: each reading serves each track once."""

    def __init__(self, reader: SegmentReader, data: bytes, base: str, url: str, height: int) -> None:
        self._reader = reader
        self._height = height
        self._url = url
        self._seen: set[str] = set()
        self.first = self._current = self._read(data, base)

    def playlist(self, kind: str) -> Playlist:
        if kind in self._seen:
            self._seen.clear()
            self._current = self._read(*self._reader.playlist(self._url))
        self._seen.add(kind)
        found: Playlist | None = getattr(self._current, kind)
        if found is None:
            raise FetchError(f"{shown(self._url)}: the {kind} are no longer in the manifest")
        return found

    def _read(self, data: bytes, base: str) -> dash.Manifest:
        manifest = dash.read(data, base, time(), self._reader.held, self._height)
        self._url = manifest.location or self._url
        return manifest
