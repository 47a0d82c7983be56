"""A live source, whatever it speaks, becomes chunks of bytes for a decoder; when it drops, it is asked again.

HLS, DASH, plain HTTP (TS, FLV, MP3, Ogg …), RTMP and RTSP are read by clients of our own over guarded connections.
The decoder never has a network.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from reelwarden.errors import EgressRefused, FetchError, ReelwardenError
from reelwarden.ingest.egress import Egress, Hosts
from reelwarden.ingest.feed import Chunk
from reelwarden.ingest.reconnect import Backoff
from reelwarden.ingest.segments import ENOUGH_HEIGHT, Unreadable
from reelwarden.ingest.url import parse

if TYPE_CHECKING:
    from reelwarden.settings import Settings

IDLE_SECONDS = 12.0
"""Silence after which a live source counts as dropped."""
SAME_PLAYER = 3
"""Attempts with what is known of the stream; then it is opened anew."""
REFUSED = {
    "srt": "SRT needs a library that is not there: let your media server give the stream as HLS, RTMP or RTSP",
    "udp": "nobody can be asked for such a stream: let a media server receive it and give it as HLS",
    "webrtc": "let your media server give the stream as HLS, RTMP or RTSP",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """How it stands with a source: `playing`, or `waiting` `wait` seconds before attempt `attempt`, for `reason`."""

    state: str
    attempt: int = 0
    wait: float = 0.0
    reason: str = ""


class Player(Protocol):
    """One way to play. `chunks` may be called again after it raised FetchError, and goes on where it can."""

    kind: str
    notes: list[str]

    def chunks(self) -> Iterator[Chunk]:
        """Ends when the stream has ended; raises FetchError when it broke off."""
        ...

    def close(self) -> None: ...


class LiveSource:
    """A live stream. `chunks()` once, in one thread; `close()` from any.

    `kind` is hls, dash, http, rtmp or rtsp, empty before the first bytes. `ending` is empty while it plays, then
    `ended` (the sender said so), `lost` (it dropped and did not come back), `failed` (it raised) or `closed`.
    `notes` say what is left out.
    """

    def __init__(
        self,
        make: Callable[[], Player],
        backoff: Backoff,
        tell: Callable[[Connection], None],
        patience: float,
    ) -> None:
        """`patience`: seconds for which a source is asked that never gave anything: it may just be starting."""
        self.kind = ""
        self.ending = ""
        self.notes: list[str] = []
        self._make = make
        self._backoff = backoff
        self._tell = tell
        self._patience = patience
        self._closed = threading.Event()
        self._player: Player | None = None
        self._heard = monotonic()
        self._came = False

    def close(self) -> None:
        self._closed.set()
        player = self._player
        if player is not None:
            player.close()

    def chunks(self) -> Iterator[Chunk]:
        """The stream's bytes as they come. A chunk after a drop is `fresh` if its container is, and says what was lost.

        Raises EgressRefused or Unreadable for what is not played, LimitExceeded("bytes") for a part that is too large,
        FetchError when nothing ever came.
        """
        try:
            yield from self._all()
        except ReelwardenError:
            self.ending = "failed"
            raise
        finally:
            self.ending = self.ending or "closed"
            self._let_go()

    def _all(self) -> Iterator[Chunk]:
        attempt = 0
        self._heard = monotonic()
        while not self._closed.is_set():
            try:
                for chunk in self._played():
                    if attempt or not self._came:
                        attempt = 0
                        self._tell(Connection("playing"))
                    self._came = True
                    yield chunk
                    self._heard = monotonic()
                self.ending = "closed" if self._closed.is_set() else "ended"
            except (EgressRefused, Unreadable):
                raise
            except FetchError as error:
                attempt += 1
                self._drop(attempt, error)
            if self.ending:
                break

    def _played(self) -> Iterator[Chunk]:
        first = self._came
        if self._player is None:
            self._player = self._make()
        player = self._player
        if self._closed.is_set():
            player.close()
        for chunk in player.chunks():
            self.kind, self.notes = player.kind, player.notes
            yield replace(chunk, lost=max(chunk.lost, monotonic() - self._heard)) if first and chunk.fresh else chunk
            first = False

    def _drop(self, attempt: int, error: FetchError) -> None:
        """Waits before the next attempt; sets `ending` when there is none. Raises when nothing ever came."""
        if self._closed.is_set():
            return
        silent = monotonic() - self._heard
        wait = self._backoff.wait(attempt, silent)
        if wait is None or (not self._came and silent >= self._patience):
            if not self._came:
                raise error
            self.ending = "lost"
            return
        if attempt % SAME_PLAYER == 0:
            self._let_go()
        self._tell(Connection("waiting", attempt, wait, str(error)))
        self._closed.wait(wait)

    def _let_go(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            player.close()


def open_live(
    url: str,
    settings: Settings,
    *,
    egress: Egress | None = None,
    hosts: Hosts | None = None,
    height: int = ENOUGH_HEIGHT,
    backoff: Backoff | None = None,
    tell: Callable[[Connection], None] = lambda connection: None,
) -> LiveSource:
    """A source that connects when its chunks are asked for.

    `height`: of several variants, the smallest at least so high is taken. `hosts` may narrow where it comes from.
    `tell` hears when it plays and when it waits. Raises EgressRefused, with what to do instead, for a URL that is not
    played.
    """
    scheme = url.partition(":")[0].lower()
    if scheme in REFUSED:
        raise EgressRefused(f"{scheme}: not a stream that is read", REFUSED[scheme])
    way = egress or Egress(settings.allow_networks, total=math.inf, idle=IDLE_SECONDS, hosts=hosts)
    return LiveSource(_maker(url, scheme, way, height), backoff or Backoff(), tell, settings.stream_patience)


def _maker(url: str, scheme: str, way: Egress, height: int) -> Callable[[], Player]:
    if scheme in ("rtmp", "rtmps"):
        from reelwarden.ingest.rtmp import RtmpPlayer, place_of

        place = place_of(url)
        return lambda: RtmpPlayer(place, way)
    if scheme == "rtsp":
        from reelwarden.ingest import rtsp

        camera = rtsp.place_of(url)
        return lambda: rtsp.RtspPlayer(camera, way)
    from reelwarden.ingest.web_player import WebPlayer

    parse(url)
    return lambda: WebPlayer(url, way, height)
