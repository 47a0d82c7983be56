"""What the house tells the operator's own collector (OpenTelemetry): which step took how long, and how it ended.

Comes in: facts of facts.py, and only those. Goes out: spans, in the background; what cannot be sent is dropped. Off, it
is a null object, and nothing of OpenTelemetry is loaded: only otlp.py knows it. It must not know any other room.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from reelwarden.errors import SettingsError
from reelwarden.telemetry.facts import Fact
from reelwarden.telemetry.spans import INSIDE, Span

if TYPE_CHECKING:
    from reelwarden.telemetry.otlp import Tracing

TRACE = "traceparent"
"""The W3C header by which a trace goes on from one process to the next."""
NOTHING = nullcontext(Span())
_tracing: Tracing | None = None


def start(url: str, process: str) -> None:
    """Spans of this process (api, worker, notifier) go to the collector from now on. Empty `url`: nothing happens.

    Raises SettingsError where OpenTelemetry is not installed.
    """
    global _tracing
    if url and _tracing is None:
        _tracing = _loaded()(url, process)


def stop() -> None:
    """Sends what is left, as far as that goes within two seconds."""
    global _tracing
    ended, _tracing = _tracing, None
    if ended:
        ended.close()


def on() -> bool:
    return _tracing is not None


def check(url: str) -> None:
    """Raises SettingsError where `start` would."""
    if url:
        _loaded()


def reaches(url: str) -> bool:
    """Whether the collector takes an empty message. Raises SettingsError as `start` does."""
    return _loaded().reaches(url)


def span(name: str, *, parent: str = "", role: str = INSIDE, **facts: Fact) -> AbstractContextManager[Span]:
    """A step, from the beginning of the block to its end. An exception that leaves the block ends it as failed.

    `parent` continues another process's trace (a `traceparent`); otherwise the step belongs to the one around it.
    """
    return _tracing.span(name, parent, role, facts) if _tracing else NOTHING


def tell(name: str, began: float, **facts: Fact) -> None:
    """A step within the one around it that ends now; it began at that time, in seconds since 1970."""
    if _tracing:
        _tracing.tell(name, began, facts)


def note(**facts: Fact) -> None:
    """More facts of the step around this line."""
    if _tracing:
        _tracing.note(facts)


def headers(otherwise: str = "") -> dict[str, str]:
    """What to send along so that the trace goes on there: of the step around this line, else of `otherwise`."""
    if _tracing is None:
        return {}
    trace = _tracing.carried() or otherwise
    return {TRACE: trace} if trace else {}


def carried() -> str:
    """The same as a word to be kept; empty where there is none."""
    return headers().get(TRACE, "")


def stamp(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """For structlog: a line that is written within a step says which."""
    return {**event, **_tracing.ids()} if _tracing else event


def _loaded() -> type[Tracing]:
    try:
        from reelwarden.telemetry.otlp import Tracing
    except ImportError as error:
        message = "telemetry_url is set, but OpenTelemetry is not installed"
        raise SettingsError(message, "pip install 'reelwarden[telemetry]', or leave telemetry_url empty") from error
    return Tracing
