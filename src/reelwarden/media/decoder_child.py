"""The decoder's process: reads one request, loads what it needs, locks itself in, decodes, and tells.

It is started as `python -m reelwarden.media.decoder_child MEDIA_FD OUT_FD`. The request comes as one line of JSON on
standard input, which stays open as a lifeline: when it closes, our parent is gone and we end too. Started with
`nursery SOCKET_FD` it loads everything first and forks such children (nursery.py).
"""

from __future__ import annotations

import gc
import json
import math
import os
import re
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, Protocol, cast

from reelwarden.domain import AudioChunk, Frame, MediaInfo, MediaKind
from reelwarden.errors import MediaDamaged, NotMedia, ReelwardenError
from reelwarden.media import sandbox, wire
from reelwarden.media.feed import BEAT, Feed, Outbox
from reelwarden.media.limits import Limits, check_bytes, out_of_memory
from reelwarden.media.nursery import NURSERY, serve
from reelwarden.media.request import Request
from reelwarden.media.sniff import SNIFFED, Kind, sniff

CPU_STEP = 5.0
"""Seconds of media after which the allowed computing time is raised and progress is told."""
SHIFTED = 0.05
"""Seconds by which a live stream's beginning on the wall has to move for our parent to be told."""
HANGING = 5.0
"""CPU seconds without a packet after which a live decoder counts as stuck."""
PATIENCE = 120
"""Seconds of sound that wait for the first picture."""


class Source(Protocol):
    """What decodes: iterate once. `info` is complete after the first item; `tally` counts."""

    info: MediaInfo
    tally: Any

    def __iter__(self) -> Iterator[Frame | AudioChunk]: ...


def main() -> None:
    """Cold: everything is loaded for this one media."""
    decode(json.loads(sys.stdin.buffer.readline()), int(sys.argv[1]), int(sys.argv[2]), 0)


def nursery() -> None:
    """Warm: loads everything, and forks children that begin with `decode`."""
    from reelwarden.media import container, demux, images, live

    assert demux
    assert live
    container.warm_up()
    images.warm_up()
    gc.collect()
    gc.freeze()  # the collector must not touch, and so copy, what the children share
    serve(socket.socket(fileno=int(sys.argv[2])), decode)


def decode(facts: dict[str, Any], media: int, out: int, lifeline: int) -> None:
    """Decodes `media` and tells all about it on `out`. Ends early when the last writer of `lifeline` is gone."""
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    request = Request.parse(facts)
    sandbox.die_with(lifeline)
    status = os.open("/proc/self/status", os.O_RDONLY)
    try:
        try:
            counts, locks = (_live if request.live is not None else _file)(media, out, request)
        except MemoryError as error:
            gc.collect()
            raise out_of_memory(request.limits) from error
        _write(out, wire.facts(wire.STATS, {**counts, **_usage(status), "locks": locks}))
    except ReelwardenError as error:
        _write(out, wire.facts(wire.FAILURE, wire.failure_facts(error)))
    except BrokenPipeError:  # nobody listens any more
        pass
    except Exception as error:  # standard error is closed to us by now
        unexpected = MediaDamaged(f"the decoder stumbled over this file ({type(error).__name__}: {error})")
        _write(out, wire.facts(wire.FAILURE, wire.failure_facts(unexpected)))


def _file(media: int, out: int, request: Request) -> tuple[dict[str, Any], list[str]]:
    kind = _look(media, request.limits)
    loader = _load(kind)
    locks = sandbox.lock_for(request.limits)
    return _tell(loader(media, request, Pace(out, request.limits)), out, request), locks


def _live(media: int, out: int, request: Request) -> tuple[dict[str, Any], list[str]]:
    from reelwarden.media import container, live

    container.warm_up()
    outbox = Outbox(out)
    locks = sandbox.lock_for_ever(request.limits)
    beat = Heartbeat(outbox, request.limits)
    feed = Feed(media, outbox, request.limits.idle_seconds, beat)
    try:
        source = live.LiveSource(feed, request, beat.at, outbox.free, outbox.room)
        outbox.send(wire.facts(wire.INFO, wire.info_facts(source.info)))
        due = math.inf
        for item in source:
            if abs(source.arrival.zero - due) > SHIFTED:
                due = source.arrival.zero
                outbox.send(wire.due(due))
            outbox.send(*([wire.sound_bytes(item)] if isinstance(item, AudioChunk) else wire.frame_parts(item)))
    finally:  # a failure is told after all that came before it, and never in the middle of a message
        outbox.finish()
    return asdict(source.tally), locks


