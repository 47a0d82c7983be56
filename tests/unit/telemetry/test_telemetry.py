"""Steps and their facts at a real collector: what is told, what never is, and what a collector that is down costs."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from collector import Collector

from reelwarden import doctor, telemetry
from reelwarden.errors import NotMedia, SettingsError
from reelwarden.jobs.hold import Stopped
from reelwarden.settings import Settings
from reelwarden.telemetry import facts, otlp
from reelwarden.telemetry.spans import CLIENT, SERVER

ROOT = Path(__file__).resolve().parents[3]
CALLERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = CALLERS[:-1] + "0"
SECRET = "rw_live_never_to_be_told"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as running:
        telemetry.start(running.url, "worker")
        yield running
        telemetry.stop()


def test_off_it_is_nothing() -> None:
    telemetry.start("", "api")
    assert not telemetry.on()
    with telemetry.span("job", parent=CALLERS, submission="sub_1") as step:
        step.note(status=200)
        step.fail("media")
        assert telemetry.headers(CALLERS) == {} and telemetry.carried() == ""
        assert telemetry.stamp(None, "info", {"event": "x"}) == {"event": "x"}
    assert telemetry.span("job") is telemetry.span("decode", submission="sub_1")


@pytest.mark.slow
def test_off_nothing_of_it_is_loaded() -> None:
    modules = "telemetry, logs, commands.serve, commands.api, commands.worker, commands.notifier"
    imported = "; ".join(f"import reelwarden.{name.strip()}" for name in modules.split(","))
    said = "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    code = f"import sys; {imported}; reelwarden.telemetry.start('', 'api'); {said}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "reelwarden.telemetry.otlp")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    for ask in (telemetry.check, telemetry.reaches, lambda url: telemetry.start(url, "api")):
        with pytest.raises(SettingsError, match="not installed") as caught:
            ask("http://127.0.0.1:1")
        assert "pip install 'reelwarden[telemetry]'" in caught.value.hint
    telemetry.check("")
    monkeypatch.setattr(doctor, "_LOOKS", {"telemetry": doctor._LOOKS["telemetry"]})
    (found,) = doctor.examine(Settings(telemetry_url="http://127.0.0.1:1"))
    assert found.grade == doctor.BAD and "reelwarden[telemetry]" in found.cure
    assert list(doctor.examine(Settings())) == []


def test_the_doctor_asks_the_collector(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_LOOKS", {"telemetry": doctor._LOOKS["telemetry"]})
    (found,) = doctor.examine(Settings(telemetry_url=collector.url))
    assert found.grade == doctor.GOOD and "127.0.0.1" in found.said
    assert [path for path, _, _ in collector.posts] == ["/v1/traces"] and collector.told == []


@pytest.mark.slow
def test_the_doctor_finds_a_collector_that_is_down(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "_LOOKS", {"telemetry": doctor._LOOKS["telemetry"]})
    (found,) = doctor.examine(Settings(telemetry_url="http://user:sesame@127.0.0.1:1"))
    assert found.grade == doctor.POOR and "work goes on" in found.cure and "sesame" not in found.said
    assert capfd.readouterr() == ("", ""), "its findings may be read as JSON"


def test_steps_belong_to_each_other(collector: Collector) -> None:
    began = time.time() - 2
    with telemetry.span("POST", parent=CALLERS, role=SERVER, method="POST", account="acc_1") as outer:
        telemetry.note(submission="sub_1")
        outer.note(status=202)
        outer.call("POST /reelwarden/v1/submissions")
        with telemetry.span("delivery", role=CLIENT, host="example.com"):
            telemetry.tell("piece", began, span=0, signals=3, stages={"decode": 0.25})
    telemetry.stop()
    (request,), (delivery,), (piece,) = (
        collector.named(name) for name in ("POST /reelwarden/v1/submissions", "delivery", "piece")
    )
    assert {span.trace for span in collector.told} == {CALLERS.split("-")[1]}
    assert (request.parent, delivery.parent, piece.parent) == (CALLERS.split("-")[2], request.id, delivery.id)
    assert (request.kind, delivery.kind, piece.kind) == ("server", "client", "internal")
    assert request.facts == {
        "http.request.method": "POST",
        "http.response.status_code": 202,
        "reelwarden.account": "acc_1",
        "reelwarden.submission": "sub_1",
    }
    assert piece.facts == {"reelwarden.span": 0, "reelwarden.signals": 3, "reelwarden.seconds.decode": 0.25}
    assert piece.began == pytest.approx(began) and piece.ended - piece.began >= 2
    assert request.service == "reelwarden-worker"


def test_a_failure_is_told_by_its_kind_alone(collector: Collector) -> None:
    for error in (NotMedia(SECRET), ValueError(SECRET), Stopped(SECRET)):
        with pytest.raises(type(error)), telemetry.span(type(error).__name__):
            raise error
    telemetry.stop()
    failed = {span.name: (span.failed, span.facts.get("error.type"), span.events) for span in collector.told}
    assert failed == {
        "NotMedia": (True, "not_media", 0),
        "ValueError": (True, "ValueError", 0),
        "Stopped": (False, None, 0),
    }
    assert not any(SECRET.encode() in body for _, _, body in collector.posts)


def test_what_is_not_in_the_table_does_not_leave(collector: Collector) -> None:
    with telemetry.span("job", text=SECRET, url=f"http://h/?{SECRET}", submission="sub_1") as step:
        step.note(name=SECRET)
        telemetry.note(key=SECRET)
        telemetry.tell("piece", time.time(), found=SECRET)
    telemetry.stop()
    assert len(collector.told) == 2
    assert not any(SECRET.encode() in body for _, _, body in collector.posts)


def test_every_fact_that_is_told_of_is_in_the_table_and_in_the_docs() -> None:
    told = set()
    for path in (ROOT / "src" / "reelwarden").rglob("*.py"):
        text = path.read_text("utf-8")
        for call in ast.walk(ast.parse(text)) if "telemetry" in text else ():
            if isinstance(call, ast.Call) and re.match(r"(telemetry|step)\.(span|tell|note)$", ast.unparse(call.func)):
                told |= {word.arg for word in call.keywords}
    assert told - {"parent", "role"} == set(facts.NAMES) - {"error"}
    page = (ROOT / "docs" / "howto" / "telemetry.md").read_text("utf-8")
    assert set(facts.NAMES.values()) <= set(re.findall(r"`([a-z_.]+?)(?:\.<\w+>)?`", page))


def test_the_trace_goes_on_where_it_is_carried_to(collector: Collector) -> None:
    with telemetry.span("first"):
        carried = telemetry.carried()
        assert telemetry.headers(CALLERS) == {"traceparent": carried}
        line = telemetry.stamp(None, "info", {"event": "x"})
    assert telemetry.headers(CALLERS) == {"traceparent": CALLERS} and telemetry.headers() == {}
    with telemetry.span("second", parent=carried):
        pass
    with telemetry.span("third", parent="00-no-trace-at-all"):
        pass
    telemetry.stop()
    (first,), (second,), (third,) = (collector.named(name) for name in ("first", "second", "third"))
    assert (second.trace, second.parent) == (first.trace, first.id)
    assert third.trace != first.trace and third.parent == ""
    assert line == {"event": "x", "trace_id": first.trace, "span_id": first.id}


@pytest.mark.parametrize(
    ("variables", "parent", "comes"),
    [
        ({}, CALLERS, True),
        ({}, UNSAMPLED, False),
        ({"OTEL_TRACES_SAMPLER": "always_on"}, UNSAMPLED, True),
        ({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0"}, CALLERS, False),
        ({"OTEL_SDK_DISABLED": "true"}, CALLERS, False),
    ],
)
def test_sampling_is_as_the_variables_say(
    variables: dict[str, str], parent: str, comes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with Collector() as collector:
        telemetry.start(collector.url, "api")
        with telemetry.span("job", parent=parent) as step:
            step.note(status=200)
            carried = telemetry.carried()
        telemetry.stop()
    assert bool(collector.told) == comes
    assert carried.startswith(parent[:35])


def test_the_variables_name_the_service_and_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "moderation")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=sesame")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    with Collector() as collector:
        telemetry.start(collector.url, "api")
        with telemetry.span("job"):
            pass
        telemetry.stop()
    assert [span.service for span in collector.told] == ["moderation"]
    ((_, headers, _),) = collector.posts
    assert headers["api-key"] == "sesame"


@pytest.mark.parametrize(
    ("url", "posted"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("https://collector/otlp/", "https://collector/otlp/v1/traces"),
        ("https://collector/otlp/v1/traces", "https://collector/otlp/v1/traces"),
        ("https://collector?tenant=1", "https://collector/v1/traces?tenant=1"),
    ],
)
def test_the_address_gets_the_path_of_the_protocol(url: str, posted: str) -> None:
    assert otlp.endpoint(url) == posted


@pytest.mark.slow
def test_a_collector_that_hangs_holds_up_nothing() -> None:
    """It takes the connection and never answers: steps go on, the queue stays bounded, and the process can end."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        tracing = otlp.Tracing(f"http://127.0.0.1:{hanging.getsockname()[1]}", "worker")
        (processor,) = tracing._provider._active_span_processor._span_processors
        queue = processor._batch_processor
        for number in range(600):
            tracing.tell("piece", time.time(), {"number": number})
        connection, _ = hanging.accept()
        began = time.monotonic()
        for number in range(10_000):
            tracing.tell("piece", time.time(), {"number": number})
        assert queue._export_lock.locked(), "the sender does not hang"
        assert len(queue._queue) == queue._max_queue_size == 2048
        ending = threading.Thread(target=tracing.close, args=(0.2,))
        ending.start()
        ending.join(5)
        assert not ending.is_alive()
        connection.close()
        assert time.monotonic() - began < 9, "somebody waited for the collector"
