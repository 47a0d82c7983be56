"""Hostile files end in a result or a clear one-line error within limits: no crash, no hang, nothing asked of anyone.

Most are made here; those in ../shared/media/hostile are taken too when they are there.
"""

from __future__ import annotations

import http.server
import random
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clips import make_clip, tone
from outcome import Outcome, outcome
from PIL import Image

from reelwarden.errors import LimitExceeded, MediaError
from reelwarden.media.decoder_process import decode, probe
from reelwarden.media.limits import Limits
from reelwarden.media.sampling import Every

SHARED = {
    "bogus_duration.mp4": "",
    "chunk_out_of_range.mp4": "NotMedia",
    "empty.mp4": "NotMedia",
    "evil_concat.mp4": "NotMedia",
    "evil_hls_file.mp4": "NotMedia",
    "evil_hls_http.mp4": "NotMedia",
    "fps1000_g1.mp4": "",
    "gif_65535.gif": "LimitExceeded",
    "html.mp4": "NotMedia",
    "many_streams.mka": "LimitExceeded",
    "no_timescale.mp4": "",
    "png_16000.mov": "LimitExceeded",
    "stts_count.mp4": "",
    "trunc_half.mp4": "",
}


@pytest.mark.slow
def test_shared_hostile_files(shared_media: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    found = [outcome(path) for path in sorted(shared_media("hostile").iterdir())]
    with capsys.disabled():
        print("\n" + "\n".join(o.row() for o in found))
    assert {o.file: o.error for o in found if o.file in SHARED} == SHARED
    assert all(o.memory < 150 and o.cpu < 20 for o in found)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=4, audio=tone())


# --- playlists -----------------------------------------------------------------------------------------------------


