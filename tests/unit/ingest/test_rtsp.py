"""RTSP, against packets that libavformat cut: pictures and sound come out, logins are given, oddities are refused."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

import pytest
from clips import make_clip
from hypothesis import given
from hypothesis import strategies as st
from rtsp_server import RtspServer, Sent, packets_of
from servers import PRIVATE, PUBLIC, names, watched
from streams import played, tone

from reelwarden.errors import EgressRefused, FetchError
from reelwarden.ingest import rtp, sdp
from reelwarden.ingest.egress import Egress
from reelwarden.ingest.feed import Chunk
from reelwarden.ingest.live import open_live
from reelwarden.ingest.rtsp import RtspPlayer, place_of
from reelwarden.ingest.rtsp_login import Login
from reelwarden.ingest.segments import Unreadable
from reelwarden.settings import Settings

PLAYED = list(range(25))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("rtsp") / "a.mp4", 1.0, audio=tone)


@pytest.fixture(scope="module")
def tracks(clip: Path) -> list[Sent]:
    return [packets_of(clip, "video"), packets_of(clip, "audio", 97)]


def chunks(server: RtspServer, login: str = "", idle: float = 60.0) -> tuple[list[Chunk], RtspPlayer, str]:
    """What is played until the server hangs up, and with what words that ends."""
    player = RtspPlayer(place_of(server.url(login)), Egress([f"{PUBLIC}/32"], idle=idle))
    found: list[Chunk] = []
    with pytest.raises(FetchError) as caught:
        for chunk in player.chunks():
            found.append(chunk)
    if not found:
        raise caught.value
    return found, player, str(caught.value)


def test_pictures_and_sound_are_played(tracks: list[Sent]) -> None:
    with RtspServer(tracks) as server:
        found, player, ending = chunks(server)
    assert [chunk.fresh for chunk in found] == [True] + [False] * (len(found) - 1)
    numbers, heard = played([chunk.data for chunk in found], found[0].format)
    assert numbers == PLAYED and heard == pytest.approx(1.0, abs=0.1)
    assert player.notes == [] and "the connection ended" in ending
    assert [request.split()[0] for request in server.requests[:4]] == ["DESCRIBE", "SETUP", "SETUP", "PLAY"]
    assert f"SETUP {server.url()}/t1 RTSP/1.0" in server.requests[2] and "Session: 4711" in server.requests[3]


def test_pictures_in_many_small_packets(clip: Path) -> None:
    sent = packets_of(clip, "video", size=100)
    assert len(sent.packets) > 60
    with RtspServer([sent]) as server:
        assert played([chunk.data for chunk in chunks(server)[0]], "flv") == (PLAYED, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("size", [100, 1200])
def test_h265(tmp_path: Path, size: int) -> None:
    clip = make_clip(tmp_path / "a.mp4", 1.0, codec="libx265", b_frames=0)
    with RtspServer([packets_of(clip, "video", size=size)]) as server:
        assert played([chunk.data for chunk in chunks(server)[0]], "flv")[0] == PLAYED


def test_sound_of_telephones(tmp_path: Path, tracks: list[Sent]) -> None:
    silence = [struct.pack(">BBHII", 0x80, 8, n, 160 * n, 1) + b"\xd5" * 160 for n in range(50)]
    sound = Sent(["m=audio 0 RTP/AVP 8"], silence, "audio")
    with RtspServer([tracks[0], sound]) as server:
        numbers, heard = played([chunk.data for chunk in chunks(server)[0]], "flv")
    assert numbers == PLAYED and heard * 48_000 / 8_000 == pytest.approx(1.0, abs=0.1)


def test_sound_that_is_not_read_is_said(tracks: list[Sent]) -> None:
    sound = Sent(["m=audio 0 RTP/AVP 98", "a=rtpmap:98 opus/48000/2"], [], "audio")
    with RtspServer([tracks[0], sound]) as server:
        _, player, _ = chunks(server)
    assert player.notes == ["the sound comes as OPUS and is not heard"]


@pytest.mark.parametrize("how", ["Digest", "Basic"])
def test_a_camera_that_wants_a_login(how: str, tracks: list[Sent]) -> None:
    with RtspServer(tracks, login=("me", "p@ss:word", how)) as server:
        found, _, ending = chunks(server, "me:p%40ss%3Aword@")
        assert played([chunk.data for chunk in found], "flv")[0] == PLAYED
        assert "p@ss" not in ending and "me:" not in ending
        for login in ("", "me:wrong@"):
            with pytest.raises(FetchError, match="wants a sign-in"):
                chunks(server, login)


def test_a_password_is_not_sent_before_it_is_asked_for(tracks: list[Sent]) -> None:
    with RtspServer(tracks) as server:
        chunks(server, "me:secret@")
    assert not any("Authorization" in request or "secret" in request for request in server.requests)


JPEG = Sent(["m=video 0 RTP/AVP 26", "a=rtpmap:26 JPEG/90000"], [], "video")
BAD: dict[str, tuple[RtspServer, type[FetchError], str]] = {
    "not found": (RtspServer([], answers={"DESCRIBE": "404 Not Found"}), FetchError, "answered 404 Not Found"),
    "elsewhere": (RtspServer([], answers={"DESCRIBE": "302 Moved"}), FetchError, "which is not followed"),
    "no TCP": (RtspServer([], answers={"DESCRIBE": "461 Unsupported Transport"}), FetchError, "461"),
    "nothing": (RtspServer([]), FetchError, "describes nothing"),
    "motion JPEG": (RtspServer([JPEG]), Unreadable, "pictures as JPEG are not read"),
    "not RTSP": (
        RtspServer([], answers={"DESCRIBE": "200\r\nContent-Length: 99999999"}),
        FetchError,
        "not proper RTSP",
    ),
    "a line of no end": (RtspServer([], answers={"DESCRIBE": "x" * 200_000}), FetchError, "does not end"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_servers_are_one_clear_line(kind: str) -> None:
    server, error, message = BAD[kind]
    with server, pytest.raises(error, match=message) as caught:
        chunks(server)
    assert "\n" not in str(caught.value) and "channel=1" not in str(caught.value)


def test_a_camera_that_falls_silent_is_left(tracks: list[Sent]) -> None:
    def hold(wire: socket.socket) -> None:
        wire.recv(1)

    with RtspServer(tracks, after=hold) as server:
        assert "nothing came for 0.3 s" in chunks(server, idle=0.3)[2]


@pytest.mark.parametrize(
    "host",
    [PRIVATE, "inside.test", "mixed.test", "2130706433", "127.1", "[::ffff:127.0.0.1]", "good.test@127.0.0.1"],
)
@pytest.mark.parametrize("login", ["", "user:word@", "user:word@good.test@", "good.test:554@"])
def test_no_login_and_no_spelling_leads_inside(host: str, login: str) -> None:
    known = names(good_test=PUBLIC, inside_test=PRIVATE, mixed_test=[PUBLIC, PRIVATE])
    with watched() as secret, pytest.raises(EgressRefused):
        url = f"rtsp://{login}{host}:{secret.port}/x"
        list(open_live(url, Settings(), egress=Egress([f"{PUBLIC}/32"], resolver=known)).chunks())
    assert secret.connections == 0


def test_what_a_camera_names_is_never_connected_to(tracks: list[Sent]) -> None:
    with watched() as secret:
        inside = f"rtsp://{PRIVATE}:{secret.port}/t0"
        with RtspServer([Sent([*tracks[0].lines, f"a=control:{inside}"], tracks[0].packets, "video")]) as server:
            chunks(server)
        assert secret.connections == 0


@given(st.text(max_size=80), st.lists(st.binary(max_size=40), max_size=6))
def test_any_description_and_any_packets_are_borne(text: str, payloads: list[bytes]) -> None:
    head = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 {}/90000\r\na=fmtp:96 config=1190;{}"
    for codec in ("H264", "H265", "MPEG4-GENERIC"):
        for one in sdp.read(head.format(codec, text)):
            track = rtp.track_of(one)
            for n, payload in enumerate(payloads):
                packet = rtp.packet(struct.pack(">BBHII", 0x80, 96, n, n, 1) + payload)
                if track and packet:
                    list(track.put(packet, n))


def test_times_go_on_over_their_end_and_after_a_leap() -> None:
    clock = rtp.Clock(90_000)
    assert clock.milliseconds(0xFFFFFFFF - 89_999, 0.5) == 500
    assert clock.milliseconds(0, 9.0) == 1500
    assert clock.milliseconds(90_000, 9.0) == 2500
    assert clock.milliseconds(45_000, 9.0) == 2000
    assert clock.milliseconds(2_000_000_000, 60.0) == 60_000


def test_digest_with_quality_of_protection() -> None:
    """The numbers of RFC 2617's example, but for its own random part."""
    login = Login("Mufasa", "Circle Of Life")
    assert login.header("GET", "/") == ""
    assert login.challenged('Digest realm="a@b", nonce="n", qop="auth", opaque="o"')
    header = login.header("DESCRIBE", "rtsp://h/")
    assert "qop=auth, nc=00000001" in header and 'opaque="o"' in header and 'realm="a@b"' in header
    assert not login.challenged('Digest realm="a@b", nonce="m"'), "a second refusal is final"
    assert login.challenged('Digest realm="a@b", nonce="m", stale=TRUE'), "but for a nonce that has grown old"
