"""The Python client against the real API: every route, every record, every way in which it can go wrong."""

from __future__ import annotations

import inspect
import io
import os
import random
import re
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from clips import make_clip, qr_picture
from findings import seen
from PIL import Image
from ports import free_port
from serving import Server, until

from reelwarden.accounts.caller import OWN_SCOPES
from reelwarden.client import ApiError, Client, Entry, Unreachable, sending, wire
from reelwarden.deliver import endpoints
from reelwarden.errors import UsageError
from reelwarden.store.tables.deliveries import deliveries as rows
from reelwarden.store.tables.submissions import uploads

pytestmark = pytest.mark.slow
NOT_COVERED = {
    ("OPTIONS", "/uploads"): "what of the protocol is spoken, for clients that speak more versions",
}
POLICY = 'name = "mine"\n[labels.nudity]\nreview = 0.5\nreject = 0.9\n'
Native = Any
RAN: set[str] = set()
"""The tests of this file that have run in this process: which those are is decided by whoever spreads the tests."""


@pytest.fixture(autouse=True)
def ran(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    RAN.add(request.function.__name__)


@pytest.fixture(scope="module")
def asked(native: Native) -> Iterator[set[tuple[str, str]]]:
    """Every request that the client made."""
    made: set[tuple[str, str]] = set()
    original = wire.Wire.answer

    def recorded(self: Any, verb: str, path: str, *said: Any, **more: Any) -> Any:
        made.add((verb, path))
        return original(self, verb, path, *said, **more)

    wire.Wire.answer = recorded  # type: ignore[method-assign]
    yield made
    wire.Wire.answer = original  # type: ignore[method-assign]


@pytest.fixture
def client(native: Native, asked: object) -> Client:
    """Of an account of the test's own: what another test made is not there."""
    return Client(native.url, native.tenant().secret)


def test_a_submission_from_first_to_last(native: Native, client: Client) -> None:
    submission = client.submit(
        b"abc" * 1000,
        labels=["weapon", "text.insult"],
        name='a "clip" ü.mp4',
        external_id="mine-1",
        plan={"count": 3},
        languages=["en", "fr"],
        interim=True,
        callback="https://example.com/told",
    )
    assert (submission.state, submission.fresh, submission.asked) == ("accepted", True, ("weapon", "text.insult"))
    assert submission.name == 'a "clip" ü.mp4'
    assert submission.created is not None
    assert abs((datetime.now(UTC) - submission.created).total_seconds()) < 60
    options = native.submission(submission.id).options
    assert (options.plan, options.languages, options.interim) == ({"count": 3}, ("en", "fr"), True)
    again = client.submit(b"abc", labels=["weapon"], external_id="mine-1")
    assert (again.id, again.fresh) == (submission.id, False)
    assert client.media(submission.id) == b"abc" * 1000
    assert client.media(submission.id, 2, 6) == b"cabc"
    with pytest.raises(TimeoutError):
        client.wait(submission.id, timeout=0.1)
    native.finish(submission.id, seen("weapon.firearm", 2.0), seen("weapon.firearm", 3.0))
    assert client.wait(submission.id).state == "finished"
    result = client.result(submission.id)
    moment = result.moments[0]
    assert (moment.label, moment.start <= 2.0 <= moment.end) == ("weapon.firearm", True)
    assert moment.evidence[0].score == 0.9
    assert result.verdict == client.submission(submission.id).outcome
    assert result.document["moments"]
    delivery = client.deliveries.all(submission=submission.id)[0]
    assert (delivery.event, delivery.state) == ("submission.finished", "owed")
    client.deliveries.again(delivery.id)
    assert client.deliveries.one(delivery.id).tried == ()
    assert client.deliveries.all_again(submission.id, ["owed"]) == 1
    with native.bench.database.begin() as connection:
        account = connection.execute(sa.select(rows.c.account).where(rows.c.id == delivery.id)).scalar_one()
        endpoints.close(connection, account, "https://example.com/gone", delivery.id, 0.0)
    (closed,) = client.deliveries.closed()
    assert (closed.url, closed.delivery) == ("https://example.com/gone", delivery.id)
    assert client.deliveries.open(closed.id) == closed.url
    assert client.deliveries.closed() == []
    assert client.evidence_times(submission.id) == []
    with pytest.raises(ApiError, match="no picture"):
        client.evidence(submission.id, 1.0)
    client.delete(submission.id)
    with pytest.raises(ApiError) as error:
        client.submission(submission.id)
    assert (error.value.status, error.value.code) == (404, "not_found")


def test_other_sources(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "from a path.mp4"
    file.write_bytes(b"path")
    given = io.BytesIO(b"---given")
    given.seek(3)
    assert client.media(client.submit(file, labels=["gore"]).id) == b"path"
    assert client.media(client.submit(given, labels=["gore"]).id) == b"given"
    assert client.submit(url="https://example.com/a.mp4", labels=["gore"]).source == "url"
    stopped = client.stop(client.submit(stream="https://example.com/a.m3u8", labels=["gore"]).id)
    assert (stopped.source, stopped.stopping) == ("stream", True)
    with pytest.raises(UsageError):
        client.submit(file, url="https://example.com/", labels=["gore"])
    assert len(client.submissions(limit=2)) == 2
    assert client.submissions(state="stopped") == []


def test_large_files_are_uploaded_resumably(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LARGE", 1000)
    body = bytes(range(200)) * 50
    submission = client.submit(body, labels=["gore"], name="large.mp4")
    assert (client.media(submission.id), submission.name) == (body, "large.mp4")
    id = client.upload(b"not wanted", part=4)
    client.end_upload(id)
    with pytest.raises(ApiError, match="no such upload"):
        client.submit(upload=id, labels=["gore"])


def test_an_upload_goes_on_where_it_broke_off(native: Native, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second part reaches the server, but its answer never comes back."""
    original, count = sending._send, [0]

    def flaky(*said: Any) -> int:
        count[0] += 1
        offset = original(*said)
        if count[0] % 2:
            raise Unreachable("the line is down")
        return offset

    monkeypatch.setattr(sending, "_send", flaky)
    monkeypatch.setattr("time.sleep", lambda _: None)
    body = bytes(range(256)) * 100
    id = client.upload(body, part=7000)
    assert client.media(client.submit(upload=id, labels=["gore"]).id) == body
    assert count[0] == 4


def test_texts_labels_and_the_account(client: Client) -> None:
    said = client.text("write to jo@example.com", categories=["email"], semantic=False)
    assert "email" in said.categories
    assert said.detections["email"]["details"][0]["match"] == "jo@example.com"
    assert {one.label.split(".")[0] for one in client.labels("weapon")} == {"weapon"}
    account = client.account()
    assert (account.plan, account.limit) == ("unlimited", None)
    assert client.change_settings(retention=1000.0) == {"retention": 1000.0}
    assert client.change_settings(retention=None) == {}
    assert client.usage(by=["label"])[0].label == "text"
    assert client.is_live()
    assert client.checks()["database"] == "ok"


def test_lists(client: Client) -> None:
    made = client.lists.create("my words/ü", ["one", Entry("two", match="exact", language="en")])
    assert (made.entries, made.kind) == (2, "disallow")
    page = client.lists.one(made.id).page
    assert [(entry.text, entry.match) for entry in page] == [("one", "standard"), ("two", "exact")]
    client.lists.remove(made.id, page[0].id)
    assert client.lists.add(made.id, ["three"]).entries == 2
    assert client.lists.replace(made.id, ["four"]).entries == 1
    assert [one.name for one in client.lists.all()] == ["my words/ü"]
    assert "blacklist" in client.text("well, four", lists=[made.id], semantic=False).categories
    client.lists.delete(made.id)
    for act in (client.lists.one, client.lists.delete, lambda name: client.lists.add(name, ["x"])):
        with pytest.raises(ApiError) as error:
            act(made.id)
        assert error.value.status == 404


def test_policies(client: Client) -> None:
    assert "[" in (client.policies.one().document or "")
    assert client.policies.put("mine", POLICY).revision == 1
    assert client.policies.put("mine", POLICY).revision == 2
    assert client.policies.one("mine").document == POLICY
    assert [one.name for one in client.policies.all()] == ["mine"]
    client.policies.delete("mine")
    with pytest.raises(ApiError, match="no such policy") as error:
        client.policies.delete("mine")
    assert error.value.status == 404


def test_keys(native: Native, client: Client) -> None:
    assert client.keys.signing() == ()
    (public,) = client.keys.new_signing()
    assert public.startswith("whpk_")
    assert client.keys.signing() == (public,)
    assert public not in client.keys.new_signing(replace=True)
    made = client.keys.create("reader", ["read"])
    assert made.secret
    assert made.secret not in repr(made)
    reader = Client(native.url, made.secret)
    assert reader.submissions(limit=1) is not None
    with pytest.raises(ApiError, match="no scope submit") as error:
        reader.text("hello")
    assert (error.value.status, error.value.code) == (403, "not_allowed")
    client.keys.revoke(made.id)
    assert [one.revoked is not None for one in client.keys.all() if one.id == made.id] == [True]
    with pytest.raises(ApiError) as refused:
        reader.submissions()
    assert (refused.value.status, refused.value.code) == (401, "no_key")
    assert refused.value.hint


def test_what_admins_do(native: Native, asked: object) -> None:
    admin = Client(native.url, native.tenant(scopes=[*OWN_SCOPES, "admin"]).secret)
    name = f"n{secrets.token_hex(6)}"
    made = admin.admin.create(name, "free")
    assert admin.admin.account(name) == made
    assert Client(native.url, admin.admin.create_key(name, "k").secret or "").account().plan == "free"
    assert admin.admin.change_plan(made.number, "pro").plan == "pro"
    assert made.id in [one.id for one in admin.admin.accounts()]
    assert admin.admin.put_plan("tiny", burst=3).burst == 3
    assert "tiny" in [plan.name for plan in admin.admin.plans()]
    assert admin.admin.close(made.id).closed is not None
    assert "reelwarden_submissions" in admin.metrics()


def test_events_go_on_when_the_connection_is_lost(native: Native) -> None:
    """Through a relay that hangs up after each answer's first kilobyte."""
    tenant = native.tenant()
    direct = Client(native.url, tenant.secret)
    first = direct.submit(b"1", labels=["gore"])
    with relay(native.url, most=1000) as url:
        heard = Client(url, tenant.secret).events(after=0)
        assert next(heard).submission == first.id
        others = [direct.submit(b"2", labels=["gore"]).id for _ in range(8)]
        assert [next(heard).submission for _ in others] == others
    assert [event.submission for event in direct.past_events()] == [first.id, *others]
    of_one = direct.events(after=0, submission=others[3])
    assert next(of_one).submission == others[3]


def relay(url: str, most: int) -> Any:
    """A way to the server that closes after so many bytes of an answer."""
    place = urlsplit(url)

    def carry(wire_: socket.socket) -> None:
        behind = socket.create_connection((place.hostname, place.port))
        with wire_, behind, suppress(OSError):
            behind.sendall(wire_.recv(65536))
            left = most
            while left > 0 and (piece := behind.recv(left)):
                wire_.sendall(piece)
                left -= len(piece)

    @contextmanager
    def running() -> Iterator[str]:
        over = threading.Event()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(0.1)

            def accept() -> None:
                while not over.is_set():
                    try:
                        wire_, _ = listener.accept()
                    except TimeoutError:
                        continue
                    wire_.settimeout(None)
                    threading.Thread(target=carry, args=(wire_,), daemon=True).start()

            thread = threading.Thread(target=accept)
            thread.start()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            over.set()
            thread.join()

    return running()


def test_who_asks_too_fast_waits(native: Native) -> None:
    from reelwarden.accounts import plans

    with native.bench.database.begin() as connection:
        plans.put(connection, plans.Plan("slow", requests_per_second=2.0, burst=1))
    secret = native.tenant("slow").secret
    patient = Client(native.url, secret)
    assert [patient.submissions() for _ in range(3)] == [[], [], []]
    with pytest.raises(ApiError) as error:
        for _ in range(20):
            Client(native.url, secret, patience=0.0).submissions()
    assert (error.value.status, error.value.code) == (429, "too_fast")
    assert error.value.retry_after


def test_a_server_that_is_not_there() -> None:
    client = Client(f"http://127.0.0.1:{free_port()}", "key")
    with pytest.raises(Unreachable) as error:
        client.submissions()
    assert error.value.hint
    assert not client.is_live()
    for wrong in ("127.0.0.1:8080", "ftp://x", ""):
        with pytest.raises(UsageError):
            Client(wrong, "key")


def test_every_route_is_reached(
    native: Native, asked: set[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests above ask for, against what the OpenAPI has. Those that another process runs are run here too."""
    known: dict[str, Any] = {"native": native, "asked": asked, "tmp_path": tmp_path}
    for act in (
        test_a_submission_from_first_to_last,
        test_other_sources,
        test_large_files_are_uploaded_resumably,
        test_an_upload_goes_on_where_it_broke_off,
        test_texts_labels_and_the_account,
        test_lists,
        test_policies,
        test_keys,
        test_what_admins_do,
        test_events_go_on_when_the_connection_is_lost,
    ):
        if act.__name__ not in RAN:
            with monkeypatch.context() as patch:
                known |= {"monkeypatch": patch, "client": Client(native.url, native.tenant().secret)}
                act(**{name: known[name] for name in inspect.signature(act).parameters})
    paths = native.http.get("/openapi.json").json()["paths"]
    routes = {(verb.upper(), path) for path, verbs in paths.items() for verb in verbs}
    reached = {route for route in routes for verb, path in asked if verb == route[0] and matches(route[1], path)}
    assert routes - reached == set(NOT_COVERED)


def matches(template: str, path: str) -> bool:
    return bool(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path))


def test_a_clip_on_a_real_server(server: Server, tmp_path: Path) -> None:
    """Everything at work: uploaded in parts, looked at by a worker, told by an event, a picture kept."""
    shown = Image.new("RGB", (640, 360), (240, 240, 240))
    shown.paste(qr_picture("https://example.com/promo", 280), (180, 40))
    clip = make_clip(tmp_path / "code.mp4", 3.0, fps=10, size=(640, 360), picture=lambda *_: shown)
    client = Client(server.url, server.key())
    upload = client.upload(clip, part=10_000)
    submission = client.submit(upload=upload, labels=["qr"])
    assert submission.name == "code.mp4"
    ends = (event for event in client.events(after=0, submission=submission.id) if event.kind.endswith("finished"))
    assert next(ends).submission == submission.id
    moment = next(one for one in client.result(submission.id).moments if one.label == "qr.link")
    assert moment.start == 0.0
    assert moment.evidence[0].text == "https://example.com/promo"
    times = client.evidence_times(submission.id)
    assert client.evidence(submission.id, times[0])[:3] == b"\xff\xd8\xff"
    assert client.media(submission.id) == clip.read_bytes()
    assert client.wait(submission.id, timeout=60).progress == 1.0


def test_an_upload_outlives_a_killed_api(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 in the middle of a part: the client finds the way back by itself, and every byte is there once."""
    monkeypatch.setattr(sending, "Body", lambda part, kind: wire.Body(slowly(part), kind, len(part)))
    client, account = Client(server.url, (keyed := server.account()).secret), keyed.id
    body = random.Random(5).randbytes(12 << 20)
    ids: list[str] = []
    thread = threading.Thread(target=lambda: ids.append(client.upload(body, part=4 << 20)))
    thread.start()
    until(lambda: in_the_middle(server, account) or None, 120, "the second part")
    os.kill(api_process(server), signal.SIGKILL)
    thread.join(240)
    assert client.media(client.submit(upload=ids[0], labels=["gore"]).id) == body


def slowly(part: bytes) -> Iterator[bytes]:
    for start in range(0, len(part), 1 << 20):
        time.sleep(0.2)
        yield part[start : start + (1 << 20)]


def in_the_middle(server: Server, account: str) -> bool:
    """Some parts have come, and another is coming."""
    with server.database.read() as connection:
        rows = connection.execute(sa.select(uploads).where(uploads.c.account == account)).all()
    return any(row.offset > 0 and "holder" in row.facts for row in rows)


def api_process(server: Server) -> int:
    """The process of the API among the supervisor's children."""
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            parent = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            words = folder.joinpath("cmdline").read_bytes().split(b"\0")
            if parent == server.process.pid and b"api" in words:
                return int(folder.name)
    raise AssertionError("there is no such process")
