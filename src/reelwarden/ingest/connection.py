"""One HTTP/1.1 exchange over a socket that goes to a checked address, under time and size limits.

The name is looked up once, every answer is judged, and the socket is opened to an address, never to a name: a
second look-up, which could answer differently, does not happen. TLS still checks the certificate for the name.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import os
import queue
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from time import monotonic
from typing import Any

from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest.addresses import Address, Network, is_allowed, refusal
from reelwarden.ingest.url import Target

Resolver = Callable[[str], Sequence[Address]]
"""host name → its addresses, the best first. Raises OSError."""

OPEN_PORTS = frozenset({80, 443, 8080, 8443})
"""On public addresses. Networks that the operator allows may be asked on any port."""
STREAM_PORTS = {"rtmp": OPEN_PORTS | {1935}, "rtmps": OPEN_PORTS | {1935}, "rtsp": OPEN_PORTS | {554, 8554}}
MOST_ATTEMPTS = 4
HEAD_BYTES = 128 << 10
CONNECT_SECONDS = 10.0


OUR_HEADERS = frozenset(
    {"host", "connection", "accept-encoding", "content-length", "transfer-encoding", "te", "upgrade", "expect"}
)
"""These shape the exchange itself and are never the caller's to set."""

HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


class Deadline:
    """The end of a whole download, and the longest silence that is borne until then. Seconds; `inf` never ends."""

    def __init__(
        self, total: float, idle: float, what: str = "the download", hint: str = "raise REELWARDEN_FETCH_TIMEOUT"
    ) -> None:
        self.total = total
        self.idle = idle
        self._what = what
        self._hint = hint
        self._end = monotonic() + total

    def left(self) -> float:
        """Seconds that the next step may take. Raises FetchError when the time is up."""
        left = self._end - monotonic()
        if left <= 0:
            raise FetchError(f"{self._what} took longer than {self.total:g} s", self._hint)
        return min(left, self.idle)


