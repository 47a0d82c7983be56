"""RTP packets become FLV tags: H.264 (RFC 6184), H.265 (RFC 7798), AAC (RFC 3640), G.711 (RFC 3551). Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from reelwarden.ingest.flv import PICTURES, SOUND, Tag
from reelwarden.ingest.sdp import Description

HEADER = 12
MOST_UNIT = 16 << 20
"""Bytes of one picture."""
AAC_SAMPLES = 1024
AAC_HEAD = 0xAF
G711_HEADS = {"PCMA": 0x72, "PCMU": 0x82}
AVC_HEAD = 7
HEVC = b"hvc1"
START, FRAME = 0, 1
FAR = 1 << 31


@dataclass(frozen=True, slots=True)
class Packet:
    marker: bool
    time: int
    payload: bytes


def packet(data: bytes) -> Packet | None:
    """None for what is no RTP packet."""
    if len(data) < HEADER or data[0] >> 6 != 2:
        return None
    at = HEADER + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        at += 4 + 4 * int.from_bytes(data[at + 2 : at + 4], "big")
    end = len(data) - (data[-1] if data[0] & 0x20 else 0)
    (time,) = struct.unpack_from(">I", data, 4)
    return Packet(bool(data[1] & 0x80), time, data[at:end]) if at < end else None


class Track(Protocol):
    """One track's packets in, its tags out."""

    def put(self, packet: Packet, milliseconds: int) -> Iterator[Tag]: ...


def track_of(description: Description) -> Track | None:
    """None for a codec that FLV cannot hold."""
    if description.codec == "H264":
        return Pictures(Avc(description.sets("sprop-parameter-sets")))
    if description.codec in ("H265", "HEVC"):
        return Pictures(Hevc(description.sets("sprop-vps", "sprop-sps", "sprop-pps")))
    if description.codec == "MPEG4-GENERIC" and "config" in description.parameters:
        return Aac(description)
    if description.codec in G711_HEADS:
        return G711(description.codec)
    return None


class Clock:
    """RTP times (32 bits, from anywhere) as milliseconds from the start of the session."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._last: int | None = None
        self._ticks = 0
        self._offset = 0.0

    def milliseconds(self, time: int, now: float) -> int:
        """`now`: seconds since the session began, by which the first packet is placed, and one after a leap."""
        if self._last is None:
            self._offset = now * 1000
        else:
            step = (time - self._last + FAR) % (2 * FAR) - FAR
            self._ticks += step
            if abs(step) > 60 * self._rate:
                self._ticks, self._offset = 0, now * 1000
        self._last = time
        return max(0, round(self._offset + self._ticks * 1000 / self._rate))


class Codec(Protocol):
    """What differs between H.264 and H.265."""

    def units(self, payload: bytes) -> Iterator[tuple[bytes, bool]]: ...
    def learn(self, unit: bytes) -> None: ...
    def configuration(self) -> bytes: ...
    def is_key(self, unit: bytes) -> bool: ...
    def head(self, key: bool, kind: int, shift: int) -> bytes: ...


class Pictures:
    """NAL units of one time are one picture."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._units: list[bytes] = []
        self._part = bytearray()
        self._time: int | None = None
        self._milliseconds = 0
        self._decoded = 0
        self._told = b""

    def put(self, packet: Packet, milliseconds: int) -> Iterator[Tag]:
        if self._time is not None and packet.time != self._time:
            yield from self._picture()
        self._time, self._milliseconds = packet.time, milliseconds
        for piece, starts in self._codec.units(packet.payload):
            if starts:
                self._end_part()
            if starts or self._part:  # the middle of a unit whose start we never saw is of no use
                self._part += piece
        if sum(map(len, self._units)) + len(self._part) > MOST_UNIT:
            self._units.clear()
            self._part.clear()
        if packet.marker:
            yield from self._picture()

    def _end_part(self) -> None:
        if self._part:
            unit = bytes(self._part)
            self._codec.learn(unit)
            self._units.append(unit)
            self._part.clear()

    def _picture(self) -> Iterator[Tag]:
        self._end_part()
        units, self._units = self._units, []
        configuration = self._codec.configuration()
        if not units or not configuration:
            return
        self._decoded = max(self._decoded, self._milliseconds)
        if configuration != self._told:
            self._told = configuration
            yield Tag(PICTURES, self._decoded, self._codec.head(True, START, 0) + configuration)
        key = any(self._codec.is_key(unit) for unit in units)
        body = b"".join(struct.pack(">I", len(unit)) + unit for unit in units)
        yield Tag(PICTURES, self._decoded, self._codec.head(key, FRAME, self._milliseconds - self._decoded) + body)


class Avc:
    """H.264."""

    SINGLE, STAP, FRAGMENT = range(1, 24), 24, 28
    KEY, SPS, PPS = 5, 7, 8

    def __init__(self, sets: list[bytes]) -> None:
        self._sets: dict[int, bytes] = {}
        for unit in sets:
            self.learn(unit)

    def units(self, payload: bytes) -> Iterator[tuple[bytes, bool]]:
        """(bytes, whether they start a unit)."""
        kind = payload[0] & 0x1F
        if kind in self.SINGLE:
            yield payload, True
        elif kind == self.STAP:
            yield from _aggregated(payload, 1)
        elif kind == self.FRAGMENT and len(payload) > 2:
            if payload[1] & 0x80:
                yield bytes([payload[0] & 0xE0 | payload[1] & 0x1F]) + payload[2:], True
            else:
                yield payload[2:], False

    def learn(self, unit: bytes) -> None:
        if unit[0] & 0x1F in (self.SPS, self.PPS) and len(unit) > 3:
            self._sets[unit[0] & 0x1F] = unit

    def configuration(self) -> bytes:
        sps, pps = self._sets.get(self.SPS, b""), self._sets.get(self.PPS, b"")
        if not sps or not pps:
            return b""
        lengths = [struct.pack(">H", len(unit)) + unit for unit in (sps, pps)]
        return b"\x01" + sps[1:4] + b"\xff\xe1" + lengths[0] + b"\x01" + lengths[1]

    def is_key(self, unit: bytes) -> bool:
        return unit[0] & 0x1F == self.KEY

    def head(self, key: bool, kind: int, shift: int) -> bytes:
        return bytes([(1 if key else 2) << 4 | AVC_HEAD, kind]) + (shift & 0xFFFFFF).to_bytes(3, "big")


