"""A warm start for decoders: one process that has the decoder libraries loaded and forks a child for each media.

A child that starts cold spends most of its time on loading them. The nursery loads them once and then only waits: it
never sees a byte of any media, it hands the open file on to a fork of itself, and that takes its locks as ever.
A child belongs to us, not to the nursery: it holds on to our lifeline, we can kill it, and it outlives the nursery.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

LOST = -int(signal.SIGKILL)
"""The exit code of a child whose nursery was killed before it could tell."""
STATUS = struct.Struct("<i")
MESSAGE = 1 << 17
NURSERY = "nursery"
PATIENCE = 60.0
"""Seconds after which a nursery that gives no child is started anew."""


class Child(Protocol):
    """A decoder's process, however it was started: what `subprocess.Popen` has of it."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


class WarmChild:
    """A fork of the nursery. `ended` is a pipe on which the nursery tells the exit code."""

    def __init__(self, pid: int, pidfd: int, ended: int) -> None:
        self.pid = pid
        self._pidfd, self._ended = pidfd, ended
        self._code: int | None = None

    def __del__(self) -> None:
        for fd in (self._pidfd, self._ended):
            os.close(fd)

    def poll(self) -> int | None:
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("decoder", timeout or 0.0)
        return code

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self._code is None and select.select([self._ended], [], [], timeout)[0]:
            told = os.read(self._ended, STATUS.size)
            if not told:  # the nursery is gone; our child may not be
                self.kill()
            self._code = STATUS.unpack(told)[0] if told else LOST
        return self._code


class Nursery:
    """Starts the process at the first child, and again should it have died. Any thread may ask for children."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = list(command), dict(environment)
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    @property
    def ours(self) -> bool:
        """False in a process that was forked off the one that made it."""
        return self._owner == os.getpid()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def child(self, request: Mapping[str, Any], media: int, out: int, lifeline: int, errors: int) -> WarmChild:
        """A child that decodes `media` into `out`, says its last words to `errors`, and ends with `lifeline`."""
        body = json.dumps(request).encode()
        ended, telling = os.pipe2(os.O_CLOEXEC)
        try:
            with self._lock:
                pid, pidfd = self._ask(body, [media, out, lifeline, errors, telling])
        except BaseException:
            os.close(ended)
            raise
        finally:
            os.close(telling)
        return WarmChild(pid, pidfd, ended)

    def close(self) -> None:
        """Ends the nursery. Children that still decode go on."""
        with self._lock:
            self._stop()

    def _ask(self, body: bytes, fds: list[int]) -> tuple[int, int]:
        for last in (False, True):
            line = self._line or self._start()
            try:
                socket.send_fds(line, [body], fds)
                answer, given, _, _ = socket.recv_fds(line, MESSAGE, 1)
                if given:
                    return STATUS.unpack(answer)[0], given[0]
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                pass
            self._stop()
            if last:
                break
        raise OSError("the nursery of decoders does not start")

    def _start(self) -> socket.socket:
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, and no shell
                [*self._command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=self._environment,
                cwd="/",
            )
        line.settimeout(PATIENCE)
        self._line = line
        return line

    def _stop(self) -> None:
        line, self._line = self._line, None
        process, self._process = self._process, None
        if line is not None:
            line.close()
        if process is not None and self.ours:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5.0)
            process.kill()
            process.wait()


def serve(line: socket.socket, work: Callable[[dict[str, Any], int, int, int], None]) -> None:
    """The nursery's own loop: a child for each message, and each child's exit code to whoever asked for it.

    `work(request, media, out, lifeline)` runs in the child, whose only other open files are the standard ones.
    """
    telling: dict[int, tuple[int, int]] = {}
    poll = select.poll()
    poll.register(line, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd in telling:
                poll.unregister(fd)
                _tell(fd, *telling.pop(fd))
                continue
            body, fds, _, _ = socket.recv_fds(line, MESSAGE, 5)
            if not body:  # whoever we served is gone, or needs us no more
                return
            pid = os.fork()
            if pid == 0:
                _be_the_child(json.loads(body), fds, work)
            pidfd = os.pidfd_open(pid)
            socket.send_fds(line, [STATUS.pack(pid)], [pidfd])
            for given in fds[:4]:
                os.close(given)
            telling[pidfd] = (pid, fds[4])
            poll.register(pidfd, select.POLLIN)


def _tell(pidfd: int, pid: int, telling: int) -> None:
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(BrokenPipeError):
        os.write(telling, STATUS.pack(os.waitstatus_to_exitcode(status)))
    os.close(telling)
    os.close(pidfd)


def _be_the_child(
    request: dict[str, Any], fds: list[int], work: Callable[[dict[str, Any], int, int, int], None]
) -> None:
    media, out, lifeline, errors, _ = fds
    try:
        os.dup2(errors, 2)
        for fd in [int(name.name) for name in Path("/proc/self/fd").iterdir()]:
            if fd > 2 and fd not in (media, out, lifeline):
                with contextlib.suppress(OSError):
                    os.close(fd)
        work(request, media, out, lifeline)
        os._exit(0)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(1)


_warm: list[Nursery] = []


@contextlib.contextmanager
def kept(nursery: Nursery) -> Iterator[Nursery]:
    """Decoders of this process are started by `nursery` in the meantime."""
    _warm.append(nursery)
    try:
        yield nursery
    finally:
        _warm.remove(nursery)
        nursery.close()


def current() -> Nursery | None:
    return _warm[-1] if _warm and _warm[-1].ours else None
