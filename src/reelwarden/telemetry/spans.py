"""A step that is told of, and the one of which nothing is told."""

from __future__ import annotations

from reelwarden.telemetry.facts import Fact

INSIDE, SERVER, CLIENT, CONSUMER = "internal", "server", "client", "consumer"
"""The role of a step: work of our own, a request answered, a request made, a job taken from a queue."""


class Span:
    """The null step: whatever it is told, nothing happens."""

    def note(self, **facts: Fact) -> None:
        """More facts."""

    def call(self, name: str) -> None:
        """Another name than it began with."""

    def fail(self, kind: str) -> None:
        """It ends as failed; `kind` is one of a few words."""


def failure(error: BaseException) -> str:
    """The kind of an error, empty for what only ends a block: never its message, which may hold a text or an address.

    An exception class with `expected = True` is no failure.
    """
    if getattr(error, "expected", False):
        return ""
    return str(getattr(error, "code", "")) or type(error).__name__
