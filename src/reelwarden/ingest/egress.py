"""The only way out: every request to an address that somebody else chose goes through `Egress`.

Each hop of a redirect is taken apart, looked up and judged like the first one. No proxy is taken from the
environment: a proxy would look the name up again, out of our sight. docs/reference/egress.md lists the rules.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urljoin

from reelwarden import __version__
from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest.addresses import Network, parse_networks
from reelwarden.ingest.connection import (
    Deadline,
    Exchange,
    Request,
    Resolver,
    connect,
    look_up,
    secure,
    system_resolver,
)
from reelwarden.ingest.url import Target, parse
from reelwarden.ingest.wire import Wire

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
SECURE = frozenset({"https", "rtmps"})
AGENT = f"reelwarden/{__version__}"
IDLE_SECONDS = 20.0
PIECE = 64 << 10
FIRST_BYTES = 2048
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
"""A redirect does not carry these to another host."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer whose body has not been read yet. `length` is what it claims, if it does."""

    target: Target
    status: int
    reason: str
    content_type: str
    encoding: str
    length: int | None
    exchange: Exchange

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes, at most 64 KiB at a time. Raises FetchError when it breaks off or takes too long."""
        while piece := self.exchange.read(PIECE):
            yield piece

    def first(self, most: int) -> tuple[bytes, bool]:
        """The first `most` bytes of the body, and whether there was more. The rest is never read."""
        held = bytearray()
        while len(held) <= most and (piece := self.exchange.read(most + 1 - len(held))):
            held += piece
        return bytes(held[:most]), len(held) > most


@dataclass(frozen=True, slots=True)
class Reply:
    """What a receiver said to a POST: any status, also a redirect, which is not followed.

    `headers` have lower-case names; `body` is its first bytes, `cut` says that there were more; `seconds` is how
    long it all took, the look-up included.
    """

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    seconds: float


Hosts = Callable[[str], bool]
"""Whether somebody lets us talk to a host, by its lower-case ASCII name or address. Asked for every hop."""


class Egress:
    """Requests under one set of rules: the networks that the operator opened, the time that one may take, and where
    they are for somebody who has a list of domains, those hosts alone.
    """

    def __init__(
        self,
        allow_networks: Sequence[str] = (),
        *,
        total: float = 300.0,
        idle: float = IDLE_SECONDS,
        resolver: Resolver = system_resolver,
        hosts: Hosts | None = None,
    ) -> None:
        self._allowed: tuple[Network, ...] = parse_networks(allow_networks)
        self._total = total
        self._idle = idle
        self._resolver = resolver
        self._hosts = hosts

    @contextmanager
    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        total: float | None = None,
        idle: float | None = None,
    ) -> Iterator[Answer]:
        """Asks for a URL and follows its redirects; the connection lives as long as the block.

        `total` and `idle` (seconds, `math.inf` for a live stream) stand in for the instance's.
        Raises EgressRefused for what we do not talk to, FetchError for what did not work.
        """
        deadline = Deadline(total or self._total, idle or self._idle)
        target, asked = parse(url), Request(headers=headers or {})
        for _ in range(MOST_REDIRECTS + 1):
            with self._ask(target, deadline, asked, self._allowed) as answer:
                if answer.status not in REDIRECTS:
                    yield answer
                    return
                came_from, target = target, _next_hop(answer)
            asked = _carried_on(asked, came_from, target)
        raise FetchError(f"more than {MOST_REDIRECTS} redirects")

    @contextmanager
    def open(self, url: str, schemes: Collection[str], *, total: float, idle: float | None = None) -> Iterator[Wire]:
        """A connection for another protocol than HTTP, to a checked address; TLS for schemes that end in s."""
        deadline = Deadline(total, idle or self._idle, "the stream", "")
        target = parse(url, schemes)
        with ExitStack() as stack:
            plain = self._connected(stack, target, deadline, self._allowed)
            yield Wire(target, plain, deadline)

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout: float,
        most_bytes: int = FIRST_BYTES,
        allow_networks: Sequence[str] = (),
    ) -> Reply:
        """Sends a body and gives what the receiver said. May be called from many threads at once.

        `timeout` is for all of it, in seconds. `allow_networks` (CIDR) opens more networks for this call. After
        `most_bytes` of the answer the connection is closed. Raises EgressRefused for an address that we do not talk
        to, FetchError when no whole answer came; its message is one short line.
        """
        started = monotonic()
        deadline = Deadline(timeout, timeout, "the answer", "")
        allowed = self._allowed + parse_networks(allow_networks)
        with self._ask(parse(url), deadline, Request("POST", headers, body), allowed) as answer:
            first, cut = answer.first(most_bytes)
            return Reply(
                status=answer.status,
                reason=answer.reason,
                headers={name.lower(): value for name, value in answer.exchange.head.getheaders()},
                body=first,
                cut=cut,
                seconds=monotonic() - started,
            )

    @contextmanager
    def _ask(
        self, target: Target, deadline: Deadline, request: Request, allowed: Sequence[Network]
    ) -> Iterator[Answer]:
        with ExitStack() as stack:
            wire = self._connected(stack, target, deadline, allowed)
            exchange = Exchange(target, wire, deadline, AGENT, request)
            stack.callback(exchange.head.close)
            yield _answer(target, exchange)

    def _connected(
        self, stack: ExitStack, target: Target, deadline: Deadline, allowed: Sequence[Network]
    ) -> socket.socket:
        if self._hosts and not self._hosts(target.host):
            hint = "add it to the account's media_domains; redirects, playlists and segments count too"
            raise EgressRefused(f"{target.shown}: {target.host} is none of the domains that media may come from", hint)
        addresses = look_up(target, self._resolver, allowed, deadline)
        wire = stack.enter_context(connect(target, addresses, deadline))
        return stack.enter_context(secure(wire, target, deadline)) if target.scheme in SECURE else wire


def _carried_on(asked: Request, came_from: Target, target: Target) -> Request:
    """The request for the next hop: another host is not told the caller's secrets."""
    if (came_from.scheme, came_from.authority) == (target.scheme, target.authority):
        return asked
    kept = {name: value for name, value in asked.headers.items() if name.strip().lower() not in SECRET_HEADERS}
    return Request(asked.method, kept, asked.body)


def _answer(target: Target, exchange: Exchange) -> Answer:
    head = exchange.head
    return Answer(
        target=target,
        status=head.status,
        reason=head.reason,
        content_type=head.getheader("Content-Type", "").partition(";")[0].strip().lower(),
        encoding=head.getheader("Content-Encoding", "").strip().lower(),
        length=head.length,
        exchange=exchange,
    )


def _next_hop(answer: Answer) -> Target:
    """Where a redirect leads. A step down from https would let anybody on the way choose the rest."""
    location = answer.exchange.head.getheader("Location")
    if not location:
        raise FetchError(f"{answer.target.shown}: a redirect that does not say where to")
    base = f"{answer.target.scheme}://{answer.target.authority}{answer.target.path}"
    try:
        url = urljoin(base, location)
    except ValueError as error:
        raise EgressRefused(f"{answer.target.shown}: a redirect that cannot be read") from error
    target = parse(url)
    if answer.target.scheme == "https" and target.scheme == "http":
        raise EgressRefused(f"{answer.target.shown} redirects from https to http")
    return target
