"""The only way out: every request to an address that somebody else chose goes through `Egress.get`.

Each hop of a redirect is taken apart, looked up and judged like the first one. No proxy is taken from the
environment: a proxy would look the name up again, out of our sight. docs/reference/egress.md lists the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

from reelwarden import __version__
from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest.addresses import Network, parse_networks
from reelwarden.ingest.connection import (
    Deadline,
    Exchange,
    Resolver,
    connect,
    look_up,
    secure,
    system_resolver,
)
from reelwarden.ingest.url import Target, parse

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
AGENT = f"reelwarden/{__version__}"
IDLE_SECONDS = 20.0
PIECE = 64 << 10


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


class Egress:
    """Requests under one set of rules: the networks that the operator opened, and the time that one may take."""

    def __init__(
        self,
        allow_networks: Sequence[str] = (),
        *,
        total: float = 300.0,
        idle: float = IDLE_SECONDS,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._allowed: tuple[Network, ...] = parse_networks(allow_networks)
        self._total = total
        self._idle = idle
        self._resolver = resolver

    @contextmanager
    def get(self, url: str) -> Iterator[Answer]:
        """Asks for a URL and follows its redirects; the connection lives as long as the block.

        Raises EgressRefused for what we do not talk to, FetchError for what did not work.
        """
        deadline = Deadline(self._total, self._idle)
        target = parse(url)
        for _ in range(MOST_REDIRECTS + 1):
            with self._ask(target, deadline) as answer:
                if answer.status not in REDIRECTS:
                    yield answer
                    return
                target = _next_hop(answer)
        raise FetchError(f"more than {MOST_REDIRECTS} redirects")

    @contextmanager
    def _ask(self, target: Target, deadline: Deadline) -> Iterator[Answer]:
        with ExitStack() as stack:
            addresses = look_up(target, self._resolver, self._allowed, deadline)
            wire = stack.enter_context(connect(target, addresses, deadline))
            if target.scheme == "https":
                wire = stack.enter_context(secure(wire, target, deadline))
            exchange = Exchange(target, wire, deadline, AGENT)
            stack.callback(exchange.head.close)
            yield _answer(target, exchange)


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
