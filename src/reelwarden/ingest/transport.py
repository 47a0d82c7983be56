"""MPEG transport streams (ISO/IEC 13818-1), as far as sound that comes apart is put into the stream of the pictures.

The sound's packets get a number (PID) that the pictures do not use, and the pictures' programme map names them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reelwarden.errors import FetchError

PACKET = 188
SYNC = 0x47
PAT = 0
SOUND_TYPES = {0x03: "MPEG", 0x04: "MPEG", 0x0F: "AAC", 0x11: "AAC LATM", 0x81: "AC-3", 0x87: "E-AC-3"}
PRIVATE = 0x06
SOUND_DESCRIPTORS = frozenset({0x6A, 0x7A, 0x7B, 0x7C})
"""AC-3, E-AC-3, DTS and AAC carried as private data (ETSI EN 300 468)."""
CRC_POLYNOMIAL = 0x04C11DB7


@dataclass(frozen=True, slots=True)
class Elementary:
    """One stream of a programme as its map names it."""

    kind: int
    pid: int
    descriptors: bytes

    @property
    def is_sound(self) -> bool:
        private = self.kind == PRIVATE and any(tag in SOUND_DESCRIPTORS for tag in _tags(self.descriptors))
        return self.kind in SOUND_TYPES or private


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme map: where it stands, its whole section, and what it names."""

    pid: int
    section: bytes
    streams: tuple[Elementary, ...]


def is_transport(data: bytes) -> bool:
    return data[:1] == b"\x47" and (len(data) <= PACKET or data[PACKET] == SYNC)


def packets(data: bytes) -> Iterator[bytes]:
    """The packets; what is out of step is passed over."""
    at = 0
    while at + PACKET <= len(data):
        if data[at] != SYNC:
            at = data.find(b"\x47", at + 1)
            if at < 0:
                return
            continue
        yield data[at : at + PACKET]
        at += PACKET


def programme(data: bytes) -> Programme:
    """The first programme of a segment. Raises FetchError when its tables are not there."""
    maps: set[int] = set()
    for packet in packets(data):
        pid = _pid(packet)
        section = _section(packet)
        if pid == PAT and section:
            maps |= {int.from_bytes(section[n + 2 : n + 4], "big") & 0x1FFF for n in range(8, len(section) - 4, 4)}
        elif pid in maps and section and section[0] == 2:
            return Programme(pid, section, tuple(_streams(section)))
    raise FetchError("a segment without a programme map")


class SoundJoiner:
    """Puts the sound of one stream into another. Made from the first segment of each."""

    def __init__(self, pictures: bytes, sound: bytes) -> None:
        self._map = programme(pictures)
        found = next((stream for stream in programme(sound).streams if stream.is_sound), None)
        if found is None:
            raise FetchError("a sound playlist whose segments hold no sound that is known")
        taken = {_pid(packet) for packet in packets(pictures)} | {stream.pid for stream in self._map.streams}
        self._from = found.pid
        self._to = next(pid for pid in range(0x1F00, 0x1FFF) if pid not in taken)
        self._section = _with_stream(self._map.section, Elementary(found.kind, self._to, found.descriptors))

    def pictures(self, segment: bytes) -> bytes:
        """The segment, its programme map naming the sound too."""
        return b"".join(
            _map_packet(packet, self._section) if _pid(packet) == self._map.pid and packet[1] & 0x40 else packet
            for packet in packets(segment)
        )

    def sound(self, segment: bytes) -> bytes:
        """The sound's packets, under their new number; tables and the rest stay behind."""
        head = self._to >> 8
        low = bytes([self._to & 0xFF])
        return b"".join(
            packet[:1] + bytes([packet[1] & 0xE0 | head]) + low + packet[3:]
            for packet in packets(segment)
            if _pid(packet) == self._from
        )


def _pid(packet: bytes) -> int:
    return (packet[1] & 0x1F) << 8 | packet[2]


def _section(packet: bytes) -> bytes:
    """The table section that starts, and ends, in this packet; empty when there is none."""
    if not packet[1] & 0x40 or not packet[3] & 0x10:
        return b""
    at = 5 + packet[4] if packet[3] & 0x20 else 4
    if at >= PACKET:
        return b""
    at += 1 + packet[at]
    length = 3 + (int.from_bytes(packet[at + 1 : at + 3], "big") & 0xFFF)
    section = packet[at : at + length]
    return section if len(section) == length and length >= 12 else b""


def _streams(section: bytes) -> Iterator[Elementary]:
    at = 12 + (int.from_bytes(section[10:12], "big") & 0xFFF)
    while at + 5 <= len(section) - 4:
        length = int.from_bytes(section[at + 3 : at + 5], "big") & 0xFFF
        pid = int.from_bytes(section[at + 1 : at + 3], "big") & 0x1FFF
        yield Elementary(section[at], pid, section[at + 5 : at + 5 + length])
        at += 5 + length


def _tags(descriptors: bytes) -> Iterator[int]:
    at = 0
    while at + 2 <= len(descriptors):
        yield descriptors[at]
        at += 2 + descriptors[at + 1]


def _with_stream(section: bytes, stream: Elementary) -> bytes:
    """The map with one more stream, fitting into one packet."""
    pid, length = (0xE000 | stream.pid).to_bytes(2, "big"), (0xF000 | len(stream.descriptors)).to_bytes(2, "big")
    entry = bytes([stream.kind]) + pid + length + stream.descriptors
    body = section[3:-4] + entry
    head = section[:1] + (0xB000 | len(body) + 4).to_bytes(2, "big")
    if len(head) + len(body) + 4 > PACKET - 5:
        raise FetchError("a programme map that has no room for the sound")
    return head + body + crc(head + body).to_bytes(4, "big")


def _map_packet(packet: bytes, section: bytes) -> bytes:
    """The map's packet anew: its counter stays."""
    head = packet[:3] + bytes([packet[3] & 0xCF | 0x10])
    return (head + b"\0" + section).ljust(PACKET, b"\xff")


def crc(data: bytes) -> int:
    """The checksum of table sections (CRC-32/MPEG-2)."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ (CRC_POLYNOMIAL if value & 0x80000000 else 0)) & 0xFFFFFFFF
    return value
