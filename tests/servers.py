"""Real servers on loopback addresses, each behaving badly in its own way. 127.0.0.2 stands for a public host."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from reelwarden.ingest.addresses import Address

PUBLIC, PRIVATE = "127.0.0.2", "127.0.0.1"
Handler = Callable[[socket.socket, bytes], None]
"""(connection, the request's head) → writes whatever it likes."""


class Server:
    """Accepts connections in a thread, one thread each, and counts them and their requests."""

    def __init__(self, handler: Handler, host: str = PUBLIC, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self.names: list[str | None] = []
        self._handler = handler
        self._tls = tls
        self._stopping = threading.Event()
        self._listener = socket.create_server((host, 0))
        self.host, self.port = self._listener.getsockname()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.names.append(name)

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"{'https' if self._tls else 'http'}://{host or self.host}:{self.port}{path}"

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), 1):
            pass
        self._thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            wire, _ = self._listener.accept()
            if self._stopping.is_set():
                wire.close()
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(wire.close)
            wire.settimeout(120)
            if self._tls is not None:
                wire = self._tls.wrap_socket(wire, server_side=True)
                stack.callback(wire.close)
            head = b""
            while b"\r\n\r\n" not in head and not head.startswith(b"\x16"):  # TLS, which this one does not speak
                piece = wire.recv(4096)
                if not piece:
                    return
                head += piece
            self.requests.append(head)
            self._handler(wire, head)


def says(body: bytes, *, status: str = "200 OK", **headers: str) -> Handler:
    """A plain answer; header names with _ for -."""

    def handle(wire: socket.socket, _head: bytes) -> None:
        lines = {"Content-Length": str(len(body)), **{k.replace("_", "-"): v for k, v in headers.items()}}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        wire.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)

    return handle


def redirects(location: str, status: str = "302 Found") -> Handler:
    return says(b"", status=status, Location=location)


def raw(*pieces: bytes, for_ever: bytes = b"", pause: float = 0.0) -> Handler:
    """These bytes, and then the last ones again and again with a pause between."""

    def handle(wire: socket.socket, _head: bytes) -> None:
        for piece in pieces:
            wire.sendall(piece)
        waiting = threading.Event()
        while for_ever:
            wire.sendall(for_ever)
            if pause:
                waiting.wait(pause)

    return handle


def names(**table: str | list[str]) -> Callable[[str], list[Address]]:
    """A resolver that knows these names only: `names(good_test="127.0.0.2")` knows good.test."""
    known = {name.replace("_", "."): [answer] if isinstance(answer, str) else answer for name, answer in table.items()}

    def resolve(host: str) -> list[Address]:
        if host not in known:
            raise OSError(f"{host} is not known")
        return [ip_address(answer) for answer in known[host]]

    return resolve


@contextlib.contextmanager
def watched(host: str = PRIVATE) -> Iterator[Server]:
    """A server that must not be reached; its `connections` say whether it was."""
    with Server(says(b"secret"), host) as server:
        yield server
