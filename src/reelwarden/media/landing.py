"""Begins to read a container in the middle, where that surely gives the same packets as reading it from the start.

Only a file whose sample tables are the very list that a reader follows is trusted: an MP4 or MOV without fragments,
with times that rise. Other formats find places by a separate index or by guessing, and such an index may point past
material that every player shows. Those are read from the start, which costs about a fiftieth of decoding it.
"""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

import av
from av.stream import Discard, Stream

from reelwarden.media.container import Opened

NEAR = 2.0
"""Seconds that are faster read than sought."""
MAX_HEAD = 64 << 20
_BOXES = 1000


def land(opened: Opened, before: float) -> bool:
    """Moves to a key packet shown at or before `before` seconds. False: it led elsewhere; the container is spoilt."""
    stream: Any = opened.video or opened.sounds[0]
    base = float(stream.time_base)
    place = int((before + opened.origin) / base)
    stream.discard = Discard.default
    try:
        opened.container.seek(place, stream=stream)
        first = next(opened.container.demux(stream))
        if first.pts is None or not first.is_keyframe or first.pts * base - opened.origin > before:
            return False
        opened.container.seek(place, stream=stream)
    except (av.FFmpegError, StopIteration, ValueError, OverflowError):
        return False
    opened.begins = first.pts * base - opened.origin
    return True


def can_land(opened: Opened, fd: int) -> bool:
    if not opened.container.format.name.startswith("mov,"):
        return False
    return _complete_head(fd) and all(_rises(s) for s in ([opened.video] if opened.video else opened.sounds[:1]))


def _rises(stream: Stream) -> bool:
    times = [entry.timestamp for entry in stream.index_entries]
    return bool(times) and all(a <= b for a, b in pairwise(times))


def _complete_head(fd: int) -> bool:
    """Whether all samples are listed in the head of this MP4, that is, none come in fragments."""
    at, size, found = 0, os.fstat(fd).st_size, False
    for _ in range(_BOXES):
        if at >= size:
            return found
        head = os.pread(fd, 16, at)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = size - at
        if length < 8 or kind in (b"moof", b"sidx", b"mfra"):
            return False
        if kind == b"moov":
            found = length <= MAX_HEAD and b"mvex" not in os.pread(fd, length, at)
            if not found:
                return False
        at += length
    return False
