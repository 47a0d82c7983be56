"""All that may ever be said of a step. What is not in the table does not leave, so nobody can let a text slip out.

docs/howto/telemetry.md lists them; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Value = str | int | float | bool
Fact = Value | Mapping[str, float] | None
"""None says nothing; a mapping says one number a key."""

NAMES: Mapping[str, str] = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "host": "server.address",
    "error": "error.type",
    "account": "reelwarden.account",
    "dialect": "reelwarden.dialect",
    "submission": "reelwarden.submission",
    "source": "reelwarden.source",
    "queue": "reelwarden.queue",
    "tries": "reelwarden.tries",
    "span": "reelwarden.span",
    "number": "reelwarden.piece",
    "signals": "reelwarden.signals",
    "pictures": "reelwarden.pictures",
    "stages": "reelwarden.seconds",
    "media_kind": "reelwarden.media.kind",
    "media_seconds": "reelwarden.media.seconds",
    "cpu_seconds": "reelwarden.cpu_seconds",
    "bytes": "reelwarden.bytes",
    "delivery": "reelwarden.delivery",
    "event": "reelwarden.event",
    "attempt": "reelwarden.attempt",
}
"""Our word → the attribute of the span: OpenTelemetry's own where it has one."""


def attributes(facts: Mapping[str, Fact]) -> Iterator[tuple[str, Value]]:
    """The facts as they leave."""
    for word, fact in facts.items():
        name = NAMES.get(word)
        if name is None or fact is None:
            continue
        if isinstance(fact, Mapping):
            yield from ((f"{name}.{key}", round(value, 6)) for key, value in fact.items())
        else:
            yield name, fact
