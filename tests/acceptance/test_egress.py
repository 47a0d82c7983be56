"""Attacks on the way out, against real servers on loopback: 127.0.0.2 is allowed and stands for a public host,
127.0.0.1 is private and must see no connection at all."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
import trustme
from clips import frame_number, make_clip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import PRIVATE, PUBLIC, Server, names, raw, redirects, says, watched

from reelwarden.domain import Frame
from reelwarden.errors import EgressRefused, FetchError, LimitExceeded
from reelwarden.ingest.egress import Egress
from reelwarden.ingest.fetch import fetch
from reelwarden.media.decoder_process import decode, probe
from reelwarden.media.sampling import Every
from reelwarden.settings import Settings

BODY = bytes(range(256)) * 800


def egress(resolver: object = None, **limits: float) -> Egress:
    known = resolver or names(good_test=PUBLIC, inside_test=PRIVATE, mixed_test=[PUBLIC, PRIVATE])
    return Egress([f"{PUBLIC}/32"], resolver=known, **limits)  # type: ignore[arg-type]


def body_of(url: str, way: Egress | None = None) -> bytes:
    with (way or egress()).get(url) as answer:
        assert answer.status == 200
        return b"".join(answer.pieces())


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", max_bytes=1 << 20)


def fetched(url: str, place: Settings, way: Egress | None = None) -> bytes:
    with fetch(url, place, egress=way or egress()) as source:
        assert source.bytes == source.path.stat().st_size
        return source.path.read_bytes()


# Where requests may go ------------------------------------------------------------------------------------


def test_a_good_host_is_asked_by_name_at_its_address() -> None:
    with Server(says(BODY)) as server:
        assert body_of(server.url("/a?b=1", "good.test")) == BODY
    assert f"Host: good.test:{server.port}\r\n".encode() in server.requests[0]
    assert server.requests[0].startswith(b"GET /a?b=1 HTTP/1.1\r\n")
    assert b"Accept-Encoding: identity" in server.requests[0]


@pytest.mark.parametrize("host", [PRIVATE, "inside.test", "mixed.test", "[::ffff:127.0.0.1]", "127.0.0.1."])
def test_a_private_address_is_refused_before_any_connection(host: str) -> None:
    with watched() as secret, pytest.raises(EgressRefused), egress().get(secret.url("/", host)):
        pass
    assert secret.connections == 0


def test_a_redirect_to_a_private_address_is_refused() -> None:
    with watched() as secret:
        for host in (PRIVATE, "inside.test", "2130706433", "0x7f.1", "[::1]"):
            with (
                Server(redirects(secret.url("/", host))) as server,
                pytest.raises(EgressRefused),
                egress().get(server.url()),
            ):
                pass
            assert len(server.requests) == 1
    assert secret.connections == 0


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://x/", "http://a@127.0.0.1/", "http://[", "\\\\x"])
def test_a_redirect_elsewhere_than_http_is_refused(location: str) -> None:
    with Server(redirects(location)) as server, pytest.raises(EgressRefused), egress().get(server.url()):
        pass


def test_good_redirects_are_followed_relative_and_absolute() -> None:
    with Server(says(BODY)) as last, Server(redirects(last.url("/end"))) as middle:

        def by_path(wire: object, head: bytes) -> None:
            (redirects("next") if b" /a/first " in head else redirects(middle.url()))(wire, head)  # type: ignore[arg-type]

        with Server(by_path) as first:
            assert body_of(first.url("/a/first")) == BODY
    assert [r.split()[1] for r in first.requests] == [b"/a/first", b"/a/next"]


def test_redirects_end() -> None:
    with (
        Server(redirects("/again")) as server,
        pytest.raises(FetchError, match="more than 5 redirects"),
        egress().get(server.url()),
    ):
        pass
    assert len(server.requests) == 6


def test_rebinding_uses_only_the_first_answer() -> None:
    """The name is public at the first look-up and private ever after: there is no second one per hop."""
    asked: list[str] = []

    def turncoat(host: str) -> list[object]:
        asked.append(host)
        return names(x=PUBLIC if len(asked) == 1 else PRIVATE)("x")  # type: ignore[return-value]

    with Server(says(BODY)) as server, watched() as secret:
        assert body_of(server.url("/", "turncoat.test"), egress(turncoat)) == BODY
        assert asked == ["turncoat.test"]
        with pytest.raises(EgressRefused), egress(turncoat).get(secret.url("/", "turncoat.test")):
            pass
    assert (server.connections, secret.connections) == (1, 0)


def test_rebinding_between_the_hops_of_a_redirect_is_refused() -> None:
    asked: list[str] = []

    def turncoat(host: str) -> list[object]:
        asked.append(host)
        return names(x=PUBLIC if len(asked) == 1 else PRIVATE)("x")  # type: ignore[return-value]

    with Server(redirects("/again")) as server, pytest.raises(EgressRefused):
        body_of(server.url("/", "turncoat.test"), egress(turncoat))
    assert (asked, server.connections) == (["turncoat.test"] * 2, 1)


def test_a_dead_address_is_passed_over_for_the_next() -> None:
    with Server(says(BODY)) as server:
        way = Egress(["127.0.0.0/8"], resolver=names(two_test=["127.0.0.9", PUBLIC]))
        assert body_of(server.url("/", "two.test"), way) == BODY


def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(says(b"the proxy")) as proxy, Server(says(BODY)) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        assert body_of(server.url()) == BODY
    assert proxy.connections == 0


def test_odd_ports_of_public_addresses_are_refused_without_a_look() -> None:
    with (
        pytest.raises(EgressRefused, match="port 22"),
        Egress(resolver=names(a_test="8.8.8.8")).get("http://a.test:22"),
    ):
        pass


def test_odd_ports_of_a_public_network_are_open_once_it_is_allowed(opened: list[str]) -> None:
    way = Egress(["8.8.8.0/24"], resolver=names(a_test="8.8.8.8"))
    with pytest.raises(FetchError, match="could not be reached"), way.get("http://a.test:22"):
        pass
    assert opened == ["8.8.8.8"]


SPELLINGS = st.sampled_from(
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "127.0.0.1.", "127.000.0.01"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[64:ff9b::7f00:1]"),
        *("①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "ⓛocalhost", "localhost", "LOCALHOST.", "inside.test"),
        *("0.0.0.0", "0", "[::]", "[::127.0.0.1]", "[2002:7f00:1::]", "127.0.0.1%00.good.test", "mixed.test"),
        *("good.test@127.0.0.1", "127.0.0.1\\@good.test", "127.0.0.1#@good.test", "good.test:80@127.0.0.1"),
        *("%31%32%37.0.0.1", "127.0.0.1\t", "[::1%25lo]", "127.0.0.1,good.test", "[127.0.0.1]", "169.254.169.254"),
    ]
)
URLS = st.builds(
    "{}{}:{}{}".format,
    st.sampled_from(
        ["http://", "https://", "HTTP://", "http:///", "http:\\\\", "//", "http:", "http://@", "http://a:b@"]
    ),
    st.one_of(SPELLINGS, st.text("0127xf.:[]@%#/\\-a", max_size=18), st.ip_addresses().map(str)),
    st.sampled_from(["PORT", "PORT ", "0PORT", "80", "", "PORT@good.test", "+PORT"]),
    st.sampled_from(["/", "", "/@good.test", "?http://good.test/", "#@good.test/", "/../", "\\good.test"]),
)


@given(url=URLS)
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_no_odd_url_reaches_a_refused_address(url: str, opened: list[str]) -> None:
    """Every connection that we try is seen, and stopped, by an audit hook, whatever part of us opens it."""
    opened.clear()
    known = names(inside_test=PRIVATE, mixed_test=[PUBLIC, PRIVATE], localhost=[PRIVATE, "::1"], good_test=PUBLIC)
    with pytest.raises(FetchError), Egress([f"{PUBLIC}/32"], total=2, resolver=known).get(url.replace("PORT", "80")):
        pass
    assert all(address == PUBLIC or ip_address(address).is_global for address in opened), (url, opened)


class Hook:
    """An audit hook cannot be taken out again, so there is one, which can be put to sleep.

    What an earlier test's threads still connect to (a server that was let go, say) is none of its business.
    """

    def __init__(self) -> None:
        self.seen: list[str] | None = None
        self.others: frozenset[int] = frozenset()
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect" and self.seen is not None and threading.get_ident() not in self.others:
            self.seen.append(arguments[1][0])  # type: ignore[index]
            raise PermissionError("no connection leaves this test")


@pytest.fixture(scope="module")
def hook() -> Hook:
    return Hook()


@pytest.fixture
def opened(hook: Hook) -> Iterator[list[str]]:
    hook.others = frozenset(thread.ident or 0 for thread in threading.enumerate()) - {threading.get_ident()}
    hook.seen = []
    yield hook.seen
    hook.seen = None


# What comes back ------------------------------------------------------------------------------------------


def test_a_download_arrives_whole_and_leaves_nothing(place: Settings) -> None:
    seen: list[tuple[int, int | None]] = []
    with (
        Server(says(BODY, Content_Type="video/mp4")) as server,
        fetch(server.url("/v.mp4?key=1"), place, egress=egress(), progress=lambda *a: seen.append(a)) as source,
    ):
        assert source.path.read_bytes() == BODY
        assert source.name == server.url("/v.mp4")
        path = source.path
        assert subprocess.run(["cat", path], capture_output=True, check=True).stdout == BODY
    assert seen[-1] == (len(BODY), len(BODY))
    assert not path.exists() and not any((place.cache_dir / "downloads").iterdir())


@pytest.mark.slow
def test_the_decoder_takes_a_download(tmp_path: Path, place: Settings) -> None:
    clip = make_clip(tmp_path / "a.mp4", 1.0)
    with Server(says(clip.read_bytes())) as server, fetch(server.url("/x"), place, egress=egress()) as source:
        assert probe(source.path).video_codec == "h264"
        with decode(source.path, Every(0.5), 320) as decoding:
            assert [frame_number(piece.pixels) for piece in decoding if isinstance(piece, Frame)] == [0, 12]


@pytest.mark.parametrize("extra", [b"", b"X-A: 1\r\nContent-Length: 99999999\r\n"])
def test_an_endless_body_is_cut_at_the_limit(extra: bytes, place: Settings) -> None:
    with (
        Server(raw(b"HTTP/1.1 200 OK\r\n" + extra + b"\r\n", for_ever=b"\1" * 65536)) as server,
        pytest.raises(LimitExceeded) as caught,
    ):
        fetched(server.url(), place)
    assert caught.value.limit == "bytes"
    assert not any((place.cache_dir / "downloads").iterdir())


def test_endless_chunks_are_cut_at_the_limit(place: Settings) -> None:
    chunk = b"8000\r\n" + b"\1" * 0x8000 + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Server(raw(head, for_ever=chunk)) as server, pytest.raises(LimitExceeded):
        fetched(server.url(), place)


SLOW: dict[str, Callable[..., None]] = {
    "body": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", for_ever=b"x", pause=0.05),
    "head": raw(b"HTTP/1.1 200 OK\r\n", for_ever=b"X", pause=0.05),
    "chunks": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", for_ever=b"1\r\nx\r\n", pause=0.05),
    "continues": raw(for_ever=b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.05),
    "trailers": raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", for_ever=b"A: b\r\n", pause=0.05
    ),
}


@pytest.mark.parametrize("kind", SLOW)
def test_a_server_that_drips_is_left_at_the_deadline(kind: str, place: Settings) -> None:
    started = time.monotonic()
    with Server(SLOW[kind]) as server, pytest.raises(FetchError, match=r"took longer than 0\.6 s"):
        fetched(server.url(), place, egress(total=0.6, idle=30))
    assert time.monotonic() - started < 60


def test_a_silent_server_is_left_at_the_idle_limit(place: Settings) -> None:
    def hold(wire: socket.socket, _head: bytes) -> None:
        wire.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        wire.settimeout(120)
        wire.recv(1)  # until the other side hangs up

    with Server(hold) as server, pytest.raises(FetchError, match=r"nothing came for 0\.3 s"):
        fetched(server.url(), place, egress(total=120, idle=0.3))


def test_a_look_up_that_hangs_is_left(place: Settings) -> None:
    over = threading.Event()

    def hang(_host: str) -> list[object]:
        over.wait(120)
        return []

    with pytest.raises(FetchError, match="looking up"):
        fetched("http://slow.test/", place, egress(hang, total=0.2))
    over.set()


BROKEN = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort", "995 bytes too early"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort", "ended too early"),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n", "too early|not proper HTTP"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "empty"),
    (b"HTTP/1.1 204 No Content\r\n\r\n", "204 No Content"),
    (b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", "404 Not Found"),
    (b"HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nno", "206"),
    (b"HTTP/1.1 302 Found\r\n\r\n", "does not say where to"),
    (b"SSH-2.0-OpenSSH_9.2\r\n", "not proper HTTP"),
    (b"", "ended before an answer|connection broke"),
    (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\nbody", "not proper HTTP"),
    (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70000 + b"\r\n\r\nbody", "not proper HTTP"),
    (b"HTTP/1.1 200 OK\r\n" + (b"A: " + b"b" * 60000 + b"\r\n") * 9 + b"\r\nbody", "head is larger"),
    (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(1 << 24)), "packed"),
    (b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\nhello", "a web page"),
    (b"HTTP/1.1 200 OK\r\n\r\n\xef\xbb\xbf\n <!DOCTYPE HTML><title>x", "a web page"),
    (b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\n\r\nx", "a playlist"),
    (b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n#EXTM3U\n#EXTINF:1\nhttp://127.0.0.1/", "a playlist"),
    (b"HTTP/1.1 200 OK\r\n\r\n<?xml version='1.0'?><MPD></MPD>", "a playlist"),
    (b"HTTP/1.1 200 OK\r\n\r\nffconcat version 1.0\nfile /etc/passwd", "a playlist"),
]


@pytest.mark.parametrize(("answer", "message"), BROKEN)
def test_a_broken_answer_is_one_clear_line(answer: bytes, message: str, place: Settings) -> None:
    with Server(raw(answer)) as server, pytest.raises(FetchError, match=message) as caught:
        fetched(server.url(), place)
    assert "\n" not in str(caught.value)
    assert not any((place.cache_dir / "downloads").iterdir())


def test_bytes_after_the_claimed_length_are_not_read(place: Settings) -> None:
    with Server(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfourMORE")) as server:
        assert fetched(server.url(), place) == b"four"


def test_chunks_and_unclaimed_lengths_arrive_whole(place: Settings) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    for answer in (chunked, b"HTTP/1.0 200 OK\r\n\r\nabcde"):
        with Server(raw(answer)) as server:
            assert fetched(server.url(), place) == b"abcde"


@pytest.mark.slow
def test_a_killed_download_leaves_nothing(tmp_path: Path) -> None:
    program = """
