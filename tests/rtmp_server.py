"""A small RTMP server for tests, which plays the tags of an FLV file to whoever asks. Written apart from our client."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator

Tag = tuple[int, int, bytes]
"""kind, milliseconds, data."""


def flv_tags(data: bytes) -> Iterator[Tag]:
    at = 13
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        time = int.from_bytes(data[at + 4 : at + 7], "big") | data[at + 7] << 24
        yield data[at], time, data[at + 11 : at + 11 + size]
        at += size + 15


def text(value: str) -> bytes:
    return b"\x02" + struct.pack(">H", len(value)) + value.encode()


def number(value: float) -> bytes:
    return b"\x00" + struct.pack(">d", value)


def status(code: str) -> bytes:
    pairs = b"".join(
        struct.pack(">H", len(name)) + name.encode() + text(value)
        for name, value in (("level", "status"), ("code", code), ("description", "said by the test"))
    )
    return text("onStatus") + number(0) + b"\x05" + b"\x03" + pairs + b"\0\0\x09"


class Conversation:
    """One client. `size` is the length of the chunks that we send."""

    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self.size = 128
        self.commands: list[bytes] = []

    def take(self, count: int) -> bytes:
        held = b""
        while len(held) < count:
            piece = self.wire.recv(count - len(held))
            if not piece:
                raise ConnectionError
            held += piece
        return held

    def shake_hands(self) -> None:
        self.take(1)
        theirs = self.take(1536)
        ours = bytes(8) + os.urandom(1528)
        self.wire.sendall(b"\x03" + ours + theirs)
        assert self.take(1536) == ours, "the client did not send back what it got"

    def command(self, name: bytes) -> bytes:
        """Reads messages, which come whole and in chunks of 128, until one holds the name."""
        while True:
            head = self.take(1)[0]
            assert head >> 6 == 0, "our reader knows whole heads only"
            rest = self.take(11)
            length = int.from_bytes(rest[3:6], "big")
            data = b""
            while len(data) < length:
                if data:
                    assert self.take(1)[0] >> 6 == 3
                data += self.take(min(128, length - len(data)))
            self.commands.append(data)
            if rest[6] == 20 and data.startswith(text(name.decode())):
                return data

    def say(self, kind: int, data: bytes, *, time: int = 0, stream: int = 0, chunk_stream: int = 3) -> None:
        extended = struct.pack(">I", time) if time >= 0xFFFFFF else b""
        head = bytes([chunk_stream]) + min(time, 0xFFFFFF).to_bytes(3, "big") + len(data).to_bytes(3, "big")
        head += bytes([kind]) + struct.pack("<I", stream) + extended
        self._cut(head, data, chunk_stream, extended)

    def say_on(self, form: int, kind: int, data: bytes, delta: int, chunk_stream: int) -> None:
        """A message whose head leaves out what is as before: form 1, 2 or 3."""
        head = bytes([form << 6 | chunk_stream])
        if form < 3:
            head += delta.to_bytes(3, "big")
        if form == 1:
            head += len(data).to_bytes(3, "big") + bytes([kind])
        self._cut(head, data, chunk_stream, b"")

    def _cut(self, head: bytes, data: bytes, chunk_stream: int, extended: bytes) -> None:
        parts = [data[at : at + self.size] for at in range(0, len(data), self.size)] or [b""]
        self.wire.sendall(head + (bytes([0xC0 | chunk_stream]) + extended).join(parts))

    def set_size(self, size: int) -> None:
        self.say(1, struct.pack(">I", size), chunk_stream=2)
        self.size = size

    def welcome(self) -> None:
        """All up to the first tag, with what servers say in between."""
        self.shake_hands()
        self.command(b"connect")
        self.say(5, struct.pack(">I", 5000), chunk_stream=2)
        self.say(6, struct.pack(">IB", 5000, 2), chunk_stream=2)
        self.set_size(300)
        self.say(20, text("onBWDone") + number(0) + b"\x05")
        self.say(20, text("_result") + number(1) + b"\x03\0\0\x09" + b"\x03\0\0\x09")
        self.command(b"createStream")
        self.say(20, text("_result") + number(2) + b"\x05" + number(1))
        self.command(b"play")
        self.say(4, struct.pack(">HI", 0, 1), chunk_stream=2)
        self.say(20, status("NetStream.Play.Start"), stream=1, chunk_stream=5)


class RtmpServer:
    """`play(conversation)` decides what each client gets; the connection ends when it returns."""

    def __init__(self, play: Callable[[Conversation], None], host: str = "127.0.0.2") -> None:
        self.talks: list[Conversation] = []
        self._play = play
        self._listener = socket.create_server((host, 0))
        self.url = f"rtmp://{host}:{self._listener.getsockname()[1]}/live/name?key=1"

    def __enter__(self) -> RtmpServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(wire,), daemon=True).start()

    def _talk(self, wire: socket.socket) -> None:
        with wire:
            wire.settimeout(120)
            talk = Conversation(wire)
            self.talks.append(talk)
            try:
                self._play(talk)
                wire.shutdown(socket.SHUT_WR)
                while wire.recv(65536):
                    pass
            except OSError:
                return