class _Asked(http.server.BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A real server on this machine, and what it was asked for."""
    handler = type("Handler", (_Asked,), {"asked": []})
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}", handler.asked
    httpd.shutdown()
    httpd.server_close()


def _playlists(target: str) -> dict[str, bytes]:
    t = target.encode()
    return {
        "m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n%b\n#EXT-X-ENDLIST\n" % t,
        "m3u8-key": b'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="%b"\n#EXTINF:5,\n%b\n#EXT-X-ENDLIST\n' % (t, t),
        "mpd": b'<?xml version="1.0"?><MPD type="static" mediaPresentationDuration="PT5S"><Period><AdaptationSet '
        b'mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>%b</BaseURL></Representation>'
        b"</AdaptationSet></Period></MPD>" % t,
        "concat": b"ffconcat version 1.0\nfile '%b'\n" % t,
        "plain-concat": b"file '%b'\n" % t,
        "sdp": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\n",
        "pls": b"[playlist]\nFile1=%b\n" % t,
        "asx": b'<asx version="3.0"><entry><ref href="%b"/></entry></asx>' % t,
        "smil": b'<smil><body><video src="%b"/></body></smil>' % t,
        "url": t + b"\n",
    }


@pytest.mark.slow
def test_no_playlist_is_followed(tmp_path: Path, clip: Path, server: tuple[str, list[str]]) -> None:
    """To a local file, to a server, under any name: refused, and the server was never asked."""
    address, asked = server
    for target in (str(clip), clip.as_uri(), f"{address}/secret.ts"):
        for kind, content in _playlists(target).items():
            for name in ("video.mp4", f"list.{kind}"):
                disguised = tmp_path / name
                disguised.write_bytes(content)
                assert outcome(disguised).error == "NotMedia", (kind, target, name)
    assert asked == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.ts", "a.jpg", "a.m3u8"])
def test_a_playlist_behind_other_bytes(tmp_path: Path, server: tuple[str, list[str]], name: str) -> None:
    """Junk in front must not wake a demuxer that the first bytes do not show."""
    address, asked = server
    for prefix in (
        b"\0" * 16,
        b"\x47" + b"\xff" * 187,
        b"\xff\xd8\xff\xe0",
        b"RIFF\0\0\0\0AVI ",
        b"ID3\x04\0\0\0\0\0\0",
    ):
        path = tmp_path / name
        path.write_bytes(prefix + _playlists(f"{address}/x.ts")["m3u8"] * 50)
        assert outcome(path).error in ("NotMedia", "MediaDamaged")
    assert asked == []


# --- broken files --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("container", ["mp4", "mpegts", "matroska", "avi", "flv", "fragmented"])
def test_cut_off_anywhere(tmp_path: Path, container: str) -> None:
    how = {"container": "mp4", "container_options": {"movflags": "frag_keyframe+empty_moov"}}
    whole = make_clip(
        tmp_path / "whole",
        seconds=3,
        codec="mpeg4" if container == "avi" else "libx264",
        audio=tone(),
        audio_codec="mp3" if container == "avi" else "aac",
        **(how if container == "fragmented" else {"container": container}),  # type: ignore[arg-type]
    ).read_bytes()
    kept = []
    for tenth in range(10):
        path = tmp_path / f"{container}-{tenth}"
        path.write_bytes(whole[: len(whole) * tenth // 10])
        kept.append(outcome(path))
    assert kept[0].error == "NotMedia"
    if container != "mp4":  # whose index is at the end
        assert kept[9].frames >= 2
        assert kept[6].frames >= 1


@pytest.mark.slow
def test_zero_length_wrong_extension_and_no_file(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert outcome(tmp_path / "empty.mp4").told == "the file is empty"
    (tmp_path / "clip.jpg").write_bytes(clip.read_bytes())
    assert outcome(tmp_path / "clip.jpg").frames == 4
    (tmp_path / "noise.mp4").write_bytes(random.Random(1).randbytes(100_000))
    assert outcome(tmp_path / "noise.mp4").error == "NotMedia"
    assert "cannot be opened" in outcome(tmp_path / "absent.mp4").told
    assert "not a file" in outcome(tmp_path).told
    assert "not a file" in outcome(Path("/dev/zero")).told


def test_no_time_stamps(tmp_path: Path) -> None:
    """A bare stream, without any container."""
    clip = make_clip(tmp_path / "bare", seconds=3, container="h264")
    found = outcome(clip, Every(0.5))
    assert found.error == ""
    assert found.frames >= 5


@pytest.mark.slow
def test_time_stamps_that_loop_for_ever(tmp_path: Path) -> None:
    once = make_clip(tmp_path / "once.ts", seconds=2, container="mpegts", audio=tone()).read_bytes()
    (tmp_path / "loop.ts").write_bytes(once * 60)
    found = outcome(tmp_path / "loop.ts", limits=Limits(max_duration=30))
    assert (found.error, found.limit) == ("LimitExceeded", "duration")
    found = outcome(tmp_path / "loop.ts")
    assert found.error == ""
    assert 100 <= found.frames <= 130


# --- more than is allowed ------------------------------------------------------------------------------------------


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = zlib.compressobj()
    packed = b"".join(row.compress(bytes(1 + width // 8)) for _ in range(height)) + row.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def _over(path: Path, limits: Limits | None = None) -> str:
    found = outcome(path, limits=limits)
    assert found.error == "LimitExceeded", found
    return found.limit


@pytest.mark.slow
def test_pictures_that_are_too_large(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(_png(16_000, 16_000))
    assert bomb.stat().st_size < 200_000
    assert _over(bomb) == "pixels"
    path = tmp_path / "wide.mov"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 2000, 1000, "gray"
        frame = av.VideoFrame.from_ndarray(np.zeros((1000, 2000), np.uint8), "gray")
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    assert outcome(path).frames == 1
    assert _over(path, Limits(max_pixels=1_000_000)) == "pixels"


def test_a_gif_without_end(tmp_path: Path) -> None:
    """Repeats for ever, and has more pictures than anybody would draw."""
    path = tmp_path / "endless.gif"
    pictures = [Image.new("P", (8, 8), n % 200) for n in range(300)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], loop=0, duration=20, optimize=False)
    found = outcome(path)
    assert found.frames == 6
    assert _over(path, Limits(max_duration=3)) == "duration"


@pytest.mark.slow
def test_too_many_frames_streams_bytes_and_seconds(tmp_path: Path, clip: Path) -> None:
    with (
        pytest.raises(LimitExceeded) as raised,
        decode(clip, Every(0.01), 64, limits=Limits(max_frames=20)) as decoding,
    ):
        list(decoding)
    assert raised.value.limit == "frames"
    many = make_clip(tmp_path / "many.mp4", codec="", audio=[tone(200 + n) for n in range(6)], seconds=1)
    assert outcome(many).sound == pytest.approx(6, abs=0.5)
    assert _over(many, Limits(max_streams=4)) == "streams"
    assert _over(clip, Limits(max_bytes=1000)) == "bytes"
    assert _over(clip, Limits(max_duration=2)) == "duration"


@pytest.mark.slow
def test_a_million_tiny_packets(tmp_path: Path) -> None:
    path = tmp_path / "tiny.mkv"
    with av.open(str(path), "w", format="matroska") as output:
        stream = output.add_stream("pcm_u8", rate=8000, layout="mono")
        for number in range(30_000):
            packet = av.Packet(b"\x80")
            packet.stream, packet.pts, packet.dts = stream, number, number
            packet.time_base = Fraction(1, 8000)
            output.mux(packet)
    assert _over(path, Limits(max_packets_per_second=1000)) == "packets"


@pytest.mark.slow
def test_little_memory_little_time(tmp_path: Path) -> None:
    """The limits end it with a sentence; the child never takes us with it."""
    large = make_clip(tmp_path / "large.mp4", seconds=2, size=(1920, 1080))
    assert _over(large, Limits(memory_bytes=8 << 20)) == "memory"
    long = make_clip(tmp_path / "long.mp4", seconds=40, size=(1280, 720), gop=1000, codec="mpeg4")
    tight = Limits(cpu_seconds=1, cpu_per_media_second=0, wall_seconds=60)
    with pytest.raises(LimitExceeded) as raised, decode(long, Every(0.04), 640, limits=tight) as decoding:
        list(decoding)
    assert raised.value.limit == "cpu_time"
    began = time.monotonic()
    quick = Limits(wall_seconds=0.05, wall_per_media_second=0)
    with pytest.raises(LimitExceeded) as raised:
        probe(long, quick)
    assert raised.value.limit == "wall_time"
    assert time.monotonic() - began < 120


# --- mutated files -------------------------------------------------------------------------------------------------

SOURCES: dict[str, dict[str, object]] = {
    "mp4": {"audio": tone()},
    "fragmented": {"container": "mp4", "container_options": {"movflags": "frag_keyframe+empty_moov"}},
    "mpegts": {"codec": "mpeg2video", "audio": tone(), "audio_codec": "mp2"},
    "matroska": {"codec": "libx265", "audio": tone(), "audio_codec": "libopus"},
    "webm": {"codec": "libvpx-vp9"},
    "av1": {"container": "mp4", "codec": "libsvtav1"},
    "avi": {"codec": "mpeg4", "audio": tone(), "audio_codec": "mp3", "b_frames": 0},
    "flv": {"audio": tone()},
    "mjpeg": {"container": "mov", "codec": "mjpeg"},
    "mp3": {"codec": "", "audio": tone(), "audio_codec": "mp3"},
    "ogg": {"codec": "", "audio": tone(), "audio_codec": "libopus"},
    "wav": {"codec": "", "audio": tone(), "audio_codec": "pcm_s16le"},
    "flac": {"codec": "", "audio": tone(), "audio_codec": "flac"},
}
IMAGES = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes]]:
    folder = tmp_path_factory.mktemp("sources")
    made = []
    for name, how in SOURCES.items():
        options = {"container": name, "seconds": 0.6, "size": (128, 96), "gop": 6, **how}
        made.append((name, make_clip(folder / name, **options).read_bytes()))  # type: ignore[arg-type]
    picture = Image.fromarray(np.random.default_rng(3).integers(0, 255, (48, 64, 3), np.uint8))
    for name in IMAGES:
        picture.save(folder / name, name)
        made.append((name, (folder / name).read_bytes()))
    return made


def mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 50))):
        place = chance.randrange(len(changed))
        match chance.randrange(5):
            case 0:
                changed[place] = chance.randrange(256)
            case 1:
                changed[place : place + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
            case 2:
                del changed[place : place + chance.randrange(1, 64)]
            case 3:
                changed[place:place] = changed[place : place + chance.randrange(1, 64)]
            case _:
                changed[place] ^= 1 << chance.randrange(8)
        if not changed:
            return b""
    return bytes(changed[: chance.choice((None, None, None, chance.randrange(len(changed) + 1)))])


def _fuzz(number: int, sources: list[tuple[str, bytes]], folder: Path) -> list[Outcome]:
    chance = random.Random(20_261_123)
    limits = Limits(cpu_seconds=10, wall_seconds=60)
    found = []
    for round_ in range(number):
        name, data = sources[round_ % len(sources)]
        path = folder / f"{round_}-{name}"
        path.write_bytes(mutated(data, chance))
        found.append(outcome(path, Every(0.2), limits))
        path.unlink()
    return found


def _summary(found: list[Outcome]) -> str:
    kinds = {kind: sum(o.error == kind for o in found) for kind in sorted({o.error for o in found})}
    whole = [o for o in found if not o.error]
    most = f"at most {max(o.cpu for o in whole):.2f} CPU s and {max(o.memory for o in whole):.0f} MB"
    return f"\n{len(found)} mutated files: {kinds}, damaged {sum(o.damaged for o in whole)}, {most}"


def _check_fuzz(found: list[Outcome], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(_summary(found))
    assert {o.error for o in found} <= {"", "NotMedia", "MediaDamaged", "LimitExceeded"}
    assert [o for o in found if "crashed" in o.told] == []
    assert [o for o in found if o.limit in ("cpu_time", "wall_time", "memory")] == []
    assert sum(not o.error for o in found) > len(found) / 5


@pytest.mark.slow
def test_mutated_files(sources: list[tuple[str, bytes]], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _check_fuzz(_fuzz(60, sources, tmp_path), capsys)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_thousand_mutated_files(
    sources: list[tuple[str, bytes]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _check_fuzz(_fuzz(1000, sources, tmp_path), capsys)


def test_errors_are_ours(clip: Path) -> None:
    assert issubclass(LimitExceeded, MediaError)
