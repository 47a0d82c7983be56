"""The packets of an open container, in file order, on one rising clock and within the limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import av
from av.packet import Packet
from av.stream import Discard, Stream

from reelwarden.errors import MediaDamaged
from reelwarden.media.clock import Clock
from reelwarden.media.container import Opened
from reelwarden.media.emitter import Tally
from reelwarden.media.limits import Limits, check_duration, check_packets

Pace = Callable[[float], None]
"""Told the seconds of media read so far."""


@dataclass(slots=True)
class Held:
    """A packet with its times in seconds on the media's clock; `shown` is None where the file does not say."""

    packet: Packet[Any]
    shown: float | None
    decoded: float | None
    size: int
    key: bool
    hidden: bool


@dataclass(slots=True)
class Reader:
    """Iterate once. `read` counts the packets of each stream, by its index; `end` is when the last one ends.

    A stream that begins after the container was opened cannot be followed. It is an error, unless `ignores_new` leaves
    it out; `met_new` says that there was one.
    """

    opened: Opened
    streams: Sequence[Stream]
    limits: Limits
    tally: Tally
    pace: Pace
    ignores_new: bool = False
    read: dict[int, int] = field(default_factory=dict)
    end: float = 0.0
    met_new: bool = False

    def __iter__(self) -> Iterator[Held]:
        clock = Clock(self.opened.spliced)
        for packet in self._packets():
            self.tally.packets += 1
            self.read[packet.stream_index] = self.read.get(packet.stream_index, 0) + 1
            yield self._placed(packet, clock)

    def _packets(self) -> Iterator[Packet[Any]]:
        for stream in self.opened.container.streams:
            stream.discard = Discard.default if stream in self.streams else Discard.all
        packets = self.opened.container.demux(*self.streams) if self.streams else iter(())
        while True:
            try:
                packet = next(packets, None)
            except MemoryError:
                raise
            except IndexError as error:
                self.met_new = True
                if not self.ignores_new:
                    raise MediaDamaged("a stream that begins in the middle of this media cannot be followed") from error
                packets = self.opened.container.demux(*self.streams)
                continue
            except (av.FFmpegError, ValueError):  # broken off: what came before counts
                self.tally.errors += 1
                self.tally.truncated = True
                return
            if packet is None:
                return
            if packet.size:
                yield packet

    def _placed(self, packet: Packet[Any], clock: Clock) -> Held:
        base, origin = packet.time_base, self.opened.origin
        stamp = packet.dts if packet.dts is not None else packet.pts
        if stamp is not None:
            shift = round(clock.shift(packet.stream_index, float(stamp * base) - origin) / base)
            if shift:
                packet.pts = packet.pts + shift if packet.pts is not None else None
                packet.dts = packet.dts + shift if packet.dts is not None else None
        self._check(clock.now)
        shown = None if packet.pts is None else float(packet.pts * base) - origin
        decoded = None if packet.dts is None else float(packet.dts * base) - origin
        lasts = float((packet.duration or 0) * base)
        self.end = max(self.end, (shown if shown is not None else clock.now) + lasts)
        return Held(packet, shown, decoded, packet.size, packet.is_keyframe, packet.is_discard)

    def _check(self, now: float) -> None:
        read = max(0.0, now - self.opened.begins)
        self.tally.seconds = read
        self.pace(read)
        check_duration(now, self.limits)
        check_packets(self.tally.packets, read, self.limits)
