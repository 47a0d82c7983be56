"""Films behind playlists, cut by a real muxer: every picture and the sound come out, in order, by one pipe."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from clips import make_clip
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from servers import PUBLIC
from streams import Files, cut, played, serving, tone

from reelwarden.errors import FetchError, LimitExceeded
from reelwarden.ingest.egress import Egress
from reelwarden.ingest.feed import Chunk, Feed
from reelwarden.ingest.fetch import fetch
from reelwarden.ingest.playlist import save_playlist
from reelwarden.ingest.segment_reader import SegmentReader
from reelwarden.ingest.segments import Unreadable
from reelwarden.settings import Settings

SECONDS = 3.0
PICTURES = list(range(75))
Maker = Callable[..., Files]


def sealed(data: bytes, key: bytes, iv: bytes) -> bytes:
    """AES-128-CBC with PKCS #7 padding."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Each kind of folder is cut once."""
    known: dict[object, Files] = {}

    def make(kind: str = "hls", *, sound: bool = True, **options: str) -> Files:
        key = (kind, sound, *sorted(options.items()))
        if key not in known:
            known[key] = cut(tmp_path_factory.mktemp("cut"), SECONDS, kind=kind, sound=sound, **options)
        return dict(known[key])

    return make


def egress() -> Egress:
    return Egress([f"{PUBLIC}/32"])


def chunks(files: Files, start: str = "/index.m3u8", *, ranges: bool = True) -> tuple[list[Chunk], Feed]:
    with serving(files, ranges=ranges) as server:
        feed = Feed(server.url(start), SegmentReader(egress(), total=30))
        return list(feed.chunks()), feed


def data_of(found: list[Chunk]) -> list[bytes]:
    return [chunk.data for chunk in found]


def slow(*values: object) -> ParameterSet:
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("kind", "start", "options"),
    [
        ("hls", "/index.m3u8", {}),
        slow("hls", "/index.m3u8", {"hls_segment_type": "fmp4"}),
        slow("hls", "/index.m3u8", {"hls_flags": "single_file"}),
        slow("hls", "/index.m3u8", {"hls_flags": "single_file", "hls_segment_type": "fmp4"}),
        ("dash", "/index.mpd", {}),
        slow("dash", "/index.mpd", {"use_timeline": "0"}),
        slow("dash", "/index.mpd", {"single_file": "1"}),
        slow("dash", "/master.m3u8", {"hls_playlist": "1"}),
    ],
    ids=["ts", "fmp4", "ts in one file", "fmp4 in one file", "dash", "numbers", "dash in one file", "cmaf"],
)
def test_every_picture_and_the_sound_come_out(kind: str, start: str, options: dict[str, str], made: Maker) -> None:
    found, feed = chunks(made(kind, **options), start)
    assert [chunk.fresh for chunk in found] == [True] + [False] * (len(found) - 1)
    assert not feed.live and feed.notes == [] and feed.kind == ("dash" if start.endswith("mpd") else "hls")
    assert sum(chunk.seconds for chunk in found) == pytest.approx(SECONDS, abs=0.1)
    numbers, sound = played(data_of(found), found[0].format)
    assert numbers == PICTURES and sound == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.slow
def test_a_server_that_knows_no_ranges(made: Maker) -> None:
    found, _ = chunks(made(hls_flags="single_file"), ranges=False)
    assert played(data_of(found))[0] == PICTURES


