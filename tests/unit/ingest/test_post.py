"""Callbacks leave by `Egress.post`: guarded like every request, never redirected, short whatever the receiver does."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme
from servers import PRIVATE, PUBLIC, Handler, Server, names, raw, redirects, says, watched

from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest.egress import Egress, Reply

BODY = b'{"id": "s_1"}'
KNOWN = names(good_test=PUBLIC, inside_test=PRIVATE, mixed_test=[PUBLIC, PRIVATE])


def post(url: str, body: bytes = BODY, timeout: float = 120.0, **headers: str) -> Reply:
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Egress([f"{PUBLIC}/32"], resolver=KNOWN).post(url, body, sent, timeout=timeout)


def whole_body(then: Handler) -> tuple[Handler, list[bytes]]:
    """Reads the body that the head announces, keeps it, then goes on."""
    bodies: list[bytes] = []

    def handle(wire: socket.socket, head: bytes) -> None:
        start, _, body = head.partition(b"\r\n\r\n")
        length = int(start.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += wire.recv(65536)
        bodies.append(body)
        then(wire, head)

    return handle, bodies


def test_body_and_headers_arrive_and_the_answer_comes_back() -> None:
    handler, bodies = whole_body(says(b"thanks", status="202 Accepted", X_Seen="yes"))
    with Server(handler) as server:
        reply = post(server.url("/hook?a=1", "good.test"), webhook_id="msg_1")
    assert (reply.status, reply.reason, reply.body, reply.cut) == (202, "Accepted", b"thanks", False)
    assert reply.headers["x-seen"] == "yes" and 0 < reply.seconds < 120
    head = server.requests[0]
    assert head.startswith(b"POST /hook?a=1 HTTP/1.1\r\n") and bodies == [BODY]
    assert b"webhook-id: msg_1\r\n" in head and b"Content-Type: application/json\r\n" in head
    assert f"Host: good.test:{server.port}\r\n".encode() in head


def test_an_empty_body_says_its_length() -> None:
    with Server(says(b"")) as server:
        assert post(server.url(), b"").status == 200
    assert b"Content-Length: 0\r\n" in server.requests[0]


@pytest.mark.parametrize("name", ["Host", "host ", "Content-Length", "Transfer-Encoding", "Connection", "Expect"])
def test_a_caller_cannot_reshape_the_request(name: str) -> None:
    handler, bodies = whole_body(says(b"ok"))
    with Server(handler) as server:
        assert Egress([f"{PUBLIC}/32"]).post(server.url(), BODY, {name: "7"}, timeout=120).status == 200
    assert bodies == [BODY] and b": 7\r\n" not in server.requests[0]


@pytest.mark.parametrize(("name", "value"), [("X-A", "a\r\nHost: b"), ("X A", "b"), ("X-A", "☃"), ("X\r\nY", "b")])
def test_a_header_that_cannot_be_sent_is_an_error_and_sends_nothing(name: str, value: str) -> None:
    with Server(says(b"ok")) as server, pytest.raises(FetchError, match="a header cannot be sent") as caught:
        Egress([f"{PUBLIC}/32"]).post(server.url(), BODY, {name: value}, timeout=120)
    assert server.requests == [] and "\n" not in str(caught.value)


@pytest.mark.parametrize("host", [PRIVATE, "inside.test", "mixed.test", "[::ffff:127.0.0.1]", "2130706433", "a@b.test"])
def test_a_private_receiver_never_sees_a_connection(host: str) -> None:
    with watched() as secret, pytest.raises(EgressRefused):
        post(secret.url("/", host))
    assert secret.connections == 0


def test_a_network_may_be_opened_for_one_call() -> None:
    way = Egress()
    with Server(whole_body(says(b"ok"))[0]) as server:
        assert way.post(server.url(), BODY, {}, timeout=120, allow_networks=[f"{PUBLIC}/32"]).status == 200
        with pytest.raises(EgressRefused):
            way.post(server.url(), BODY, {}, timeout=120)
    assert server.connections == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_the_answer(status: str) -> None:
    with watched() as secret, Server(whole_body(redirects(secret.url(), status))[0]) as server:
        reply = post(server.url())
    assert (reply.status, reply.headers["location"]) == (int(status[:3]), secret.url())
    assert (len(server.requests), secret.connections) == (1, 0)


def test_a_huge_answer_is_cut_and_the_connection_closed() -> None:
    sent: list[int] = []
    done = threading.Event()

    def flood(wire: socket.socket, _head: bytes) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        try:
            for _ in range(1000):
                wire.sendall(b"x" * 100_000)
                sent.append(100_000)
        except OSError:
            done.set()

    with Server(whole_body(flood)[0]) as server:
        reply = post(server.url())
        assert done.wait(120)
    assert (reply.status, reply.body, reply.cut) == (200, b"x" * 2048, True)
    assert sum(sent) < 20_000_000


@pytest.mark.parametrize(("size", "cut"), [(2047, False), (2048, False), (2049, True)])
def test_the_cut_is_said_at_the_very_byte(size: int, cut: bool) -> None:
    with Server(whole_body(says(b"x" * size))[0]) as server:
        reply = post(server.url())
    assert (len(reply.body), reply.cut) == (min(size, 2048), cut)


BAD: dict[str, tuple[Handler, str]] = {
    "closes at once": (raw(), "ended before an answer|connection broke"),
    "half a head": (raw(b"HTTP/1.1 200 OK\r\nConte"), "middle of the answer's head"),
    "half a body": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "too early"),
    "half a chunk": (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf"), "too early"),
    "no HTTP": (raw(b"220 mail.example ESMTP\r\n"), "not proper HTTP"),
    "endless head": (
        raw(b"HTTP/1.1 200 OK\r\n", for_ever=b"A: " + b"b" * 60000 + b"\r\n"),
        "head is larger|proper HTTP",
    ),
    "drips a body": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", for_ever=b"x", pause=0.05), r"than 0\.4 s"),
    "drips a head": (raw(b"HTTP/1.1 200 OK\r\n", for_ever=b"X", pause=0.05), r"took longer than 0\.4 s"),
    "continues": (raw(for_ever=b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.05), r"took longer than 0\.4 s"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_receiver_is_one_short_line_in_time(kind: str) -> None:
    handler, message = BAD[kind]
    timeout = 0.4 if "0" in message else 120.0  # only where the time is what ends it
    with Server(whole_body(handler)[0]) as server, pytest.raises(FetchError, match=message) as caught:
        post(server.url("/?secret=1"), timeout=timeout)
    assert type(caught.value) is FetchError
    assert "\n" not in str(caught.value) and "secret" not in str(caught.value) and len(str(caught.value)) < 200


def test_silence_ends_at_the_time_limit() -> None:
    release = threading.Event()
    with Server(lambda *_: release.wait(120) and None) as server:
        started = time.monotonic()
        with pytest.raises(FetchError, match=r"the answer took longer than 0\.3 s"):
            post(server.url(), timeout=0.3)
        assert time.monotonic() - started < 60
        release.set()


def test_an_answer_before_the_whole_body_was_read_still_counts() -> None:
    def refuse(wire: socket.socket, _head: bytes) -> None:
        wire.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        wire.shutdown(socket.SHUT_WR)
        while wire.recv(1 << 16):
            pass

    with Server(refuse) as server:
        assert post(server.url(), b"x" * 8_000_000).status == 413


def test_a_port_where_nobody_listens() -> None:
    with socket.create_server((PUBLIC, 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(FetchError, match="could not be reached"):
        post(f"http://{PUBLIC}:{port}/")


def test_two_hundred_at_once_each_get_their_own_answer() -> None:
    def echo(wire: socket.socket, head: bytes) -> None:
        says(head.split()[1])(wire, head)

    way = Egress([f"{PUBLIC}/32"], resolver=KNOWN)
    with Server(whole_body(echo)[0]) as server, ThreadPoolExecutor(200) as pool:
        urls = [server.url(f"/{n}", "good.test") for n in range(200)]
        replies = list(pool.map(lambda url: way.post(url, BODY, {}, timeout=120), urls))
    assert [reply.body for reply in replies] == [f"/{n}".encode() for n in range(200)]


def test_tls_checks_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    for name, good in (("good.test", True), ("other.test", False)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        with Server(whole_body(says(b"ok"))[0], tls=context) as server:
            if good:
                assert post(server.url("/", "good.test")).body == b"ok"
            else:
                with pytest.raises(FetchError, match=r"certificate of good\.test is not valid"):
                    post(server.url("/", "good.test"))
                assert server.requests == []


def test_a_redirected_get_keeps_its_range_and_drops_its_secrets_at_another_host() -> None:
    asked = {"Range": "bytes=2-3", "Authorization": "Bearer x", "Cookie": "a=b"}
    with Server(says(b"ok")) as last:

        def twice(wire: socket.socket, head: bytes) -> None:
            (redirects("/next") if b" /first " in head else redirects(last.url()))(wire, head)

        with Server(twice) as first, Egress([f"{PUBLIC}/32"]).get(first.url("/first"), asked) as answer:
            assert answer.first(10) == (b"ok", False)
    assert all(b"Bearer x" in request for request in first.requests) and len(first.requests) == 2
    assert b"Range: bytes=2-3\r\n" in last.requests[0]
    assert b"Bearer" not in last.requests[0] and b"Cookie" not in last.requests[0]
