"""RTSP, played over one TCP connection (RFC 2326, interleaved): what cameras speak. The packets become FLV.

The addresses in its answers are only ever sent back over the same connection; none is followed.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from urllib.parse import unquote, urlsplit

from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest import rtp, sdp
from reelwarden.ingest.egress import AGENT, Egress
from reelwarden.ingest.feed import Chunk
from reelwarden.ingest.flv import PICTURES, SOUND, Tag, written
from reelwarden.ingest.rtsp_login import Login
from reelwarden.ingest.segments import Unreadable
from reelwarden.ingest.url import parse
from reelwarden.ingest.wire import Wire

SCHEMES = ("rtsp",)
MOST_HEADERS, LONGEST_LINE, MOST_BODY = 60, 8192, 64 << 10
INTERLEAVED = 0x24
SESSION_SECONDS = 60.0
MOST_STRAY = 10_000
"""Packets that may come before the answer to a request."""


@dataclass(frozen=True, slots=True)
class Place:
    """An RTSP address, and how to sign in there."""

    url: str
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    reason: str
    headers: dict[str, str]
    body: bytes


def place_of(url: str) -> Place:
    """Takes the user's name out of the address; what is left is judged as any other. Raises EgressRefused."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise EgressRefused(f"the URL cannot be read: {error}") from error
    login, at, host = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    target = parse(parts._replace(netloc=host).geturl() if at else url, SCHEMES)
    return Place(target.url, unquote(user), unquote(password))


class RtspPlayer:
    """One address; each `chunks()` is a new connection."""

    kind = "rtsp"

    def __init__(self, place: Place, way: Egress) -> None:
        self.notes: list[str] = []
        self._place = place
        self._way = way
        self._wire: Wire | None = None

    def chunks(self) -> Iterator[Chunk]:
        """Raises FetchError when the stream is not there or breaks off, Unreadable for codecs that are not read."""
        with self._way.open(self._place.url, SCHEMES, total=math.inf) as wire:
            self._wire = wire
            try:
                yield from self._played(_Session(wire, self._place))
            finally:
                self._wire = None

    def close(self) -> None:
        wire = self._wire
        if wire is not None:
            wire.abort()

    def _played(self, session: _Session) -> Iterator[Chunk]:
        self.notes[:] = session.begin()
        fresh = True
        for data in written(session.tags(), session.kinds):
            yield Chunk(data, "flv", fresh)
            fresh = False