@pytest.mark.slow
def test_one_file_with_an_index_box(tmp_path: Path) -> None:
    """DASH as it is made for films: whole files with a `sidx`, pictures and sound apart."""
    options = {"movflags": "dash+global_sidx+frag_keyframe"}
    video = make_clip(tmp_path / "v.mp4", SECONDS, b_frames=0, container_options=options).read_bytes()
    sound = make_clip(
        tmp_path / "a.mp4", SECONDS, codec="", audio=tone, container_options={**options, "frag_duration": "1000000"}
    ).read_bytes()

    def representation(name: str, data: bytes, kind: str) -> str:
        at = data.index(b"sidx") - 4
        end = at + int.from_bytes(data[at : at + 4], "big")
        return (
            f"<AdaptationSet mimeType='{kind}/mp4'><Representation id='1' bandwidth='1'><BaseURL>{name}</BaseURL>"
            f"<SegmentBase indexRange='{at}-{end - 1}'><Initialization range='0-{at - 1}'/></SegmentBase>"
            "</Representation></AdaptationSet>"
        )

    both = representation("v.mp4", video, "video") + representation("a.mp4", sound, "audio")
    mpd = f"<MPD><Period>{both}</Period></MPD>"
    found, _ = chunks({"/x.mpd": mpd.encode(), "/v.mp4": video, "/a.mp4": sound}, "/x.mpd")
    numbers, heard = played(data_of(found), "mp4")
    assert numbers == PICTURES and heard == pytest.approx(SECONDS, abs=0.1)


MASTER = (
    b'#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="s",NAME="x",DEFAULT=YES,URI="sound.m3u8"\n'
    b'#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x480,AUDIO="s"\nindex.m3u8\n'
)


