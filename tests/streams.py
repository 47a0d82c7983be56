"""Streams made on the spot: HLS and DASH folders cut by PyAV, and a server that gives files and parts of files."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import av
import numpy as np
from clips import frame_number, make_clip
from numpy.typing import NDArray
from servers import PUBLIC, Handler, Server, says

from reelwarden.ingest.transport import crc

RANGE = re.compile(rb"Range: bytes=(\d+)-(\d+)", re.IGNORECASE)
Files = dict[str, bytes | Callable[[], bytes]]
"""path → what is there; a callable is asked anew for each request."""


class Whole(io.FileIO):
    """Not buffered, and yet never writes only a part, as a pipe may whose writer was stopped in between."""

    def write(self, data: Any) -> int:
        view = memoryview(data)
        while view:
            view = view[super().write(view) or 0 :]
        return len(data)


def gives(files: Files, *, ranges: bool = True) -> Handler:
    """A web server's behaviour: 200, 206 for a part, 404."""

    def handle(wire: socket.socket, head: bytes) -> None:
        path = head.split()[1].decode().partition("?")[0]
        found = files.get(path)
        if found is None:
            says(b"no", status="404 Not Found")(wire, head)
            return
        body = found() if callable(found) else found
        part = RANGE.search(head)
        if part and ranges:
            first, last = int(part[1]), int(part[2])
            extent = f"bytes {first}-{last}/{len(body)}"
            says(body[first : last + 1], status="206 Partial Content", Content_Range=extent)(wire, head)
        else:
            says(body)(wire, head)

    return handle


def serving(files: Files, host: str = PUBLIC, *, ranges: bool = True) -> Server:
    return Server(gives(files, ranges=ranges), host)


def tone(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.4 * np.sin(2 * np.pi * 440 * seconds)


def cut(folder: Path, seconds: float = 6.0, *, kind: str = "hls", sound: bool = True, **options: str) -> Files:
    """A clip of 25 pictures a second, cut at every second, as files below `/`. kind: hls or dash."""
    folder.mkdir(parents=True, exist_ok=True)
    name = "index.m3u8" if kind == "hls" else "index.mpd"
    defaults = {"hls": {"hls_time": "1", "hls_list_size": "0"}, "dash": {"seg_duration": "1"}}[kind]
    make_clip(
        folder / name,
        seconds,
        audio=tone if sound else None,
        container=kind,
        container_options={**defaults, **options},
        b_frames=0,
    )
    return {f"/{path.name}": path.read_bytes() for path in folder.iterdir()}


def ts_packet(pid: int, section: bytes) -> bytes:
    """A transport packet that holds one table section, its checksum added."""
    whole = section + crc(section).to_bytes(4, "big")
    return (bytes([0x47, 0x40 | pid >> 8, pid & 0xFF, 0x10, 0]) + whole).ljust(188, b"\xff")


EMPTY_TS = b"".join(
    [
        ts_packet(0, bytes.fromhex("00 b00d 0001 c1 00 00 0001 e100")),
        ts_packet(0x100, bytes.fromhex("02 b012 0001 c1 00 00 e101 f000 1b e101 f000")),
    ]
)
"""The tables of a transport stream that names pictures (H.264, PID 257) and holds none."""


class Pipe:
    """Bytes that can be read once, from front to back."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = b""

    def read(self, size: int) -> bytes:
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._held = piece
        given, self._held = self._held[:size], self._held[size:]
        return given


def played(pieces: Iterable[bytes], form: str | None = None) -> tuple[list[int], float]:
    """What a decoder sees that reads the bytes from a pipe: the numbers of the pictures, and the seconds of sound."""
    numbers: list[int] = []
    samples = 0
    with av.open(Pipe(pieces), format=form) as container:
        for packet in container.demux([*container.streams.video, *container.streams.audio]):
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame):
                    numbers.append(frame_number(frame.to_ndarray(format="rgb24")))
                elif isinstance(frame, av.AudioFrame):
                    samples += frame.samples
    return numbers, samples / 48_000
