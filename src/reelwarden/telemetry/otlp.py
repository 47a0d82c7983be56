"""The same through OpenTelemetry: spans in a bounded queue, sent in batches by a thread of their own.

The provider is ours alone and not the process's: what other libraries would say of themselves (FastAPI the query of
each request) is not sent. Everything else is as the OTEL_* variables say.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from reelwarden import __version__
from reelwarden.telemetry import spans
from reelwarden.telemetry.facts import Fact, attributes

LAST_WORDS = 2.0
"""Seconds for which a process that ends waits for the collector."""
QUIET = 60.0
"""Seconds between two lines of the log about a collector that does not take what it is sent."""
PATH = "/v1/traces"
LIBRARY = "opentelemetry"
KINDS = {
    spans.INSIDE: SpanKind.INTERNAL,
    spans.SERVER: SpanKind.SERVER,
    spans.CLIENT: SpanKind.CLIENT,
    spans.CONSUMER: SpanKind.CONSUMER,
}

log = structlog.get_logger()
_w3c = TraceContextTextMapPropagator()


class Tracing:
    """One a process. No call waits for the collector, but `close`, which has its limit."""

    def __init__(self, url: str, process: str) -> None:
        _listen(_Trouble(logging.WARNING))
        self._provider = TracerProvider(resource=_resource(process), shutdown_on_exit=False)
        self._exporter: Any = OTLPSpanExporter(endpoint=endpoint(url))
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("reelwarden", __version__)

    @staticmethod
    def reaches(url: str) -> bool:
        """Whether the collector takes an empty message, within three seconds. Logs nothing."""
        _listen(logging.NullHandler())
        exporter: Any = OTLPSpanExporter(endpoint=endpoint(url), timeout=3)
        try:
            return bool(exporter.export(()) is SpanExportResult.SUCCESS)
        finally:
            exporter.shutdown()

    @contextmanager
    def span(self, name: str, parent: str, role: str, facts: Mapping[str, Fact]) -> Iterator[spans.Span]:
        begun = self._tracer.start_span(
            name, _context(parent), KINDS[role], dict(attributes(facts)), record_exception=False
        )
        told = _Span(begun)
        # Not `record_exception`: an exception's words may be a caller's.
        with trace.use_span(begun, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield told
            except BaseException as error:
                if kind := spans.failure(error):
                    told.fail(kind)
                raise

    def tell(self, name: str, began: float, facts: Mapping[str, Fact]) -> None:
        self._tracer.start_span(name, attributes=dict(attributes(facts)), start_time=int(began * 1e9)).end()

    def note(self, facts: Mapping[str, Fact]) -> None:
        trace.get_current_span().set_attributes(dict(attributes(facts)))

    def carried(self) -> str:
        carrier: dict[str, str] = {}
        _w3c.inject(carrier)
        return carrier.get("traceparent", "")

    def ids(self) -> dict[str, str]:
        context = trace.get_current_span().get_span_context()
        if not context.is_valid:
            return {}
        return {"trace_id": trace.format_trace_id(context.trace_id), "span_id": trace.format_span_id(context.span_id)}

    def close(self, within: float = LAST_WORDS) -> None:
        # The provider itself would wait half a minute for a collector that is down.
        ending = threading.Thread(target=self._provider.shutdown, name="telemetry", daemon=True)
        ending.start()
        ending.join(within)
        if ending.is_alive():
            self._exporter.shutdown()


class _Span(spans.Span):
    def __init__(self, begun: trace.Span) -> None:
        self._begun = begun

    def note(self, **facts: Fact) -> None:
        self._begun.set_attributes(dict(attributes(facts)))

    def call(self, name: str) -> None:
        self._begun.update_name(name)

    def fail(self, kind: str) -> None:
        self.note(error=kind)
        self._begun.set_status(StatusCode.ERROR)


def endpoint(url: str) -> str:
    """Where spans are posted: the collector's address and the path of the protocol, where it has none yet."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return urlunsplit(parts._replace(path=path if path.endswith(PATH) else path + PATH))


def _context(parent: str) -> Context | None:
    """None: within the step around. What is no trace begins a new one."""
    return _w3c.extract({"traceparent": parent}, Context()) if parent else None


def _resource(process: str) -> Resource:
    ours: dict[str, Any] = {
        "service.version": __version__,
        "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
        "reelwarden.process": process,
    }
    named = Resource.create(ours)
    if str(named.attributes["service.name"]).startswith("unknown_service"):
        named = named.merge(Resource({"service.name": f"reelwarden-{process}"}))
    return named


def _listen(handler: logging.Handler) -> None:
    """What the library says of its troubles goes to this handler alone."""
    library = logging.getLogger(LIBRARY)
    library.handlers, library.propagate = [handler], False


class _Trouble(logging.Handler):
    """A collector that is down is told once a minute, in our form."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._next = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + QUIET
            log.warning("telemetry.trouble", said=record.getMessage()[:300])