def system_resolver(host: str) -> list[Address]:
    """The addresses that this machine's resolver gives."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(answer[4][0]).partition("%")[0]) for answer in found))


def look_up(target: Target, resolver: Resolver, allowed: Sequence[Network], deadline: Deadline) -> list[Address]:
    """The addresses of the target, every one of them judged. One bad answer condemns the name."""
    found = [target.address] if target.address else _resolve(target.host, resolver, deadline)
    for address in found:
        why = refusal(address, allowed)
        if why:
            said = f"{address} is" if target.address else f"{target.host} leads to {address}, which is"
            raise EgressRefused(f"{said} {why}", "REELWARDEN_ALLOW_NETWORKS opens a private network")
    open_ports = STREAM_PORTS.get(target.scheme, OPEN_PORTS)
    if target.port not in open_ports and not all(is_allowed(address, allowed) for address in found):
        ports = ", ".join(map(str, sorted(open_ports)))
        raise EgressRefused(f"port {target.port} is not asked on public addresses, only {ports} are")
    return found


def _resolve(host: str, resolver: Resolver, deadline: Deadline) -> list[Address]:
    """Asks in a thread of its own: a look-up cannot be interrupted, but it need not be waited for."""
    answer: queue.SimpleQueue[list[Address] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(list(resolver(host)))
        except (OSError, ValueError) as error:
            answer.put(error)

    try:
        threading.Thread(target=ask, name="look-up", daemon=True).start()
    except RuntimeError as error:
        raise FetchError(f"{host} could not be looked up: this machine has no thread left") from error
    try:
        found = answer.get(timeout=deadline.left())
    except queue.Empty:
        raise FetchError(f"looking up {host} took too long") from None
    if isinstance(found, Exception) or not found:
        raise FetchError(f"{host} was not found", "check the address, and this machine's DNS")
    return found


def connect(target: Target, addresses: Sequence[Address], deadline: Deadline) -> socket.socket:
    """A socket to the first of the addresses that answers."""
    failed: OSError | None = None
    for address in addresses[:MOST_ATTEMPTS]:
        try:
            wire = socket.create_connection((str(address), target.port), min(deadline.left(), CONNECT_SECONDS))
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a head and its body are two writes
            return wire
        except OSError as error:
            failed = error
    reason = "it does not answer" if isinstance(failed, TimeoutError) else str(failed.strerror if failed else "")
    raise FetchError(f"{target.authority} could not be reached: {reason}") from failed


def secure(plain: socket.socket, target: Target, deadline: Deadline) -> ssl.SSLSocket:
    """TLS over the socket, with the certificate checked for the target's name, not for its address."""
    plain.settimeout(deadline.left())
    try:
        trust = _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        return trust.wrap_socket(plain, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        message = f"the certificate of {target.host} is not valid: {error.verify_message}"
        hint = "SSL_CERT_FILE names the certificates that this machine trusts"
        raise FetchError(message, hint) from error
    except TimeoutError as error:
        raise FetchError(f"{target.authority} did not finish the TLS handshake in time") from error
    except (OSError, ValueError) as error:
        raise FetchError(f"no TLS with {target.authority}: {getattr(error, 'strerror', None) or error}") from error


@lru_cache(maxsize=4)
def _trust(_file: str | None, _directory: str | None) -> ssl.SSLContext:
    """Reading the machine's certificates costs more than a handshake, so it is done once per place they lie in."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `headers` are the caller's; those of OUR_HEADERS among them are left out."""

    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


class Exchange:
    """One request over one connection: sent when made, then `head` has come, then `read` gives the body in pieces."""

    def __init__(
        self, target: Target, wire: socket.socket, deadline: Deadline, agent: str, request: Request | None = None
    ) -> None:
        self._target = target
        self._wire = _TimedSocket(wire, deadline)
        self._connection = _Connection(target.host, target.port)
        self._connection.sock = self._wire
        self._write_head(request or Request(), agent)
        try:
            self._send(request.body if request else None)
            self.head = self._connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._failed(error) from error
        self._wire.head_has_come()

    def _write_head(self, request: Request, agent: str) -> None:
        """Puts the head together; nothing is sent yet."""
        try:
            self._connection.putrequest(request.method, self._target.path, skip_host=True, skip_accept_encoding=True)
            for name, value in _headers(self._target, agent, request).items():
                if not HEADER_NAME.fullmatch(name):
                    raise ValueError(name)
                self._connection.putheader(name, value)
        except (http.client.HTTPException, ValueError, TypeError) as error:
            raise FetchError(f"{self._target.shown}: a header cannot be sent: {str(error)[:200]!r}") from error

    def _send(self, body: bytes | None) -> None:
        """A server may answer, and hang up, before it has read all of a body: its answer is looked for all the same."""
        self._connection.endheaders()
        if body:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._wire.sendall(body)

    def abort(self) -> None:
        """Ends the exchange from another thread: whoever reads it gets an error or the end at once."""
        self._wire.abort()

    def read(self, size: int) -> bytes:
        """At most `size` bytes of the body; empty at its end. Raises FetchError when it ends before its length."""
        try:
            piece = self.head.read1(size)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._failed(error) from error
        if not piece and self.head.length:
            raise FetchError(f"{self._target.shown}: the connection ended {self.head.length:,} bytes too early")
        return piece

    def _failed(self, error: Exception) -> FetchError:
        shown = self._target.shown
        if isinstance(error, TimeoutError):
            self._wire.deadline.left()
            return FetchError(f"{shown}: nothing came for {self._wire.deadline.idle:g} s")
        if isinstance(error, http.client.IncompleteRead):
            return FetchError(f"{shown}: the connection ended too early")
        if isinstance(error, http.client.RemoteDisconnected):
            return FetchError(f"{shown}: the connection ended before an answer came")
        if isinstance(error, (http.client.HTTPException, ValueError)):
            return FetchError(f"{shown}: the answer is not proper HTTP ({type(error).__name__})")
        reason = getattr(error, "strerror", None) or str(error)
        return FetchError(f"{shown}: the connection broke: {reason}")


def _headers(target: Target, agent: str, request: Request) -> dict[str, str]:
    """`identity`: what comes packed could unpack to any size, so nothing packed is asked for, or taken."""
    free = {"User-Agent": agent, "Accept": "*/*"}
    theirs = {name: value for name, value in request.headers.items() if name.strip().lower() not in OUR_HEADERS}
    taken = {name.strip().lower() for name in theirs}
    length = {} if request.body is None else {"Content-Length": str(len(request.body))}
    return {
        "Host": target.authority,
        **{name: value for name, value in free.items() if name.lower() not in taken},
        **theirs,
        "Accept-Encoding": "identity",
        "Connection": "close",
        **length,
    }


class _Connection(http.client.HTTPConnection):
    """Speaks over the socket that it was given, and can open none itself."""

    auto_open = 0

    def connect(self) -> None:
        raise EgressRefused("a connection that nobody checked was asked for")


class _TimedSocket:
    """The part of a socket that http.client uses. Each read gets what is left of the time, and the head is bounded."""

    def __init__(self, wire: socket.socket, deadline: Deadline) -> None:
        self.deadline = deadline
        self._wire = wire
        self._reader = _TimedReader(wire, deadline)

    def sendall(self, data: bytes) -> None:
        self._wire.settimeout(self.deadline.left())
        self._wire.sendall(data)

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(self._reader, 64 << 10)

    def head_has_come(self) -> None:
        self._reader.budget = None

    def abort(self) -> None:
        with contextlib.suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Whoever opened the socket closes it."""


class _TimedReader(io.RawIOBase):
    """Bytes off the wire. `budget` bounds what a head may take, for a server that never stops sending headers."""

    def __init__(self, wire: socket.socket, deadline: Deadline) -> None:
        self._wire = wire
        self._deadline = deadline
        self.budget: int | None = HEAD_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.budget is not None and self.budget <= 0:
            raise FetchError(f"the answer's head is larger than {HEAD_BYTES >> 10} KiB")
        self._wire.settimeout(self._deadline.left())
        count = self._wire.recv_into(buffer)
        if self.budget is not None:
            if not count and self.budget < HEAD_BYTES:
                raise FetchError("the connection ended in the middle of the answer's head")
            self.budget -= count
        return count
