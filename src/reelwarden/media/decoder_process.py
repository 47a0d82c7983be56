"""The decoder as we use it: a locked-in child process for each piece of media, and its frames and sound as they come.

The child gets the media as an open file, never as a name or an address. The pipe between us is bounded, so the child
waits when nobody takes what it made. It is killed when the media is closed, when it takes too long, and it ends by
itself when we die.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import select
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar

from reelwarden.domain import AudioChunk, Frame, MediaInfo
from reelwarden.errors import MediaDamaged, MediaError, NotMedia
from reelwarden.media import wire
from reelwarden.media.limits import Limits, check_bytes, out_of_memory, out_of_time
from reelwarden.media.nursery import NURSERY, Child, Nursery, current, kept
from reelwarden.media.request import Request
from reelwarden.media.sampling import Every, Plan
from reelwarden.media.span import Span
from reelwarden.media.stillness import Stillness

T = TypeVar("T")
PIPE_BYTES = 1 << 20
STILL = Stillness()
KEPT_ENVIRONMENT = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "HOME", "LD_LIBRARY_PATH")
SILENCE = 30.0
"""Seconds without a sign of life after which a live decoder hangs."""
CHILD = "reelwarden.media.decoder_child"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def decode(
    path: str | os.PathLike[str],
    plan: Plan,
    side: int,
    *,
    audio: bool = True,
    limits: Limits | None = None,
    still: Stillness | None = STILL,
    span: tuple[float, float | None] | None = None,
    duration: float | None = None,
) -> Decoding:
    """Starts to decode the file at `path`. Use it as a context manager and iterate over it once.

    `side` is the longest side of the frames' pixels; pictures are never enlarged. `audio` False leaves sound out.
    `still` None analyses every picture, whether or not it differs from the one before.
    `span` (from, to): only the plan's instants and the samples of sound in [from, to), at the times that a whole decode
    gives them; a `to` of None is the end, and the last picture that some plans want belongs to that span.
    `duration`: what `probe` measured, so that plans that depend on it need not measure again for each span.
    Raises NotMedia, MediaDamaged, LimitExceeded or another MediaError, here or while iterating.
    """
    if not 16 <= side <= wire.MAX_SIDE:
        raise ValueError(f"side must be 16..{wire.MAX_SIDE}, not {side}")
    asked = Request(plan, side, audio, still, limits or Limits(), Span.of(span), duration)
    return Decoding(_open_media(Path(path), asked.limits), asked)


def probe(path: str | os.PathLike[str], limits: Limits | None = None) -> MediaInfo:
    """What the file at `path` is. Its first picture or sound is decoded, so media that cannot be is an error here.

    Where the container claims no duration, it is measured by reading all packets.
    """
    asked = Request(Every(3600.0), 64, True, None, limits or Limits(), probe=True)
    with Decoding(_open_media(Path(path), asked.limits), asked) as decoding:
        return decoding.info


def decode_live(
    source: int | BinaryIO,
    plan: Plan,
    side: int,
    *,
    audio: bool = True,
    limits: Limits | None = None,
    still: Stillness | None = STILL,
    format: str | None = None,
) -> LiveDecoding:
    """Starts to decode a stream without an end from `source`, the reading end of a pipe that somebody writes to.

    It is duplicated: close yours, so that whoever writes learns when we have gone. Waits until the stream's head came.
    Frames and audio chunks come within a second of their bytes, with times from the first picture on that only rise,
    whatever the stream's own time stamps do. The first picture at or after each of the plan's instants answers it;
    plans that need a duration use their fallback. The iteration ends when the pipe's last writer has closed it.
    Where frames are not taken in time they are left out: `stats["skipped"]`, `stats["skipped_sound"]` (seconds). What
    came in a burst may be taken as slowly as it lasts (media/arrival.py): until then the writer waits.
    `format`: mpegts, mp4, flv, mp3, aac ... where that is known. No limit on duration holds, but `idle_seconds` does.
    Raises NotMedia, MediaDamaged, LimitExceeded or another MediaError, here or while iterating.
    """
    if not 16 <= side <= wire.MAX_SIDE:
        raise ValueError(f"side must be 16..{wire.MAX_SIDE}, not {side}")
    allowed = replace(limits or Limits(), max_duration=math.inf, max_frames=sys.maxsize)
    fd = os.dup(source if isinstance(source, int) else source.fileno())
    return LiveDecoding(fd, Request(plan, side, audio, still, allowed, live=format or ""))


class Decoding:
    """Frames and audio chunks, each kind in order of time. `stats` is filled when the iteration has ended."""

    info: MediaInfo

    def __init__(self, media: int, request: Request) -> None:
        """Takes over the open file `media`."""
        self.stats: dict[str, Any] = {}
        self.progress = 0.0
        """Seconds of media read so far."""
        self._side, self._limits = request.side, request.limits
        self._waited, self._due = 0.0, math.inf
        self._process, self._pipe, self._errors, self._lifeline = _start(media, request.facts())
        self._poll = select.poll()
        self._poll.register(self._pipe, select.POLLIN)
        try:
            self.info = self._await_info()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    def kill(self) -> None:
        """Ends the child at once, from any thread; whoever iterates gets a MediaError, and closes as ever."""
        self._process.kill()

    def close(self) -> None:
        """Ends the child if it still runs. May be called more than once, by the thread that iterates."""
        process = getattr(self, "_process", None)
        if process is None:
            return
        if process.poll() is None:
            process.kill()
            process.wait()
        for file in (self._lifeline, self._pipe, self._errors):
            file.close()

    def __iter__(self) -> Iterator[Frame | AudioChunk]:
        while True:
            kind, body = self._message()
            if kind == wire.PICTURE:
                yield self._checked(wire.parse_frame, body, self._side)
            elif kind == wire.AUDIO:
                yield self._checked(wire.parse_sound, body)
            elif kind == wire.STATS:
                self._finish(self._checked(wire.parse_facts, body))
                return
            else:
                raise self._garbled()

    def _await_info(self) -> MediaInfo:
        kind, body = self._message()
        if kind != wire.INFO:
            raise self._garbled()
        return self._checked(lambda b: wire.parse_info(wire.parse_facts(b)), body)

    def _message(self) -> tuple[bytes, bytearray]:
        """The next message that is not mere progress; a failure that the child tells is raised."""
        while True:
            kind, length = wire.HEAD.unpack(self._read(wire.HEAD.size))
            if length > wire.most(kind, self._side):
                raise self._garbled()
            body = self._read(length)
            if kind == wire.FAILURE:
                raise wire.parse_failure(self._checked(wire.parse_facts, body))
            if kind == wire.PROGRESS:
                self.progress = self._checked(wire.parse_seconds, body)
            elif kind == wire.DUE:
                self._due = self._checked(wire.parse_seconds, body)
            else:
                return kind, body

    def _read(self, length: int) -> bytearray:
        body = bytearray(length)
        view = memoryview(body)
        while view:
            self._wait()
            got = os.readv(self._pipe.fileno(), [view])
            if got == 0:
                raise self._died()
            view = view[got:]
        return body

    def _wait(self) -> None:
        """Until there is something to read. Only the time spent here counts against the limit on wall time."""
        allowed = self._limits.wall_allowed(min(self.progress, self._limits.max_duration))
        began = time.monotonic()
        ready = self._poll.poll(max(0.0, allowed - self._waited) * 1000)
        self._waited += time.monotonic() - began
        if not ready:
            self.close()
            raise out_of_time("wall_time")

    def _checked(self, parse: Callable[..., T], *args: Any) -> T:
        try:
            return parse(*args)
        except wire.BadMessage as error:
            raise self._garbled() from error

    def _garbled(self) -> MediaError:
        self.close()
        return MediaDamaged("the decoder was led astray by this file; it was stopped")

    def _died(self) -> MediaError:
        """The child ended without a word: says why."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        words = self._last_words()
        self.close()
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return out_of_time("cpu_time")
        if code == -signal.SIGKILL:
            return out_of_memory(self._limits)
        if code < 0:
            return MediaDamaged(f"the decoder crashed on this file ({signal.Signals(-code).name})")
        return MediaError(f"the decoder could not do its work: {words or code}")

    def _last_words(self) -> str:
        size = os.fstat(self._errors.fileno()).st_size
        said = os.pread(self._errors.fileno(), 2000, max(0, size - 2000)).decode(errors="replace").strip()
        return said.splitlines()[-1] if said else ""

    def _finish(self, stats: dict[str, Any]) -> None:
        self._process.wait()
        damage = any(stats.get(name) for name in ("errors", "corrupt", "missed", "truncated"))
        self.stats.update(stats, damaged=damage, waited_seconds=self._waited)


