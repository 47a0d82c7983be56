"""RTMP, played: a handshake, a few commands, then messages of sound and pictures that become FLV.

Written from Adobe's RTMP specification 1.0. Ours, so that the decoder needs no network: it reads the FLV from a pipe.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest import amf
from reelwarden.ingest.egress import AGENT, Egress
from reelwarden.ingest.feed import Chunk
from reelwarden.ingest.flv import KINDS, Tag, tags, written
from reelwarden.ingest.rtmp_chunks import CONTROL, Message, Messages
from reelwarden.ingest.segments import Unreadable
from reelwarden.ingest.url import parse
from reelwarden.ingest.wire import Wire

SCHEMES = ("rtmp", "rtmps")
VERSION, HANDSHAKE = 3, 1536
COMMAND_3, COMMAND, DATA_3, DATA, AGGREGATE = 17, 20, 15, 18, 22
STREAM_ENDS, PING, PONG, BUFFER = 1, 6, 7, 3
BUFFER_MILLISECONDS = 1000
SECONDS_TO_BEGIN = 20.0
MOST_BEFORE = 200
"""Messages that may come before the answer to a command."""
VIDEO_CODECS, AUDIO_CODECS = 252.0, 3575.0
"""All that a player of 2008 could say it knows: servers leave out what is not named."""
NOT_THERE = ("NetStream.Play.StreamNotFound", "NetStream.Play.Failed", "NetStream.Failed")
ENDED = ("NetStream.Play.Stop", "NetStream.Play.Complete")
UNPUBLISHED = "NetStream.Play.UnpublishNotify"


@dataclass(frozen=True, slots=True)
class Place:
    """An RTMP address taken apart. `link` is what the server is told that it was called."""

    url: str
    app: str
    stream: str
    link: str


def place_of(url: str) -> Place:
    """`rtmp://host/app/stream`, or `rtmp://host/app/instance/stream…`. Raises EgressRefused for another shape."""
    target = parse(url, SCHEMES)
    parts = urlsplit(url)
    path, names = parts.path.strip("/"), parts.path.strip("/").split("/")
    cut = 2 if len(names) > 2 else 1
    if len(names) < 2 or not all(names):
        raise EgressRefused("an RTMP address needs an application and a stream", "like rtmp://host/live/name")
    app = "/".join(names[:cut])
    stream = path[len(app) + 1 :] + (f"?{parts.query}" if parts.query else "")
    return Place(url, app, stream, f"{target.scheme}://{target.authority}/{app}")


class RtmpPlayer:
    """One address; each `chunks()` is a new connection."""

    kind = "rtmp"

    def __init__(self, place: Place, way: Egress) -> None:
        self.notes: list[str] = []
        self._place = place
        self._way = way
        self._wire: Wire | None = None
        self._closed = False

    def chunks(self) -> Iterator[Chunk]:
        """Raises FetchError when the stream is not there or breaks off."""
        with self._way.open(self._place.url, SCHEMES, total=math.inf) as wire:
            self._wire = wire
            try:
                yield from self._played(wire)
            finally:
                self._wire = None

    def close(self) -> None:
        self._closed = True
        wire = self._wire
        if wire is not None:
            wire.abort()

    def _played(self, wire: Wire) -> Iterator[Chunk]:
        _shake_hands(wire)
        session = _Session(wire, self._place)
        session.begin()
        fresh = True
        for data in written(session.tags()):
            yield Chunk(data, "flv", fresh)
            fresh = False


def _shake_hands(wire: Wire) -> None:
    """C0 C1, then S0 S1, then C2, then S2: what each side sent is sent back to it."""
    wire.send(bytes([VERSION]) + bytes(8) + os.urandom(HANDSHAKE - 8))
    if wire.read(1)[0] != VERSION:
        raise Unreadable(f"{wire.target.shown}: the server does not speak RTMP")
    wire.send(wire.read(HANDSHAKE))
    wire.read(HANDSHAKE)


class _Session:
    """The commands of one connection."""

    def __init__(self, wire: Wire, place: Place) -> None:
        self._name = wire.target.shown
        self._place = place
        self._messages = Messages(wire)
        self._stream = 0

    def begin(self) -> None:
        """connect, createStream, play."""
        self._command("connect", 1, _connecting(self._place))
        self._result(1)
        self._command("createStream", 2, None)
        answer = self._result(2)
        if not isinstance(answer, float):
            raise FetchError(f"{self._name}: the server made no stream")
        self._stream = int(answer)
        self._command("play", 3, None, self._place.stream, -2000.0, stream=self._stream)
        self._messages.send(CONTROL, struct.pack(">HII", BUFFER, self._stream, BUFFER_MILLISECONDS), chunk_stream=2)

    def tags(self) -> Iterator[Tag]:
        """Until the server says that the stream has ended. A publisher that leaves is a drop: it may come back."""
        while True:
            message = self._messages.next()
            if message.kind in KINDS:
                yield from _plain(message)
            elif message.kind == AGGREGATE:
                found = list(tags(message.data))
                shift = message.time - found[0].time if found else 0
                yield from (Tag(tag.kind, tag.time + shift, tag.data) for tag in found)
            elif message.kind == CONTROL:
                self._control(message)
            elif message.kind in (COMMAND, COMMAND_3) and self._has_ended(message):
                return

    def _command(
        self, name: str, number: int, *values: str | float | dict[str, bool | float | str] | None, stream: int = 0
    ) -> None:
        self._messages.send(COMMAND, amf.write(name, float(number), *values), stream=stream)

    def _result(self, number: int) -> amf.Value:
        """What the server answers to a command."""
        for _ in range(MOST_BEFORE):
            message = self._messages.next()
            if message.kind == CONTROL:
                self._control(message)
            if message.kind not in (COMMAND, COMMAND_3):
                continue
            values = _values(message)
            if len(values) > 1 and values[0] in ("_result", "_error") and values[1] == number:
                if values[0] == "_error":
                    raise FetchError(f"{self._name}: the server refuses: {_said(values)}")
                return values[3] if len(values) > 3 else None
        raise FetchError(f"{self._name}: the server does not answer a command")

    def _control(self, message: Message) -> None:
        if len(message.data) >= 6 and int.from_bytes(message.data[:2], "big") == PING:
            self._messages.send(CONTROL, struct.pack(">H", PONG) + message.data[2:6], chunk_stream=2)

    def _has_ended(self, message: Message) -> bool:
        values = _values(message)
        status = values[3] if values[:1] == ["onStatus"] and len(values) > 3 else None
        code = status.get("code") if isinstance(status, dict) else None
        if code in NOT_THERE:
            raise FetchError(f"{self._name}: no such stream now: {_said(values)}")
        if code == UNPUBLISHED:
            raise FetchError(f"{self._name}: the publisher has gone")
        return code in ENDED


def _connecting(place: Place) -> dict[str, bool | float | str]:
    return {
        "app": place.app,
        "flashVer": AGENT,
        "tcUrl": place.link,
        "fpad": False,
        "capabilities": 239.0,
        "audioCodecs": AUDIO_CODECS,
        "videoCodecs": VIDEO_CODECS,
        "videoFunction": 1.0,
    }


def _plain(message: Message) -> Iterator[Tag]:
    if message.data:
        yield Tag(message.kind, message.time, message.data)


def _values(message: Message) -> list[amf.Value]:
    """A command of the later kind starts with a byte that says AMF 0 follows."""
    return amf.read(message.data[1:] if message.kind == COMMAND_3 else message.data)


def _said(values: list[amf.Value]) -> str:
    """The server's own words, short and on one line."""
    told = next((value for value in values[2:] if isinstance(value, dict)), {})
    return " ".join(str(told.get("description") or told.get("code") or "without a reason").split())[:120]
