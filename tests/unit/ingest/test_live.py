"""Live sources over real sockets: they play, drop, come back, end, and are closed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clips import make_clip
from rtmp_server import Conversation, RtmpServer, flv_tags
from servers import PUBLIC, Handler, Server, raw, says
from streams import Files, cut, gives, played, serving, tone

from reelwarden.errors import FetchError
from reelwarden.ingest.egress import Egress
from reelwarden.ingest.feed import Chunk
from reelwarden.ingest.live import Connection, LiveSource, open_live
from reelwarden.ingest.reconnect import Backoff
from reelwarden.ingest.segments import Unreadable
from reelwarden.ingest.web_player import form_of
from reelwarden.settings import Settings

QUICK = Backoff(first=0.05, most=0.1, give_up=120.0)
"""For sources that come back, however slow the machine."""
LOST = Backoff(first=0.05, most=0.1, give_up=1.5)
"""For those that do not: time for some fifteen attempts, of which a few are enough."""


class Heard:
    """A source with what it told."""

    def __init__(self, url: str, backoff: Backoff = QUICK, idle: float = 60.0) -> None:
        self.told: list[Connection] = []
        way = Egress([f"{PUBLIC}/32"], idle=idle)
        self.source: LiveSource = open_live(url, Settings(), egress=way, backoff=backoff, tell=self.told.append)

    def all(self) -> list[Chunk]:
        return list(self.source.chunks())

    @property
    def states(self) -> list[str]:
        return [one.state for one in self.told]


@pytest.fixture(scope="module")
def ts(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("ts") / "a.ts"
    return make_clip(path, 2.0, audio=tone, b_frames=0, container="mpegts").read_bytes()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return cut(tmp_path_factory.mktemp("hls"), 6.0)


def in_turn(*handlers: Handler) -> Handler:
    """Each connection gets the next behaviour, the last one for ever."""
    count = 0

    def handle(wire: socket.socket, head: bytes) -> None:
        nonlocal count
        count += 1
        handlers[min(count, len(handlers)) - 1](wire, head)

    return handle


def endless(body: bytes) -> Handler:
    """An answer without a length: its end is the end of the connection, or a drop; nobody can tell."""
    return raw(b"HTTP/1.0 200 OK\r\nContent-Type: video/mp2t\r\n\r\n" + body)


def test_a_stream_with_a_length_ends() -> None:
    body = b"FLV\x01" + bytes(5000)
    with Server(says(body)) as server:
        heard = Heard(server.url("/a.flv"))
        found = heard.all()
    assert b"".join(chunk.data for chunk in found) == body and {chunk.format for chunk in found} == {"flv"}
    assert (heard.source.kind, heard.source.ending, heard.states) == ("http", "ended", ["playing"])


def test_a_drop_is_told_and_what_comes_after_is_fresh(ts: bytes) -> None:
    half = len(ts) // 376 * 188
    with Server(in_turn(endless(ts[:half]), says(b"", status="503 Busy"), says(ts[half:]))) as server:
        heard = Heard(server.url("/live.ts"))
        found = heard.all()
    again = [n for n, chunk in enumerate(found) if chunk.fresh]
    assert again[0] == 0 and len(again) == 2 and heard.source.ending == "ended"
    assert found[0].lost == 0.0 and 0 < found[again[1]].lost < 120
    assert b"".join(chunk.data for chunk in found[: again[1]]) == ts[:half]
    assert b"".join(chunk.data for chunk in found[again[1] :]) == ts[half:]
    assert heard.states == ["playing", "waiting", "waiting", "playing"]
    assert [one.attempt for one in heard.told] == [0, 1, 2, 0] and "503" in heard.told[2].reason


def test_a_file_without_a_length_is_not_played_for_ever(ts: bytes) -> None:
    with Server(endless(ts)) as server:
        heard = Heard(server.url("/live.ts"))
        assert b"".join(chunk.data for chunk in heard.all()) == ts
    assert heard.source.ending == "ended" and len(server.requests) == 2


@pytest.mark.slow
def test_a_stream_that_does_not_come_back_is_lost(ts: bytes) -> None:
    with Server(in_turn(endless(ts), says(b"", status="404 Not Found"))) as server:
        heard = Heard(server.url("/live.ts"), LOST)
        assert heard.all()
    assert heard.source.ending == "lost" and heard.states.count("waiting") >= 3


@pytest.mark.slow
def test_a_stream_that_never_came_is_an_error() -> None:
    with Server(says(b"", status="404 Not Found")) as server, pytest.raises(FetchError, match="404"):
        Heard(server.url("/live.ts"), LOST).all()
    assert len(server.requests) > 2


@pytest.mark.parametrize(
    "answer", [b"<!doctype html><p>sorry", b"#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=x\n#EXTINF:1,\na.ts\n"]
)
def test_what_cannot_be_played_is_not_asked_again(answer: bytes) -> None:
    with Server(says(answer.ljust(1500))) as server, pytest.raises(Unreadable):
        Heard(server.url("/x")).all()
    assert len(server.requests) <= 2


def test_silence_is_a_drop(ts: bytes) -> None:
    def hold(wire: socket.socket, head: bytes) -> None:
        wire.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + ts[:1880])
        wire.recv(1)

    with Server(in_turn(hold, says(ts))) as server:
        heard = Heard(server.url("/live.ts"), idle=1.0)
        found = heard.all()
    assert "nothing came for 1 s" in heard.told[1].reason and found[-1].data.endswith(ts[-188:])


@pytest.mark.slow
@pytest.mark.parametrize("when", ["reading", "waiting"])
def test_closing_from_another_thread_ends_at_once(when: str, ts: bytes) -> None:
    def hold(wire: socket.socket, head: bytes) -> None:
        wire.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + ts[:1880])
        if when == "reading":
            wire.recv(1)

    with Server(in_turn(hold, says(b"", status="500 No"))) as server:
        heard = Heard(server.url("/live.ts"), Backoff(first=200, most=200, give_up=600), idle=200)
        started = time.monotonic()
        chunks = heard.source.chunks()
        assert next(chunks)
        threading.Timer(0.3, heard.source.close).start()
        assert list(chunks) == []
    assert heard.source.ending == "closed" and time.monotonic() - started < 100


# HLS and DASH -------------------------------------------------------------------------------------------


def window(first: int, last: int, *, ended: bool = False, drop: int | None = None) -> bytes:
    lines = "".join(f"#EXTINF:1,\nindex{n}.ts\n" for n in range(first, last + 1))
    end = "#EXT-X-ENDLIST\n" if ended else ""
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:0\n#EXT-X-MEDIA-SEQUENCE:{first}\n{lines}{end}".encode()


def readings(*texts: bytes | None) -> Callable[[], bytes]:
    """One after the other, the last for ever."""
    left: Iterator[bytes | None] = iter(texts)
    held: list[bytes | None] = [None]

    def read() -> bytes:
        held[0] = next(left, held[0])
        return held[0] or b""

    return read


def numbers(found: list[Chunk]) -> list[list[int]]:
    """The pictures of each container."""
    parts: list[list[bytes]] = []
    for chunk in found:
        if chunk.fresh:
            parts.append([])
        parts[-1].append(chunk.data)
    return [played(part, found[0].format)[0] for part in parts]


def pictures(first: int, last: int) -> list[int]:
    return list(range(first * 25, (last + 1) * 25))


@pytest.mark.slow
def test_a_live_playlist_is_followed_to_its_end(film: Files) -> None:
    # The playlist is read once to see what it is, once to open it, then again and again.
    files = {**film, "/live": readings(*[window(0, 2)] * 2, window(1, 3), window(3, 5, ended=True))}
    with serving(files) as server:
        heard = Heard(server.url("/live"))
        found = heard.all()
    assert numbers(found) == [pictures(0, 5)]
    assert (heard.source.kind, heard.source.ending, heard.states) == ("hls", "ended", ["playing"])


@pytest.mark.slow
def test_segments_that_were_taken_away_are_said_to_be_lost(film: Files) -> None:
    files = {**film, "/live": readings(*[window(0, 1)] * 2, window(4, 5, ended=True))}
    with serving(files) as server:
        found = Heard(server.url("/live")).all()
    assert numbers(found) == [pictures(0, 1), pictures(4, 5)]
    assert [chunk.lost for chunk in found if chunk.fresh] == [0.0, 2.0]


@pytest.mark.slow
def test_a_segment_that_is_not_there_is_lost_and_the_rest_is_played(film: Files) -> None:
    files = {**film, "/live": readings(*[window(0, 2)] * 2, window(0, 5, ended=True))}
    del files["/index1.ts"]
    with serving(files) as server:
        found = Heard(server.url("/live")).all()
    assert numbers(found) == [pictures(0, 0), pictures(2, 5)]
    assert [chunk.lost for chunk in found if chunk.fresh] == [0.0, 1.0]


@pytest.mark.slow
def test_a_segment_that_is_named_before_it_is_there_is_not_lost(film: Files) -> None:
    asked: list[bytes] = []
    give = gives({**film, "/live": readings(*[window(0, 2)] * 3, window(0, 5, ended=True))})

    def handle(wire: socket.socket, head: bytes) -> None:
        asked.append(head.split()[1])
        if asked.count(b"/index2.ts") == 1 and asked[-1] == b"/index2.ts":
            says(b"", status="404 Not yet")(wire, head)
        else:
            give(wire, head)

    with Server(handle) as server:
        heard = Heard(server.url("/live"))
        found = heard.all()
    assert numbers(found) == [pictures(0, 5)] and all(chunk.lost == 0 for chunk in found)


@pytest.mark.slow
def test_a_playlist_that_fails_for_a_while_loses_nothing(film: Files) -> None:
    down = threading.Event()
    lists = readings(*[window(0, 2)] * 2, window(1, 5, ended=True))
    give = gives({**film, "/live": lists})

    def handle(wire: socket.socket, head: bytes) -> None:
        if b" /live " in head and len(server.requests) > 5 and not down.is_set():
            down.set()
            says(b"", status="404 Gone for a moment")(wire, head)
        else:
            give(wire, head)

    with Server(handle) as server:
        heard = Heard(server.url("/live"))
        found = heard.all()
    assert down.is_set() and numbers(found) == [pictures(0, 5)]
    assert heard.states == ["playing", "waiting", "playing"]


@pytest.mark.slow
def test_dash_live_is_followed(tmp_path: Path) -> None:
    files = cut(tmp_path, 6.0, kind="dash", use_timeline="0")
    film = files["/index.mpd"]
    assert isinstance(film, bytes)
    start = time.time() - 3.2
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(start)) + f"{start % 1:.3f}"[1:] + "Z"
    live = film.replace(b'type="static"', f'type="dynamic" availabilityStartTime="{moment}"'.encode())

    def manifest() -> bytes:
        return film if time.time() > start + 6.5 else live.replace(b"mediaPresentationDuration", b"was")

    with serving({**files, "/index.mpd": manifest}) as server:
        heard = Heard(server.url("/index.mpd"))
        found = heard.all()
    assert numbers(found) == [pictures(0, 5)] and heard.source.kind == "dash"
    assert played([chunk.data for chunk in found], "mp4")[1] == pytest.approx(6.0, abs=0.2)


def test_rtmp_drops_and_comes_back(tmp_path: Path) -> None:
    tags = list(flv_tags(make_clip(tmp_path / "a.flv", 1.0, audio=tone, b_frames=0).read_bytes()))

    def play(talk: Conversation) -> None:
        talk.welcome()
        for kind, moment, data in tags:
            talk.say(kind, data, time=moment, stream=1, chunk_stream=6)

    with RtmpServer(play) as server:
        heard = Heard(server.url)
        found: list[Chunk] = []
        for chunk in heard.source.chunks():
            found.append(chunk)
            if len(server.talks) == 2 and chunk.fresh:
                heard.source.close()
    assert [chunk.fresh for chunk in found].count(True) == 2
    assert heard.source.kind == "rtmp" and heard.states == ["playing", "waiting", "playing"]


@pytest.mark.parametrize(
    ("start", "content_type", "form"),
    [
        (b"\x47" + bytes(187) + b"\x47" + bytes(187), "", "mpegts"),
        (b"\0\0\x47" + bytes(187) + b"\x47" + bytes(187), "", "mpegts"),
        (b"FLV\x01\x05", "", "flv"),
        (b"OggS", "", "ogg"),
        (b"\xff\xfb\x90\x00", "", "mp3"),
        (b"\xff\xf1\x50\x80", "", "aac"),
        (b"ID3\x04\0\0\0\0\0\x02ab\xff\xf1", "", "aac"),
        (b"\0\0\0\x18ftypiso5", "", "mp4"),
        (b"\x1a\x45\xdf\xa3", "", "matroska"),
        (b"--frame\r\n", "multipart/x-mixed-replace", "mpjpeg"),
        (b"what is this", "", ""),
    ],
)
def test_the_container_is_told_by_its_first_bytes(start: bytes, content_type: str, form: str) -> None:
    assert form_of(start, content_type) == form