class LiveDecoding(Decoding):
    """The child gives a sign of life each second; one that gives none hangs, and is ended."""

    def behind(self, instant: float) -> float:
        """Seconds ago that this instant of the stream was due; negative for one that came before its time."""
        return time.monotonic() - (self._due + instant)

    def _wait(self) -> None:
        if not self._poll.poll(SILENCE * 1000):
            self.close()
            raise out_of_time("wall_time")


def _open_media(path: Path, limits: Limits) -> int:
    """Only regular files: a device or a named pipe could hang us or never end."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise MediaError(f"{path.name} cannot be opened: {error.strerror}") from error
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise NotMedia(f"{path.name} is not a file")
        check_bytes(found.st_size, limits)
    except BaseException:
        os.close(fd)
        raise
    return fd


@contextlib.contextmanager
def warm() -> Iterator[Nursery]:
    """Inside, children are forked from a process that has the decoder libraries loaded, not started anew.

    For programs that decode one media after the other: it costs 60 MB and spares most of a child's start.
    """
    command = [sys.executable, "-P", "-m", CHILD, NURSERY]
    with kept(Nursery(command, _environment())) as nursery:
        yield nursery


def _start(media: int, request: dict[str, Any]) -> tuple[Child, BinaryIO, BinaryIO, BinaryIO]:
    """The child, the reading end of its pipe, what it says on standard error, and its lifeline."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    lifeline, held = os.pipe2(os.O_CLOEXEC)
    said = os.memfd_create("decoder-errors", os.MFD_CLOEXEC)
    pipe, errors, line = os.fdopen(reading, "rb", 0), os.fdopen(said, "rb", 0), os.fdopen(held, "wb", 0)
    try:
        with contextlib.suppress(OSError):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        nursery = current()
        if nursery is not None:
            child: Child = nursery.child(request, media, writing, lifeline, said)
        else:
            child = _cold(media, writing, lifeline, said)
            os.write(held, json.dumps(request).encode() + b"\n")
    except BaseException:
        for file in (pipe, errors, line):
            file.close()
        raise
    finally:
        for fd in (media, writing, lifeline):
            os.close(fd)
    return child, pipe, errors, line


def _cold(media: int, out: int, lifeline: int, errors: int) -> Child:
    return subprocess.Popen(  # noqa: S603 - our own module, and no shell
        [sys.executable, "-P", "-m", CHILD, str(media), str(out)],
        stdin=lifeline,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        pass_fds=(media, out),
        env=_environment(),
        cwd="/",
    )


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k in KEPT_ENVIRONMENT} | ONE_THREAD