import sys
from reelwarden.ingest.fetch import fetch
from reelwarden.media.decoder_process import decode, probe
from reelwarden.media.sampling import Every
from reelwarden.settings import load
with fetch(sys.argv[1], load(), progress=lambda n, _: n > 200_000 and print(n, flush=True)):
    pass
"""
    cache = tmp_path / "cache"
    allow = {"REELWARDEN_CACHE_DIR": str(cache), "REELWARDEN_ALLOW_NETWORKS": f"{PUBLIC}/32"}
    endless = raw(b"HTTP/1.1 200 OK\r\n\r\n", for_ever=b"\1" * 4096, pause=0.001)
    with (
        Server(endless) as server,
        subprocess.Popen(
            [sys.executable, "-c", program, server.url()], stdout=subprocess.PIPE, env={**os.environ, **allow}
        ) as child,
    ):
        assert child.stdout is not None and child.stdout.readline()
        child.kill()
    assert not any((cache / "downloads").iterdir())


# TLS ------------------------------------------------------------------------------------------------------


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that this process trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_tls_names_the_host_and_checks_its_certificate(authority: trustme.CA) -> None:
    with Server(says(BODY), tls=serving(authority.issue_cert("good.test"))) as server:
        assert body_of(server.url("/", "good.test")) == BODY
    assert server.names == ["good.test"]
    assert f"Host: good.test:{server.port}".encode() in server.requests[0]


def test_tls_to_an_address_checks_the_address(authority: trustme.CA) -> None:
    with Server(says(BODY), tls=serving(authority.issue_cert(PUBLIC))) as server:
        assert body_of(server.url()) == BODY


def test_a_certificate_for_another_name_is_refused(authority: trustme.CA) -> None:
    with (
        Server(says(BODY), tls=serving(authority.issue_cert("other.test", PUBLIC))) as server,
        pytest.raises(FetchError, match=r"certificate of good\.test is not valid"),
    ):
        body_of(server.url("/", "good.test"))
    assert server.requests == []


def test_a_self_signed_certificate_is_refused(authority: trustme.CA) -> None:
    with (
        Server(says(BODY), tls=serving(trustme.CA().issue_cert("good.test"))) as server,
        pytest.raises(FetchError, match="certificate of"),
    ):
        body_of(server.url("/", "good.test"))
    assert server.requests == []


def test_a_step_down_from_https_to_http_is_refused(authority: trustme.CA) -> None:
    with Server(says(BODY)) as plain:
        down = redirects(plain.url("/", "good.test"))
        with (
            Server(down, tls=serving(authority.issue_cert("good.test"))) as server,
            pytest.raises(EgressRefused, match="from https to http"),
        ):
            body_of(server.url("/", "good.test"))
    assert plain.connections == 0


def test_plain_http_where_tls_is_wanted_is_one_line(place: Settings) -> None:
    with Server(says(BODY)) as server, pytest.raises(FetchError, match="no TLS with"):
        fetched(server.url().replace("http:", "https:"), place)