class Heartbeat:
    """Tells now and then how far we are, and grants computing time: without either we would hang, and be ended."""

    def __init__(self, outbox: Outbox, limits: Limits) -> None:
        self._outbox, self._limits = outbox, limits
        self._seconds, self._last = 0.0, 0.0

    def at(self, seconds: float) -> None:
        self._seconds = seconds
        self()

    def __call__(self) -> None:
        now = time.monotonic()
        if now - self._last >= BEAT:
            self._last = now
            sandbox.grant_cpu(min(HANGING, self._limits.cpu_seconds))
            if not self._outbox.waiting:
                self._outbox.send(wire.progress(self._seconds))


def _look(media: int, limits: Limits) -> Kind:
    check_bytes(os.fstat(media).st_size, limits)
    kind = sniff(os.pread(media, SNIFFED, 0))
    if kind is Kind.EMPTY:
        raise NotMedia("the file is empty")
    if kind is Kind.PLAYLIST:
        raise NotMedia("this is a playlist, not media; playlists are never followed", "give the media file itself")
    return kind


def _load(kind: Kind) -> Callable[[int, Request, Pace], Source]:
    """Imports and warms up what this kind needs; after the lock nothing more can be loaded."""
    if kind is Kind.IMAGE:
        from reelwarden.media import images

        images.warm_up()
        return images.ImageSource
    from reelwarden.media import container, demux

    container.warm_up()
    return demux.open_source


class Pace:
    """Called with the seconds of media read so far: raises the allowed computing time and tells our parent."""

    def __init__(self, out: int, limits: Limits) -> None:
        self._out, self._limits, self._told = out, limits, 0.0

    def __call__(self, seconds: float) -> None:
        if seconds >= self._told + CPU_STEP:
            self._told = seconds
            sandbox.raise_cpu(self._limits.cpu_allowed(seconds))
            _write(self._out, wire.progress(seconds))


def _tell(source: Source, out: int, request: Request) -> dict[str, Any]:
    """Sends the facts once they are complete, that is with the first picture, and everything else after them."""
    held: list[AudioChunk] = []
    told = False
    for item in source:
        waits = isinstance(item, AudioChunk) and source.info.kind is MediaKind.VIDEO and len(held) < PATIENCE
        if not told and waits:
            held.append(cast(AudioChunk, item))
            continue
        if not told:
            told = True
            _introduce(source.info, held, out)
        if request.probe:
            break
        _send(out, item)
    if not told and request.span.whole:
        raise MediaDamaged("nothing in this file could be decoded")
    if not told:
        _introduce(source.info, held, out)
    return asdict(source.tally)


def _introduce(info: MediaInfo, held: list[AudioChunk], out: int) -> None:
    _write(out, wire.facts(wire.INFO, wire.info_facts(info)))
    for chunk in held:
        _send(out, chunk)
    held.clear()


def _send(out: int, item: Frame | AudioChunk) -> None:
    if isinstance(item, AudioChunk):
        _write(out, wire.sound_bytes(item))
    else:
        for part in wire.frame_parts(item):
            _write(out, part)


def _write(out: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(out, view) :]
        except BlockingIOError:  # a live stream's pipe does not wait by itself
            poll = select.poll()
            poll.register(out, select.POLLOUT)
            poll.poll()


def _usage(status: int) -> dict[str, Any]:
    """CPU seconds and the highest resident memory. The latter from /proc: rusage would count our parent's."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = re.search(rb"VmHWM:\s+(\d+) kB", os.pread(status, 4096, 0))
    return {"cpu_seconds": used.ru_utime + used.ru_stime, "peak_memory": int(peak[1]) * 1024 if peak else 0}


if __name__ == "__main__":
    if sys.argv[1] == NURSERY:
        nursery()
    else:
        main()
    os._exit(0)
