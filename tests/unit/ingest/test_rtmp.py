"""RTMP, against a server that was written apart from the client: chunks of every form, and servers that misbehave."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from clips import make_clip
from hypothesis import given
from hypothesis import strategies as st
from rtmp_server import Conversation, RtmpServer, flv_tags, number, status, text
from servers import PUBLIC
from streams import played, tone

from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest import amf
from reelwarden.ingest.egress import Egress
from reelwarden.ingest.feed import Chunk
from reelwarden.ingest.flv import PICTURES, SOUND, Tag, Writer, tags
from reelwarden.ingest.rtmp import RtmpPlayer, place_of

PLAYED = list(range(25))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, int, bytes]]:
    path = tmp_path_factory.mktemp("flv") / "a.flv"
    return list(flv_tags(make_clip(path, 1.0, (25), audio=tone, b_frames=0).read_bytes()))


def chunks(play: Callable[[Conversation], None], idle: float = 60.0) -> tuple[list[Chunk], Conversation]:
    with RtmpServer(play) as server:
        found = list(RtmpPlayer(place_of(server.url), Egress([f"{PUBLIC}/32"], idle=idle)).chunks())
    return found, server.talks[0]


def ends(talk: Conversation) -> None:
    talk.say(20, status("NetStream.Play.Stop"), stream=1, chunk_stream=5)


def test_a_stream_is_played_to_its_end(film: list[tuple[int, int, bytes]]) -> None:
    def play(talk: Conversation) -> None:
        talk.welcome()
        for kind, time, data in film:
            talk.say(kind, data, time=time, stream=1, chunk_stream=6)
        ends(talk)

    found, talk = chunks(play)
    assert [chunk.fresh for chunk in found] == [True] + [False] * (len(found) - 1)
    assert {chunk.format for chunk in found} == {"flv"}
    numbers, heard = played([chunk.data for chunk in found], "flv")
    assert numbers == PLAYED and heard == pytest.approx(1.0, abs=0.1)
    connect, play_command = talk.commands[0], next(c for c in talk.commands if c.startswith(text("play")))
    assert b"live" in connect and b"rtmp://127.0.0.2" in connect
    assert text("name?key=1") in play_command


def test_heads_that_leave_out_what_is_as_before(film: list[tuple[int, int, bytes]]) -> None:
    """Forms 1, 2 and 3, times over 4.6 hours, chunks of one byte and of many."""
    base = 0xFFFFFF - 300

    def play(talk: Conversation) -> None:
        talk.welcome()
        talk.set_size(4096)
        before: dict[int, tuple[int, int, int]] = {}
        for kind, time, data in film:
            stream = 4 + kind % 8
            was, length, delta = before.get(kind, (-1, -1, -1))
            now = base + time
            step = now - was
            if was < 0 or now >= 0xFFFFFF or step >= 0xFFFFFF:
                talk.say(kind, data, time=now, stream=1, chunk_stream=stream)
                step = -1
            else:
                form = 1 if len(data) != length else 3 if step == delta else 2
                talk.say_on(form, kind, data, step, stream)
            before[kind] = (now, len(data), step)
        ends(talk)

    found, _ = chunks(play)
    whole = b"".join(chunk.data for chunk in found)
    times = {(kind, data): time for kind, time, data in film}
    assert all(tag.time == base + times[tag.kind, tag.data] for tag in tags(whole[13:]))
    assert played([whole], "flv")[0] == PLAYED


def test_aggregates_pings_and_bytes_that_want_an_answer(film: list[tuple[int, int, bytes]]) -> None:
    def play(talk: Conversation) -> None:
        talk.welcome()
        talk.say(4, struct.pack(">HI", 6, 77), chunk_stream=2)
        body = b"".join(Tag(kind, time + 9000, data).packed() for kind, time, data in film)
        talk.say(22, body, time=500, stream=1, chunk_stream=6)
        talk.say(1, struct.pack(">I", talk.size), chunk_stream=2)
        ends(talk)
        while not any(command.startswith(struct.pack(">H", 7)) for command in talk.commands):
            talk.commands.append(talk.take(12) and talk.take(6))

    with RtmpServer(play) as server:
        found = list(RtmpPlayer(place_of(server.url), Egress([f"{PUBLIC}/32"], idle=60)).chunks())
    whole = b"".join(chunk.data for chunk in found)
    assert next(tags(whole[13:])).time == 500
    assert played([whole], "flv")[0] == PLAYED


def then(*messages: tuple[int, bytes], size: int = 300) -> Callable[[Conversation], None]:
    def play(talk: Conversation) -> None:
        talk.welcome()
        for kind, data in messages:
            talk.say(kind, data, stream=1, chunk_stream=5)

    return play


def refuses(talk: Conversation) -> None:
    talk.shake_hands()
    talk.command(b"connect")
    redirect = struct.pack(">H", 8) + b"redirect" + text("rtmp://127.0.0.1/live/x")
    told = struct.pack(">H", 11) + b"description" + text("not\nhere")
    talk.say(20, text("_error") + number(1) + b"\x05" + b"\x03" + told + redirect + b"\0\0\x09")


def no_rtmp(talk: Conversation) -> None:
    talk.take(1537)
    talk.wire.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 200)


BAD: dict[str, tuple[Callable[[Conversation], None], str]] = {
    "no such stream": (then((20, status("NetStream.Play.StreamNotFound"))), "no such stream now: said by the test"),
    "the publisher leaves": (then((20, status("NetStream.Play.UnpublishNotify"))), "the publisher has gone"),
    "the connection ends": (then(), "the connection ended"),
    "refused": (refuses, "the server refuses: not here"),
    "not RTMP": (no_rtmp, "does not speak RTMP"),
    "a chunk size of nothing": (then((1, bytes(4))), "makes no sense"),
    "a short control message": (then((5, b"\0")), "cut short"),
    "a broken command": (then((20, b"\x02\xff\xffabc")), "cut short"),
    "endless depth": (then((20, b"\x0a\0\0\0\x01" * 60)), "too many values"),
    "an unknown value": (then((20, b"\x77")), "unknown kind"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_servers_are_one_clear_line(kind: str) -> None:
    play, message = BAD[kind]
    with pytest.raises(FetchError, match=message) as caught:
        chunks(play)
    assert "\n" not in str(caught.value) and "key=1" not in str(caught.value)


def test_a_message_of_no_end_is_refused() -> None:
    def play(talk: Conversation) -> None:
        talk.welcome()
        for stream in range(3, 64):
            talk.wire.sendall(bytes([stream]) + bytes(3) + b"\xff\xff\xff" + b"\x09" + bytes(4) + bytes(300))
        talk.wire.sendall(
            b"".join(b"\0" + bytes([n]) + bytes(3) + b"\0\1\0\x09" + bytes(4) + bytes(256) for n in range(9))
        )

    with pytest.raises(FetchError, match="too many chunk streams"):
        chunks(play)


def test_a_silent_server_is_left() -> None:
    def play(talk: Conversation) -> None:
        talk.welcome()
        talk.take(1 << 20)

    with pytest.raises(FetchError, match=r"nothing came for 0\.3 s"):
        chunks(play, idle=0.3)


@pytest.mark.parametrize(
    ("url", "app", "stream"),
    [
        ("rtmp://h.test/live/name", "live", "name"),
        ("rtmp://h.test:1936/live/inst/name?k=1", "live/inst", "name?k=1"),
        ("rtmps://h.test/a/b/c/d", "a/b", "c/d"),
    ],
)
def test_addresses(url: str, app: str, stream: str) -> None:
    place = place_of(url)
    assert (place.app, place.stream) == (app, stream)


@pytest.mark.parametrize("url", ["rtmp://h.test/", "rtmp://h.test/live", "rtmp://h.test//x", "http://h.test/a/b"])
def test_addresses_that_name_no_stream(url: str) -> None:
    with pytest.raises(EgressRefused):
        place_of(url)


def test_the_head_promises_only_what_comes() -> None:
    def flags(*held: Tag) -> int:
        writer = Writer()
        data = b"".join(writer.put(tag) for tag in held) + writer.rest()
        return data[4]

    picture, sound = Tag(PICTURES, 0, b"p"), Tag(SOUND, 0, b"s")
    assert flags(picture, sound) == 5
    assert flags(*(Tag(PICTURES, 40 * n, b"p") for n in range(80))) == 1
    assert flags(*(Tag(SOUND, 400 * n, b"s") for n in range(9))) == 4


@given(st.binary(max_size=60))
def test_any_command_is_read_or_refused(data: bytes) -> None:
    try:
        amf.read(data)
    except FetchError as error:
        assert "\n" not in str(error)


def test_commands_are_read_as_they_were_written() -> None:
    values = ["connect", 1.0, True, None, {"a": "b", "c": {"d": 2.5}}]
    assert amf.read(amf.write(*values)) == values  # type: ignore[arg-type]
