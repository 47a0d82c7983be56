"""Both ends of a live decoder's work: the bytes that come in over one pipe, and the messages that go out over another.

Neither may hold up the other for long: what comes in is read as it comes, and where nobody takes what we made by the
time that it is due (arrival.py), new pictures are left out until somebody does.
"""

from __future__ import annotations

import os
import select
import time
from collections import deque
from collections.abc import Callable

from reelwarden.errors import LimitExceeded

BEAT = 1.0
"""Seconds between two signs of life while nothing comes in."""
MAX_WAITING = 2 << 20
"""Bytes of messages that wait to be taken, at most; beyond that sound is left out too."""
AT_ONCE = 0.005


class Outbox:
    """Messages to whoever listens, sent without ever waiting, in order."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.waiting = 0
        self._queue: deque[memoryview] = deque()
        os.set_blocking(fd, False)

    def free(self, until: float) -> bool:
        """Whether a picture can be sent: all before it was taken, but for what the pipe holds. Waits till then."""
        return self._drained(0, until)

    def room(self, until: float) -> bool:
        """Whether sound can be sent, as `free`."""
        return self._drained(MAX_WAITING - 1, until)

    def _drained(self, most: int, until: float) -> bool:
        self.flush()
        poll = select.poll()
        poll.register(self.fd, select.POLLOUT)
        while self.waiting > most and (left := until - time.monotonic()) > 0:
            poll.poll(left * 1000)
            self.flush()
        return self.waiting <= most

    def send(self, *parts: bytes | memoryview) -> None:
        for part in parts:
            view = memoryview(part)
            self._queue.append(view)
            self.waiting += len(view)
        self.flush()

    def flush(self) -> None:
        while self._queue:
            try:
                sent = os.write(self.fd, self._queue[0])
            except BlockingIOError:
                return
            self.waiting -= sent
            self._queue[0] = self._queue[0][sent:]
            if not self._queue[0]:
                self._queue.popleft()

    def finish(self) -> None:
        """Waits until all is taken."""
        poll = select.poll()
        poll.register(self.fd, select.POLLOUT)
        while self._queue:
            poll.poll()
            self.flush()


class Feed:
    """The bytes of a stream as the demuxer reads them. It ends where the writer closes the pipe.

    `idle`: seconds without a byte after which the stream counts as dead. `beat` is called while we wait.
    """

    def __init__(self, fd: int, outbox: Outbox, idle: float, beat: Callable[[], None]) -> None:
        self._fd, self._outbox, self._idle, self._beat = fd, outbox, idle, beat
        self._kept = bytearray()
        self._place = 0
        self._recording = True
        self._waited_at = time.monotonic()
        self.ended = False
        self.failure: LimitExceeded | None = None

    @property
    def busy_for(self) -> float:
        """Seconds since we last had to wait for bytes: the longer, the further we are behind."""
        return time.monotonic() - self._waited_at

    def rested(self) -> None:
        """We had time to wait for who reads us: so we are not behind."""
        self._waited_at = time.monotonic()

    def start(self, least: int) -> bytes:
        """The first bytes, at least so many unless the stream ends before; they will be read again."""
        while len(self._kept) < least and not self.ended:
            self._kept += self._receive(least)
        return bytes(self._kept)

    def rewind(self) -> None:
        """Back to the first byte since `start`; possible until `settle`."""
        self._place = 0

    def record(self) -> None:
        """Keeps what is read from now on, for `rewind`."""
        del self._kept[: self._place]
        self._place, self._recording = 0, True

    def settle(self) -> None:
        """From now on nothing is kept of what was read."""
        self._recording = False

    def read(self, size: int) -> bytes:
        """At most `size` bytes, as soon as there are any; none at the end."""
        if self._place < len(self._kept):
            taken = bytes(self._kept[self._place : self._place + size])
            self._place += len(taken)
            return taken
        if not self._recording:
            self._kept.clear()
            self._place = 0
            return self._receive(size)
        taken = self._receive(size)
        self._kept += taken
        self._place += len(taken)
        return taken

    def _receive(self, size: int) -> bytes:
        if self.ended or not self._wait():
            self.ended = True
            return b""
        taken = os.read(self._fd, size)
        self.ended = not taken
        return taken

    def _wait(self) -> bool:
        began = time.monotonic()
        poll = select.poll()
        poll.register(self._fd, select.POLLIN)
        while True:
            if self._outbox.waiting:
                poll.register(self._outbox.fd, select.POLLOUT)
            ready = dict(poll.poll(BEAT * 1000))
            now = time.monotonic()
            if self._outbox.fd in ready:
                self._outbox.flush()
                poll.unregister(self._outbox.fd)
            if now - began > AT_ONCE:
                self._waited_at = now
            if self._fd in ready:
                return True
            if now - began > self._idle:
                self.failure = LimitExceeded("idle", f"nothing came over this stream for {self._idle:g} s")
                return False
            self._beat()