class _Session:
    def __init__(self, wire: Wire, place: Place) -> None:
        self._wire = wire
        self._name = wire.target.shown
        self._url = place.url
        self._base = place.url
        self._login = Login(place.user, place.password)
        self._number = 0
        self._session = ""
        self._keep_alive = SESSION_SECONDS / 2
        self._tracks: dict[int, tuple[rtp.Track, rtp.Clock]] = {}
        self.kinds: set[int] = set()

    def begin(self) -> list[str]:
        """DESCRIBE, SETUP, PLAY. Gives what is left out, in sentences."""
        described = self._asked("DESCRIBE", self._url, Accept="application/sdp")
        self._base = described.headers.get("content-base") or described.headers.get("content-location") or self._url
        notes = self._set_up(sdp.read(described.body.decode("utf-8", "replace")))
        self._asked("PLAY", self._base, Range="npt=0.000-")
        return notes

    def tags(self) -> Iterator[Tag]:
        """Until the server hangs up, which is a drop: a camera has no end."""
        began = asked = monotonic()
        while True:
            channel, data = self._interleaved()
            found = self._tracks.get(channel)
            packet = rtp.packet(data) if found else None
            if found and packet:
                track, clock = found
                yield from track.put(packet, clock.milliseconds(packet.time, monotonic() - began))
            if monotonic() - asked > self._keep_alive:
                asked = monotonic()
                self._send("OPTIONS", self._base, {})

    def _set_up(self, described: list[sdp.Description]) -> list[str]:
        notes: list[str] = []
        for kind in ("video", "audio"):
            offered = [one for one in described if one.kind == kind]
            known = [(one, track) for one in offered if (track := rtp.track_of(one)) is not None]
            if known:
                channel = 2 * len(self._tracks)
                way = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
                answer = self._asked("SETUP", self._control(known[0][0].control), Transport=way)
                self._hold(answer)
                self.kinds.add(PICTURES if kind == "video" else SOUND)
                self._tracks[channel] = known[0][1], rtp.Clock(known[0][0].clock)
            elif offered and kind == "video":
                codec = offered[0].codec[:20]
                raise Unreadable(f"{self._name}: pictures as {codec} are not read", "set the camera to H.264 or H.265")
            elif offered:
                notes.append(f"the sound comes as {offered[0].codec[:20]} and is not heard")
        if not self._tracks:
            raise FetchError(f"{self._name}: the server describes nothing to play")
        return notes

    def _hold(self, answer: Answer) -> None:
        """Remembers the session, and how soon it wants to hear from us."""
        name, _, rest = answer.headers.get("session", "").partition(";")
        self._session = name.strip()
        seconds = rest.strip().lower().removeprefix("timeout=")
        if seconds.isdecimal():
            self._keep_alive = max(2.0, min(int(seconds), 600) / 2)

    def _control(self, control: str) -> str:
        if control in ("", "*"):
            return self._base
        if control.lower().startswith("rtsp://"):
            return control
        return self._base.rstrip("/") + "/" + control.lstrip("/")

    # Requests and what comes back --------------------------------------------------------------------------

    def _asked(self, method: str, url: str, **headers: str) -> Answer:
        """Asks, and once more with a login when that is wanted."""
        for _ in range(2):
            self._send(method, url, headers)
            answer = self._answer()
            if answer.status != 401 or not self._login.challenged(answer.headers.get("www-authenticate", "")):
                break
        if answer.status == 401:
            hint = "put the user and password into the address: rtsp://user:password@host/path"
            raise FetchError(f"{self._name}: the server wants a sign-in", hint)
        if 300 <= answer.status < 400:
            raise FetchError(f"{self._name}: the server sends us elsewhere, which is not followed")
        if answer.status != 200:
            raise FetchError(f"{self._name}: the server answered {answer.status} {answer.reason}".rstrip())
        return answer

    def _send(self, method: str, url: str, headers: dict[str, str]) -> None:
        self._number += 1
        said = {"CSeq": str(self._number), "User-Agent": AGENT, **headers}
        if self._session:
            said["Session"] = self._session
        if login := self._login.header(method, url):
            said["Authorization"] = login
        if any(ord(letter) < 32 or ord(letter) > 126 for text in (url, *said.values()) for letter in text):
            raise FetchError(f"{self._name}: an address that cannot be asked for")
        lines = [f"{method} {url} RTSP/1.0", *(f"{name}: {value}" for name, value in said.items()), "", ""]
        self._wire.send("\r\n".join(lines).encode())

    def _answer(self) -> Answer:
        """The next answer; packets that come before it are let go."""
        for _ in range(MOST_STRAY):
            first = self._wire.read(1)
            if first[0] != INTERLEAVED:
                return self._head(first)
            self._wire.read(int.from_bytes(self._wire.read(3)[1:], "big"))
        raise FetchError(f"{self._name}: the server does not answer")

    def _interleaved(self) -> tuple[int, bytes]:
        """The next packet; answers in between (to our signs of life) and requests of the server are let go."""
        while True:
            first = self._wire.read(1)
            if first[0] == INTERLEAVED:
                head = self._wire.read(3)
                return head[0], self._wire.read(int.from_bytes(head[1:], "big"))
            self._head(first)

    def _head(self, first: bytes) -> Answer:
        parts = (first + self._wire.line(LONGEST_LINE)).decode("latin-1").split(None, 2)
        headers: dict[str, str] = {}
        for _ in range(MOST_HEADERS):
            line = self._wire.line(LONGEST_LINE).decode("latin-1")
            if not line:
                break
            name, _, value = line.partition(":")
            # Of two ways to sign in, the stronger one is listed first by some servers and last by others.
            if (
                name.lower() != "www-authenticate"
                or value.strip().lower().startswith("digest")
                or name.lower() not in headers
            ):
                headers[name.strip().lower()] = value.strip()
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BODY or not parts:
            raise FetchError(f"{self._name}: the answer is not proper RTSP")
        body = self._wire.read(int(length))
        with contextlib.suppress(ValueError, IndexError):
            if parts[0].startswith("RTSP/"):
                return Answer(int(parts[1]), parts[2][:80] if len(parts) > 2 else "", headers, body)
            return Answer(0, "", headers, body)  # a request of the server's
        raise FetchError(f"{self._name}: the answer is not proper RTSP")
