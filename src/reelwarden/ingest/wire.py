"""A guarded connection for what is not HTTP: opened to a checked address, read to the byte, bounded in time."""

from __future__ import annotations

import contextlib
import socket

from reelwarden.errors import FetchError
from reelwarden.ingest.connection import Deadline
from reelwarden.ingest.url import Target

HELD = 64 << 10


class Wire:
    """Bytes to and from one peer. `abort` may be called from any thread."""

    def __init__(self, target: Target, plain: socket.socket, deadline: Deadline) -> None:
        self.target = target
        self.received = 0
        self._socket = plain
        self._deadline = deadline
        self._held = bytearray()

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises FetchError when they do not come."""
        while len(self._held) < size:
            self._more()
        given = bytes(self._held[:size])
        del self._held[:size]
        return given

    def line(self, most: int) -> bytes:
        """A line of at most `most` bytes, without its end."""
        while (end := self._held.find(b"\n")) < 0:
            if len(self._held) > most:
                raise FetchError(f"{self.target.shown}: a line that does not end")
            self._more()
        return self.read(end + 1).rstrip(b"\r\n")

    def send(self, data: bytes) -> None:
        try:
            self._socket.settimeout(self._deadline.left())
            self._socket.sendall(data)
        except OSError as error:
            raise self._broken(error) from error

    def abort(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _more(self) -> None:
        try:
            self._socket.settimeout(self._deadline.left())
            piece = self._socket.recv(HELD)
        except OSError as error:
            raise self._broken(error) from error
        if not piece:
            raise FetchError(f"{self.target.shown}: the connection ended")
        self.received += len(piece)
        self._held += piece

    def _broken(self, error: OSError) -> FetchError:
        if isinstance(error, TimeoutError):
            return FetchError(f"{self.target.shown}: nothing came for {self._deadline.idle:g} s")
        return FetchError(f"{self.target.shown}: the connection broke: {error.strerror or error}")
