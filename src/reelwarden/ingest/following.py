"""One track, followed: its playlist is read again when it is time, and each segment comes out once, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from reelwarden.errors import FetchError
from reelwarden.ingest.segments import Playlist, Segment

BEHIND = 3
"""Segments from the end where a live stream is entered, as RFC 8216 (6.3.3) asks of a client."""
STALE_TARGETS = 5
STALE_SECONDS = 20.0
TRIES_LATER, SHORTEST_WAIT = 2, 0.5


class Follower:
    """`next` gives the next segment, or None when there is none yet; then `due` says when to ask again.

    `lost` counts the segments that the server took away before they were read.
    """

    def __init__(self, load: Callable[[], Playlist], clock: Callable[[], float] = monotonic) -> None:
        self.elapsed = 0.0
        self.ended = False
        self.live = False
        self.due = 0.0
        self.lost = 0
        self._load = load
        self._clock = clock
        self._waiting: deque[Segment] = deque()
        self._expected: int | None = None
        self._moved = clock()
        self._not_before = 0.0
        self._tried_again = (0, 0)

    def prime(self) -> None:
        """Reads the playlist for the first time, so that `live` is known. Raises FetchError."""
        if self._expected is None and not self.ended:
            self._refresh()

    def next(self) -> Segment | None:
        """Raises FetchError when the playlist cannot be had, or has stood still for too long."""
        if not self._waiting and not self.ended and self._clock() >= self.due:
            self._refresh()
        if not self._waiting or self._clock() < self._not_before:
            return None
        segment = self._waiting.popleft()
        self.elapsed += segment.seconds
        return segment

    def put_back(self, segment: Segment) -> None:
        """What could not be had will be asked for again."""
        self._waiting.appendleft(segment)
        self.elapsed -= segment.seconds

    def try_later(self, segment: Segment) -> bool:
        """Keeps the newest segment of a live stream for a little: some servers name what is not there yet."""
        number, count = self._tried_again
        count = count + 1 if number == segment.number else 1
        if not self.live or self.ended or self._waiting or count > TRIES_LATER:
            return False
        self._tried_again = segment.number, count
        self.put_back(segment)
        self.due = self._not_before = self._clock() + max(SHORTEST_WAIT, segment.seconds / 2)
        return True

    @property
    def done(self) -> bool:
        return self.ended and not self._waiting

    def _refresh(self) -> None:
        playlist = self._load()
        new = self._new(playlist)
        now = self._clock()
        self._waiting.extend(new)
        self.ended = playlist.ended
        self.due = now + (playlist.refresh if new else playlist.refresh / 2)
        if new:
            self._moved = now
            self._expected = new[-1].next
        elif not self.ended and now - self._moved > max(STALE_SECONDS, STALE_TARGETS * playlist.refresh):
            raise FetchError(f"the playlist has not moved for {now - self._moved:.0f} s")

    def _new(self, playlist: Playlist) -> list[Segment]:
        """The segments not yet seen; the first after a hole, or after a server began anew, is a joint."""
        segments = list(playlist.segments)
        if self._expected is None:
            self.live = not playlist.ended
            return segments[-BEHIND:] if self.live else segments
        if segments and segments[-1].next < self._expected - len(segments) * max(1, playlist.slack):
            return _jointed(segments[-BEHIND:])
        new = [segment for segment in segments if segment.number >= self._expected - playlist.slack // 2]
        if new and new[0].number > self._expected + playlist.slack:
            self.lost += max(1, (new[0].number - self._expected) // max(1, new[0].next - new[0].number))
            return _jointed(new)
        return new


def _jointed(segments: list[Segment]) -> list[Segment]:
    return [replace(segment, joint=segment.joint or n == 0) for n, segment in enumerate(segments)]
