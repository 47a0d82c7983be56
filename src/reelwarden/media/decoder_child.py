"""The decoder's process: reads one request, loads what it needs, locks itself in, decodes, and tells.

It is started as `python -m reelwarden.media.decoder_child MEDIA_FD OUT_FD`. The request comes as one line of JSON on
standard input, which stays open as a lifeline: when it closes, our parent is gone and we end too.
"""

from __future__ import annotations

import gc
import json
import os
import re
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from reelwarden.domain import AudioChunk, Frame, MediaInfo, MediaKind
from reelwarden.errors import MediaDamaged, NotMedia, ReelwardenError
from reelwarden.media import sandbox, wire
from reelwarden.media.limits import Limits, check_bytes, out_of_memory
from reelwarden.media.sampling import Plan
from reelwarden.media.sniff import SNIFFED, Kind, sniff
from reelwarden.media.stillness import Stillness

CPU_STEP = 5.0
"""Seconds of media after which the allowed computing time is raised and progress is told."""


class Source(Protocol):
    """What decodes: iterate once. `info` is complete after the first item; `tally` counts."""

    info: MediaInfo
    tally: Any

    def __iter__(self) -> Iterator[Frame | AudioChunk]: ...


@dataclass(frozen=True, slots=True)
class Request:
    plan: Plan
    side: int
    audio: bool
    still: Stillness | None
    limits: Limits
    probe: bool


def main() -> None:
    media, out = int(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    request = _request(sys.stdin.buffer.readline())
    sandbox.die_with(0)
    status = os.open("/proc/self/status", os.O_RDONLY)
    try:
        kind = _look(media, request.limits)
        loader = _load(kind)
        locks = sandbox.lock_for(request.limits)
        try:
            counts = _tell(loader(media, request, Pace(out, request.limits)), out, request.probe)
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


def _request(line: bytes) -> Request:
    value = json.loads(line)
    still = Stillness(**value["still"]) if value["still"] else None
    plan, limits = wire.parse_plan(value["plan"]), wire.parse_limits(value["limits"])
    return Request(plan, value["side"], value["audio"], still, limits, value["probe"])


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
        return lambda fd, r, pace: images.ImageSource(fd, r.plan, r.side, r.still, r.limits, pace)
    from reelwarden.media import container, demux

    container.warm_up()
    return lambda fd, r, pace: demux.open_source(fd, r.plan, r.side, r.audio, r.still, r.limits, pace)


class Pace:
    """Called with the seconds of media read so far: raises the allowed computing time and tells our parent."""

    def __init__(self, out: int, limits: Limits) -> None:
        self._out, self._limits, self._told = out, limits, 0.0

    def __call__(self, seconds: float) -> None:
        if seconds >= self._told + CPU_STEP:
            self._told = seconds
            sandbox.raise_cpu(self._limits.cpu_allowed(seconds))
            _write(self._out, wire.progress(seconds))


def _tell(source: Source, out: int, probe: bool) -> dict[str, Any]:
    """Sends the facts once they are complete, that is with the first picture, and everything else after them."""
    held: list[AudioChunk] = []
    told = False
    for item in source:
        if not told and isinstance(item, AudioChunk) and source.info.kind is MediaKind.VIDEO:
            held.append(item)
            continue
        if not told:
            told = True
            _write(out, wire.facts(wire.INFO, wire.info_facts(source.info)))
            for chunk in held:
                _write(out, wire.sound_bytes(chunk))
            held.clear()
        if probe:
            break
        _send(out, item)
    if not told:
        raise MediaDamaged("nothing in this file could be decoded")
    return asdict(source.tally)


def _send(out: int, item: Frame | AudioChunk) -> None:
    if isinstance(item, AudioChunk):
        _write(out, wire.sound_bytes(item))
    else:
        for part in wire.frame_parts(item):
            _write(out, part)


def _write(out: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(out, view) :]


def _usage(status: int) -> dict[str, Any]:
    """CPU seconds and the highest resident memory. The latter from /proc: rusage would count our parent's."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = re.search(rb"VmHWM:\s+(\d+) kB", os.pread(status, 4096, 0))
    return {"cpu_seconds": used.ru_utime + used.ru_stime, "peak_memory": int(peak[1]) * 1024 if peak else 0}


if __name__ == "__main__":
    main()
    os._exit(0)
