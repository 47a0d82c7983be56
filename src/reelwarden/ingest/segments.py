"""What a playlist says, whatever its language: segments in order, where their bytes lie, how they are locked. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from reelwarden.errors import FetchError

MOST_SEGMENTS = 20_000
"""In one playlist. Four hours in pieces of two seconds are 7,200."""
MOST_PLAYLIST_BYTES = 4 << 20
ENOUGH_HEIGHT = 480
"""Pixels. Detectors scale pictures down to less; a larger variant costs bytes and decoding for nothing."""


class Unreadable(FetchError):
    """A stream that is there and that we do not read: asking again would change nothing."""


@dataclass(frozen=True, slots=True)
class Extent:
    """A part of a file: from byte `start`, `length` bytes."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Key:
    """Where the 16 bytes of an AES-128 key lie, and the initialisation vector."""

    url: str
    iv: bytes


@dataclass(frozen=True, slots=True)
class Resource:
    """Bytes to ask for: a URL, the part of it, the key that they are locked with."""

    url: str
    extent: Extent | None = None
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A few seconds of one track. `number` orders it; `next` is the number of the one after it.

    `joint`: what came before does not go on here (EXT-X-DISCONTINUITY, a new period). `gap`: the sender itself
    says that the bytes are missing.
    """

    resource: Resource
    seconds: float
    number: int
    next: int
    init: Resource | None = None
    joint: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Playlist:
    """A track as one reading of its playlist shows it. `refresh`: seconds until it may be asked for again."""

    segments: tuple[Segment, ...]
    refresh: float
    ended: bool
    slack: int = 0
    """How far a segment's number may lie past the expected one without anything being lost."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of the same pictures or sound. `height` in pixels, `bandwidth` in bits per second; 0 when unsaid."""

    id: str
    height: int
    bandwidth: int


def choose(variants: list[Variant], height: int = ENOUGH_HEIGHT, bandwidth: int = 800_000) -> Variant:
    """The smallest variant that is at least `height` high, else the largest; by bandwidth where no height is said."""
    if any(variant.height for variant in variants):
        known = [variant for variant in variants if variant.height]
        enough = [variant for variant in known if variant.height >= height]
        return min(enough, key=_size) if enough else min(known, key=lambda v: (-v.height, v.bandwidth))
    enough = [variant for variant in variants if variant.bandwidth >= bandwidth]
    return min(enough, key=_size) if enough else max(variants, key=_size)


def _size(variant: Variant) -> tuple[int, int]:
    return variant.height, variant.bandwidth


def too_many(shown: str) -> FetchError:
    return FetchError(f"{shown}: a playlist of more than {MOST_SEGMENTS:,} segments")


def locked(shown: str, how: str) -> Unreadable:
    hint = "give an address of the media without DRM"
    return Unreadable(f"{shown}: the stream is locked ({how[:60]!r}), which is not opened here", hint)
