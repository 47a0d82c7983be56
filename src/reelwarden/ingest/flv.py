"""FLV, the container that RTMP's messages fall into by themselves. Pure.

Source: Adobe's published Video File Format Specification 10.1, and the Enhanced RTMP specification for its codecs.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from reelwarden.errors import FetchError

SOUND, PICTURES, SCRIPT = 8, 9, 18
KINDS = (SOUND, PICTURES, SCRIPT)
FLAGS = {SOUND: 4, PICTURES: 1}
HELD_TAGS = 60
HELD_MILLISECONDS = 1500


@dataclass(frozen=True, slots=True)
class Tag:
    """One piece of sound, pictures or script data. `time` in milliseconds."""

    kind: int
    time: int
    data: bytes

    def packed(self) -> bytes:
        time = self.time & 0xFFFFFFFF
        head = struct.pack(">B", self.kind) + len(self.data).to_bytes(3, "big")
        head += (time & 0xFFFFFF).to_bytes(3, "big") + bytes([time >> 24, 0, 0, 0])
        return head + self.data + struct.pack(">I", len(self.data) + 11)


def header(kinds: set[int]) -> bytes:
    flags = sum(FLAGS.get(kind, 0) for kind in kinds)
    return b"FLV\x01" + struct.pack(">BII", flags, 9, 0)


def written(tags: Iterator[Tag], promised: set[int] | None = None) -> Iterator[bytes]:
    """Tags become FLV, whose head says what will come: a decoder that was promised sound waits for it.

    `promised` are the kinds that are known to come. Where nobody knows, the first tags are held until it shows. What
    is held is given also when the tags break off.
    """
    writer = Writer(promised)
    try:
        for tag in tags:
            if data := writer.put(tag):
                yield data
    except FetchError:
        if data := writer.rest():
            yield data
        raise
    if data := writer.rest():
        yield data


class Writer:
    """Holds the first tags, unless it is told what will come."""

    def __init__(self, promised: set[int] | None = None) -> None:
        self._promised = promised
        self._held: list[Tag] | None = []

    def put(self, tag: Tag) -> bytes:
        """The bytes that are due; none while the first tags are held."""
        if self._held is None:
            return tag.packed()
        self._held.append(tag)
        if self._promised is not None:
            return self.rest()
        kinds = {one.kind for one in self._held}
        times = [one.time for one in self._held if one.kind != SCRIPT] or [0]
        enough = max(times) - min(times) >= HELD_MILLISECONDS or len(self._held) >= HELD_TAGS
        return self.rest() if enough or {SOUND, PICTURES} <= kinds else b""

    def rest(self) -> bytes:
        """What is still held, with the head before it."""
        held, self._held = self._held, None
        if not held:
            return b""
        return header(self._promised or {one.kind for one in held}) + b"".join(one.packed() for one in held)


def tags(data: bytes, shift: int = 0) -> Iterator[Tag]:
    """The tags of an aggregate message, or of a file without its head; their times moved by `shift`."""
    at = 0
    while at + 11 <= len(data):
        size = int.from_bytes(data[at + 1 : at + 4], "big")
        time = int.from_bytes(data[at + 4 : at + 7], "big") | data[at + 7] << 24
        if at + 11 + size > len(data):
            return
        if data[at] in KINDS:
            yield Tag(data[at], time + shift, data[at + 11 : at + 11 + size])
        at += 15 + size