@pytest.fixture(scope="module")
def sound_apart(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("sound")
    options = {"hls_time": "1", "hls_list_size": "0", "hls_segment_filename": str(folder / "a%d.ts")}
    make_clip(folder / "sound.m3u8", SECONDS, codec="", audio=tone, container="hls", container_options=options)
    return {f"/{path.name}": path.read_bytes() for path in folder.iterdir()}


def test_sound_in_transport_streams_of_its_own(made: Maker, sound_apart: Files) -> None:
    found, feed = chunks({**made(sound=False), **sound_apart, "/m.m3u8": MASTER}, "/m.m3u8")
    numbers, heard = played(data_of(found), "mpegts")
    assert numbers == PICTURES and heard == pytest.approx(SECONDS, abs=0.1) and feed.notes == []


@pytest.mark.slow
def test_sound_that_cannot_be_joined_is_said_not_hidden(made: Maker, sound_apart: Files) -> None:
    found, feed = chunks({**made(sound=False, hls_segment_type="fmp4"), **sound_apart, "/m.m3u8": MASTER}, "/m.m3u8")
    assert played(data_of(found), "mp4") == (PICTURES, 0.0)
    assert feed.notes == ["the sound comes in a form that cannot be joined to the pictures and is not heard"]


def test_locked_segments_are_opened(made: Maker) -> None:
    files = made()
    key, text = bytes(range(16)), files["/index.m3u8"]
    assert isinstance(text, bytes)
    for number in range(3):
        name = f"/index{number}.ts"
        data = files[name]
        assert isinstance(data, bytes)
        files[name] = sealed(data, key, number.to_bytes(16, "big"))
    files["/index.m3u8"] = text.replace(b"#EXTINF", b'#EXT-X-KEY:METHOD=AES-128,URI="key"\n#EXTINF', 1)
    files["/key"] = key
    assert played(data_of(chunks(files)[0]))[0] == PICTURES
    for wrong in (bytes(16), b"short", bytes(17)):
        with pytest.raises((FetchError, LimitExceeded)):
            chunks({**files, "/key": wrong})


@pytest.mark.slow
def test_a_discontinuity_starts_a_fresh_container(made: Maker) -> None:
    files = made(hls_segment_type="fmp4")
    text = files["/index.m3u8"]
    assert isinstance(text, bytes)
    parts = text.split(b"#EXTINF")
    files["/index.m3u8"] = b"#EXTINF".join([*parts[:2], parts[2] + b"#EXT-X-DISCONTINUITY\n", parts[3]])
    found, _ = chunks(files)
    assert [chunk.fresh for chunk in found] == [True, False, True]
    assert played(data_of(found[:2]))[0] == PICTURES[:50] and played(data_of(found[2:]))[0] == PICTURES[50:]


@pytest.mark.slow
def test_masters_of_masters_are_followed_a_little(made: Maker) -> None:
    def names(uri: str) -> bytes:
        return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{uri}\n".encode()

    files = {**made(), "/1": names("2"), "/2": names("index.m3u8"), "/loop": names("loop")}
    assert played(data_of(chunks(files, "/1")[0]))[0] == PICTURES
    with pytest.raises(FetchError, match="playlists of playlists"):
        chunks(files, "/loop")


def test_a_segment_that_is_not_there_is_an_error_not_a_hole(made: Maker) -> None:
    files = made()
    del files["/index1.ts"]
    with pytest.raises(FetchError, match="404"):
        chunks(files)


@pytest.mark.parametrize("body", [b"<html>sorry</html>", b"", b"WEBVTT\n"])
def test_a_segment_of_another_kind_is_an_error(body: bytes, made: Maker) -> None:
    with pytest.raises(FetchError, match="a form that is not read"):
        chunks({**made(), "/index1.ts": body})


def test_encrypted_samples_are_said_plainly(made: Maker) -> None:
    files = made(hls_segment_type="fmp4")
    beginning = files["/init.mp4"]
    assert isinstance(beginning, bytes) and b"avc1" in beginning
    with pytest.raises(Unreadable, match="locked"):
        chunks({**files, "/init.mp4": beginning.replace(b"avc1", b"encv", 1)})


# As one file --------------------------------------------------------------------------------------------


def test_a_film_behind_a_playlist_is_fetched_as_a_file(tmp_path: Path, made: Maker) -> None:
    settings = Settings(cache_dir=tmp_path)
    with serving(made("dash")) as server, fetch(server.url("/index.mpd?key=1"), settings, egress=egress()) as source:
        assert source.name == server.url("/index.mpd") and source.bytes == source.path.stat().st_size
        assert played([source.path.read_bytes()])[0] == PICTURES
    assert not any((tmp_path / "downloads").iterdir())


def saved(files: Files, most: int = 1 << 20) -> bytes:
    file = io.BytesIO()
    with serving(files) as server:
        size = save_playlist(server.url("/index.m3u8"), file, egress(), total=30, most=most)
    assert size == len(file.getvalue())
    return file.getvalue()


def test_a_film_larger_than_the_limit(made: Maker) -> None:
    size = len(saved(made()))
    assert len(saved(made(), size)) == size
    with pytest.raises(LimitExceeded, match="more than the limit"):
        saved(made(), size - 1)


def test_a_live_stream_is_not_a_film(made: Maker) -> None:
    files = made()
    text = files["/index.m3u8"]
    assert isinstance(text, bytes)
    with pytest.raises(FetchError, match="a live stream") as caught:
        saved({**files, "/index.m3u8": text.replace(b"#EXT-X-ENDLIST", b"")})
    assert "live stream" in caught.value.hint


def test_a_film_that_changes_its_form_is_refused_as_one_file(made: Maker, sound_apart: Files) -> None:
    """Another programme after a joint could hold pictures that a decoder, set to the first, would never look at."""
    files = {**made(), **sound_apart}
    text = files["/index.m3u8"]
    assert isinstance(text, bytes)
    joint = b"#EXT-X-DISCONTINUITY\n#EXTINF:1.0,\na1.ts\n#EXT-X-ENDLIST"
    with pytest.raises(FetchError, match="changes its form"):
        saved({**files, "/index.m3u8": text.replace(b"#EXT-X-ENDLIST", joint)})
    same = joint.replace(b"a1.ts", b"index0.ts")
    assert played([saved({**files, "/index.m3u8": text.replace(b"#EXT-X-ENDLIST", same)})])[0] == [
        *PICTURES,
        *PICTURES[:25],
    ]