class Hevc:
    """H.265."""

    AGGREGATE, FRAGMENT = 48, 49
    KEYS = range(16, 22)
    SETS = (32, 33, 34)
    """The kinds of VPS, SPS, PPS."""

    def __init__(self, sets: list[bytes]) -> None:
        self._sets: dict[int, bytes] = {}
        for unit in sets:
            self.learn(unit)

    def units(self, payload: bytes) -> Iterator[tuple[bytes, bool]]:
        kind = payload[0] >> 1 & 0x3F
        if kind < self.AGGREGATE:
            yield payload, True
        elif kind == self.AGGREGATE:
            yield from _aggregated(payload, 2)
        elif kind == self.FRAGMENT and len(payload) > 3:
            if payload[2] & 0x80:
                yield bytes([payload[0] & 0x81 | (payload[2] & 0x3F) << 1, payload[1]]) + payload[3:], True
            else:
                yield payload[3:], False

    def learn(self, unit: bytes) -> None:
        if unit[0] >> 1 & 0x3F in self.SETS and len(unit) > 3:
            self._sets[unit[0] >> 1 & 0x3F] = unit

    def configuration(self) -> bytes:
        """The profile is copied from the SPS; a decoder reads the rest there itself."""
        if not all(kind in self._sets for kind in self.SETS):
            return b""
        profile = self._sets[33].replace(b"\0\0\x03", b"\0\0")[3:15].ljust(12, b"\0")
        arrays = b"".join(
            bytes([0x80 | kind, 0, 1]) + struct.pack(">H", len(self._sets[kind])) + self._sets[kind]
            for kind in self.SETS
        )
        return b"\x01" + profile + bytes([0xF0, 0, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 0x0F, len(self.SETS)]) + arrays

    def is_key(self, unit: bytes) -> bool:
        return unit[0] >> 1 & 0x3F in self.KEYS

    def head(self, key: bool, kind: int, shift: int) -> bytes:
        moved = (shift & 0xFFFFFF).to_bytes(3, "big") if kind == FRAME else b""
        return bytes([0x80 | (1 if key else 2) << 4 | kind]) + HEVC + moved


def _aggregated(payload: bytes, at: int) -> Iterator[tuple[bytes, bool]]:
    """Several small units in one packet, each after its length."""
    while at + 2 < len(payload):
        size = int.from_bytes(payload[at : at + 2], "big")
        unit = payload[at + 2 : at + 2 + size]
        if size and len(unit) == size:
            yield unit, True
        at += 2 + size


class Aac:
    """AAC by `mpeg4-generic`: headers with sizes, then the units."""

    def __init__(self, description: Description) -> None:
        said = description.parameters
        self._rate = description.clock
        self._size = _number(said.get("sizelength"), 13)
        self._index = _number(said.get("indexlength"), 3)
        self._config = bytes.fromhex(said["config"]) if _is_hex(said["config"]) else b""
        self._part = bytearray()
        self._told = False

    def put(self, packet: Packet, milliseconds: int) -> Iterator[Tag]:
        if not self._config:
            return
        if not self._told:
            self._told = True
            yield Tag(SOUND, milliseconds, bytes([AAC_HEAD, START]) + self._config)
        bits = int.from_bytes(packet.payload[:2], "big")
        heads, at = packet.payload[2 : 2 + (bits + 7) // 8], 2 + (bits + 7) // 8
        width = self._size + self._index
        count = min(bits // width, 8 * len(heads) // width)
        value, spare = int.from_bytes(heads, "big"), 8 * len(heads)
        for n in range(count):
            size = value >> (spare - width * n - self._size) & ((1 << self._size) - 1)
            unit = packet.payload[at : at + size]
            at += size
            if len(unit) == size:
                yield self._tag(unit, milliseconds + round(1000 * AAC_SAMPLES * n / self._rate))
            else:
                yield from self._in_parts(unit, size, packet.marker, milliseconds)

    def _in_parts(self, part: bytes, size: int, last: bool, milliseconds: int) -> Iterator[Tag]:
        """A unit that is larger than a packet: each packet says its whole size."""
        self._part += part
        if last or len(self._part) >= size:
            if len(self._part) == size:
                yield self._tag(bytes(self._part), milliseconds)
            self._part.clear()

    def _tag(self, unit: bytes, milliseconds: int) -> Tag:
        return Tag(SOUND, milliseconds, bytes([AAC_HEAD, FRAME]) + unit)


class G711:
    def __init__(self, codec: str) -> None:
        self._head = bytes([G711_HEADS[codec]])

    def put(self, packet: Packet, milliseconds: int) -> Iterator[Tag]:
        yield Tag(SOUND, milliseconds, self._head + packet.payload)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and 0 < int(text) <= 32 else otherwise


def _is_hex(text: str) -> bool:
    return bool(text) and len(text) % 2 == 0 and all(letter in "0123456789abcdefABCDEF" for letter in text)
