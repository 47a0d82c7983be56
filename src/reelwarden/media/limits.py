"""What one piece of media may cost. Whoever goes over is stopped with a LimitExceeded that names the limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from reelwarden.errors import LimitExceeded

if TYPE_CHECKING:
    from reelwarden.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one decode. docs/reference/limits.md explains each one.

    CPU and wall time grow with the seconds of media that were really read, never with a claimed duration. Wall time
    counts only while somebody waits for the decoder, so slow detectors do not use it up.
    """

    max_bytes: int = 8 << 30
    max_pixels: int = 7680 * 4320
    max_duration: float = 4 * 3600.0
    max_streams: int = 64
    max_packets_per_second: int = 4000
    max_gop_bytes: int = 64 << 20
    max_frames: int = 50_000
    memory_bytes: int = 1536 << 20
    cpu_seconds: float = 20.0
    cpu_per_media_second: float = 3.0
    wall_seconds: float = 60.0
    wall_per_media_second: float = 6.0
    idle_seconds: float = 30.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits that the operator set; the others as they are."""
        return cls(
            max_bytes=settings.max_bytes,
            max_pixels=settings.max_pixels,
            max_duration=settings.max_duration,
            memory_bytes=settings.decode_memory,
        )

    def cpu_allowed(self, media_seconds: float) -> float:
        return self.cpu_seconds + self.cpu_per_media_second * media_seconds

    def wall_allowed(self, media_seconds: float) -> float:
        return self.wall_seconds + self.wall_per_media_second * media_seconds


def check_bytes(size: int, limits: Limits) -> None:
    if size > limits.max_bytes:
        raise LimitExceeded("bytes", f"the file has {size:,} bytes; at most {limits.max_bytes:,} are taken")


def check_pixels(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        limit = f"at most {limits.max_pixels / 1e6:.0f} million pixels are taken"
        raise LimitExceeded("pixels", f"a picture of {width} x {height} is too large; {limit}")


def check_streams(number: int, limits: Limits) -> None:
    if number > limits.max_streams:
        raise LimitExceeded("streams", f"the file has {number} streams; at most {limits.max_streams} are taken")


def check_duration(seconds: float, limits: Limits) -> None:
    if seconds > limits.max_duration:
        raise LimitExceeded("duration", f"the media is longer than the {limits.max_duration:g} s that are taken")


def check_packets(number: int, seconds: float, limits: Limits) -> None:
    """Ten seconds' worth of packets are free, so that a burst at the beginning is no offence."""
    if number > limits.max_packets_per_second * (10 + seconds):
        limit = f"more than {limits.max_packets_per_second} packets for each second of media"
        raise LimitExceeded("packets", f"the file is cut into too many pieces: {limit}")


def check_frames(number: int, limits: Limits) -> None:
    if number > limits.max_frames:
        hint = "sample less often"
        raise LimitExceeded("frames", f"the plan wants more than {limits.max_frames:,} pictures", hint)


def out_of_time(kind: str) -> LimitExceeded:
    """`kind` is cpu_time or wall_time."""
    words = {"cpu_time": "needs too much computing time", "wall_time": "takes too long"}
    return LimitExceeded(kind, f"decoding this file {words[kind]} for its length; it was stopped")


def out_of_memory(limits: Limits) -> LimitExceeded:
    return LimitExceeded("memory", f"decoding this file needs more than {limits.memory_bytes >> 20} MiB of memory")
