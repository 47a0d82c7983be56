"""A collector of traces in the test process: takes OTLP over HTTP, and keeps the bytes as well as what they say."""

from __future__ import annotations

import gzip
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

KINDS = {number: name.removeprefix("SPAN_KIND_").lower() for name, number in Span.SpanKind.items()}


@dataclass(frozen=True)
class Told:
    """One span as it came. `trace`, `id` and `parent` in hex, `parent` empty for a root; times in seconds."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    kind: str
    failed: bool
    facts: dict[str, Any]
    began: float
    ended: float
    events: int


@dataclass
class Collector:
    """Listens within the block. `posts` are (path, headers, body) of all that came, `told` the spans in them."""

    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def __enter__(self) -> Collector:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def named(self, name: str) -> list[Told]:
        return [span for span in list(self.told) if span.name == name]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        plain = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
        self.told += _spans(plain)
        self.posts.append((path, headers, plain))


def _spans(body: bytes) -> list[Told]:
    message = ExportTraceServiceRequest.FromString(body)
    return [
        _told(facts_of(resource.resource.attributes)["service.name"], span)
        for resource in message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _told(service: str, span: Span) -> Told:
    return Told(
        service=service,
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=KINDS[span.kind],
        failed=span.status.code == Status.STATUS_CODE_ERROR,
        facts=facts_of(span.attributes),
        began=span.start_time_unix_nano / 1e9,
        ended=span.end_time_unix_nano / 1e9,
        events=len(span.events),
    )


def facts_of(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.take(self.path, dict(self.headers), body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler
