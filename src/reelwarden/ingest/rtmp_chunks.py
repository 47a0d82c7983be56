"""RTMP's messages and the chunks that they are cut into (Adobe's RTMP specification 1.0, sections 5.3 and 5.4)."""

from __future__ import annotations

import contextlib
import struct
from dataclasses import dataclass, field

from reelwarden.errors import FetchError
from reelwarden.ingest.wire import Wire

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGE, CONTROL, WINDOW, BANDWIDTH = 1, 2, 3, 4, 5, 6
SHORT, MOST_CHUNK = 128, 1 << 24
MOST_STREAMS = 64
MOST_MESSAGE = 16 << 20
WITH_EXTENDED_TIME = 0xFFFFFF


@dataclass(frozen=True, slots=True)
class Message:
    """`time` in milliseconds; `stream` is the message stream that it belongs to."""

    kind: int
    time: int
    stream: int
    data: bytes


@dataclass(slots=True)
class _Cut:
    """What is known of a chunk stream, and what has come of its message."""

    time: int = 0
    delta: int = 0
    length: int = 0
    kind: int = 0
    stream: int = 0
    extended: bool = False
    data: bytearray = field(default_factory=bytearray)


class Messages:
    """Reads and writes messages over a wire, and answers what the protocol itself asks for."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._size = SHORT
        self._streams: dict[int, _Cut] = {}
        self._window = 0
        self._acknowledged = 0

    def send(self, kind: int, data: bytes, *, chunk_stream: int = 3, stream: int = 0) -> None:
        head = bytes([chunk_stream]) + b"\0\0\0" + len(data).to_bytes(3, "big") + bytes([kind])
        parts = [data[at : at + SHORT] for at in range(0, len(data), SHORT)]
        self._wire.send(head + struct.pack("<I", stream) + bytes([0xC0 | chunk_stream]).join(parts))

    def next(self) -> Message:
        """The next message that is not about the protocol itself."""
        while True:
            message = self._chunk()
            if self._window and self._wire.received - self._acknowledged >= self._window // 2:
                self._acknowledge()
            if message is not None and not self._is_own(message):
                return message

    def _acknowledge(self) -> None:
        """A server that has said all may have hung up; what it said is still to be read."""
        self._acknowledged = self._wire.received
        with contextlib.suppress(FetchError):
            self.send(ACKNOWLEDGE, struct.pack(">I", self._acknowledged & 0xFFFFFFFF), chunk_stream=2)

    def _is_own(self, message: Message) -> bool:
        if message.kind not in (SET_CHUNK_SIZE, ABORT, ACKNOWLEDGE, WINDOW, BANDWIDTH):
            return False
        if len(message.data) < 4:
            raise FetchError("RTMP: a control message that is cut short")
        (number,) = struct.unpack_from(">I", message.data)
        if message.kind == SET_CHUNK_SIZE:
            if not 1 <= number <= MOST_CHUNK:
                raise FetchError("RTMP: a chunk size that makes no sense")
            self._size = number
        elif message.kind == ABORT and number in self._streams:
            self._streams[number].data.clear()
        elif message.kind == WINDOW:
            self._window = number
        elif message.kind == BANDWIDTH:
            self.send(WINDOW, struct.pack(">I", number), chunk_stream=2)
        return True

    def _chunk(self) -> Message | None:
        """Reads one chunk; gives the message that it completes."""
        form, number = self._basic()
        cut = self._streams.setdefault(number, _Cut())
        if len(self._streams) > MOST_STREAMS:
            raise FetchError("RTMP: too many chunk streams")
        fresh = not cut.data
        self._head(form, cut, fresh)
        cut.data += self._wire.read(min(self._size, cut.length - len(cut.data)))
        if len(cut.data) < cut.length:
            return None
        message = Message(cut.kind, cut.time, cut.stream, bytes(cut.data))
        cut.data.clear()
        return message

    def _basic(self) -> tuple[int, int]:
        first = self._wire.read(1)[0]
        number = first & 0x3F
        if number == 0:
            number = 64 + self._wire.read(1)[0]
        elif number == 1:
            number = 64 + int.from_bytes(self._wire.read(2), "little")
        return first >> 6, number

    def _head(self, form: int, cut: _Cut, fresh: bool) -> None:
        """The message header: each form leaves out more of what is as in the chunk before."""
        head = self._wire.read((11, 7, 3, 0)[form])
        if form < 2:
            cut.length = int.from_bytes(head[3:6], "big")
            cut.kind = head[6]
            cut.data.clear()
            fresh = True
        if form == 0:
            (cut.stream,) = struct.unpack_from("<I", head, 7)
        time = int.from_bytes(head[:3], "big") if form < 3 else 0
        if form < 3:
            cut.extended = time == WITH_EXTENDED_TIME
        if cut.extended:
            time = int.from_bytes(self._wire.read(4), "big")
        if form == 0:
            cut.time, cut.delta = time, 0
        elif fresh:
            cut.delta = cut.delta if form == 3 else time
            cut.time = (cut.time + cut.delta) & 0xFFFFFFFF
        if cut.length > MOST_MESSAGE or (cut.length == 0 and not cut.kind):
            raise FetchError("RTMP: a message that makes no sense")
