"""HLS playlists as they are found: what is taken of them, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwarden.errors import FetchError
from reelwarden.ingest.hls import Choice, read
from reelwarden.ingest.segments import Extent, Key, Playlist, Unreadable

BASE = "https://cdn.example/a/list.m3u8?token=1"


def playlist(text: str) -> Playlist:
    found = read("#EXTM3U\n" + text, BASE)
    assert isinstance(found, Playlist)
    return found


def master(text: str, height: int = 480) -> Choice:
    found = read("#EXTM3U\n" + text, BASE, height)
    assert isinstance(found, Choice)
    return found


def test_segments_have_their_numbers_and_their_addresses() -> None:
    found = playlist(
        "#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:4,\none.ts\n#EXTINF:3.5,a title\n/two.ts\n"
        "#EXT-X-DISCONTINUITY\n#EXT-X-GAP\n#EXTINF:4\nhttps://other.example/3.ts?k=1\n#EXT-X-ENDLIST\n"
    )
    assert [(s.number, s.next, s.seconds, s.joint, s.gap) for s in found.segments] == [
        (7, 8, 4.0, False, False),
        (8, 9, 3.5, False, False),
        (9, 10, 4.0, True, True),
    ]
    urls = [s.resource.url for s in found.segments]
    assert urls == ["https://cdn.example/a/one.ts", "https://cdn.example/two.ts", "https://other.example/3.ts?k=1"]
    assert (found.refresh, found.ended) == (4.0, True)


def test_a_playlist_without_an_end_is_live() -> None:
    assert not playlist("#EXTINF:1,\na.ts\n").ended


def test_of_a_window_of_hours_the_end_is_read_as_it_would_be_in_the_whole() -> None:
    key = '#EXT-X-KEY:METHOD=AES-128,URI="{}"'
    text = "#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:40\n" + key.format("a") + '\n#EXT-X-MAP:URI="i"\n'
    text += key.format("b") + "\n" + "".join(f"#EXTINF:2,\n{n}.ts\n" for n in range(1000))
    whole, tail = playlist(text + "#EXT-X-ENDLIST\n"), playlist(text)
    assert len(whole.segments) == 1000 and tail.segments == whole.segments[-200:]
    assert tail.segments[-1].number == 1039 and tail.refresh == 2.0


@pytest.mark.parametrize(("target", "refresh"), [("0", 1.0), ("3600", 30.0), ("2", 2.0)])
def test_the_refresh_is_bounded(target: str, refresh: float) -> None:
    assert playlist(f"#EXT-X-TARGETDURATION:{target}\n#EXTINF:1,\na.ts\n").refresh == refresh


def test_byte_ranges_go_on_where_the_last_of_the_same_file_ended() -> None:
    found = playlist(
        '#EXT-X-MAP:URI="a.mp4",BYTERANGE="700@0"\n#EXTINF:1,\n#EXT-X-BYTERANGE:100@700\na.mp4\n'
        "#EXTINF:1,\n#EXT-X-BYTERANGE:50\na.mp4\n#EXTINF:1,\n#EXT-X-BYTERANGE:9\nb.mp4\n"
    )
    assert [s.resource.extent for s in found.segments] == [Extent(700, 100), Extent(800, 50), Extent(0, 9)]
    init = found.segments[0].init
    assert init is not None and (init.url, init.extent) == ("https://cdn.example/a/a.mp4", Extent(0, 700))


def test_keys_their_vectors_and_their_end() -> None:
    found = playlist(
        '#EXT-X-MEDIA-SEQUENCE:258\n#EXT-X-MAP:URI="plain.mp4"\n#EXT-X-KEY:METHOD=AES-128,URI="k?id=1"\n#EXTINF:1,\na\n'
        '#EXT-X-KEY:METHOD=AES-128,URI="k2",IV=0x000000000000000000000000000000FF\n#EXT-X-MAP:URI="locked.mp4"\n'
        "#EXTINF:1,\nb\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\nc\n"
    )
    first, second, third = (s.resource.key for s in found.segments)
    assert first == Key("https://cdn.example/a/k?id=1", (258).to_bytes(16, "big"))
    assert second == Key("https://cdn.example/a/k2", (255).to_bytes(16, "big"))
    assert third is None
    inits = [s.init for s in found.segments]
    assert inits[0] is not None and inits[0].key is None
    assert inits[1] is not None and inits[1].key == second


@pytest.mark.parametrize(
    "key",
    [
        'METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"',
        'METHOD=AES-128,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"',
        'METHOD=AES-256,URI="x"',
    ],
)
def test_what_is_locked_otherwise_is_said_plainly(key: str) -> None:
    with pytest.raises(Unreadable, match="locked") as caught:
        playlist(f"#EXT-X-KEY:{key}\n#EXTINF:1,\na.ts\n")
    assert "token" not in str(caught.value)


VARIANTS = """#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=426x240,CODECS="avc1.4d400d,mp4a.40.2"
240.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=854x480
480.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=480x854
upright.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=5000000,RESOLUTION=1920x1080
1080.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"
sound.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="frames.m3u8"
"""


@pytest.mark.parametrize(("height", "name"), [(480, "upright"), (240, "240"), (500, "1080"), (4000, "1080")])
def test_the_smallest_variant_that_is_high_enough(height: int, name: str) -> None:
    assert master(VARIANTS, height).pictures == f"https://cdn.example/a/{name}.m3u8"


def test_without_resolutions_the_bandwidth_decides() -> None:
    text = "".join(f"#EXT-X-STREAM-INF:BANDWIDTH={n}\n{n}.m3u8\n" for n in (200000, 3000000, 900000))
    assert master(text).pictures.endswith("/900000.m3u8")


def test_sound_in_a_playlist_of_its_own() -> None:
    media = (
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="low",NAME="x",URI="low.m3u8"\n'
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="de",URI="de.m3u8"\n'
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",DEFAULT=YES,URI="en.m3u8"\n'
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="a",NAME="en",URI="words.m3u8"\n'
    )
    found = master(media + '#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1x1,AUDIO="a"\nv.m3u8\n')
    assert (found.sound, found.sound_tracks) == ("https://cdn.example/a/en.m3u8", 2)
    inside = master('#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\nv\n')
    assert inside.sound == ""


def test_odd_values_in_tags_that_are_not_used_cost_nothing() -> None:
    found = playlist(
        "#EXT-X-PROGRAM-DATE-TIME:yesterday\n#EXT-X-PART:DURATION=x\n#EXT-X-SERVER-CONTROL:a\n#EXT-X-DATERANGE:ID\n"
        "#EXT-X-START:TIME-OFFSET=soon\n#EXT-X-VERSION:ten\n#EXTINF:1,\na.ts\n"
    )
    assert len(found.segments) == 1


@pytest.mark.parametrize(
    "text",
    [
        "#EXTINF:nan,\na.ts\n",
        "#EXTINF:-1,\na.ts\n",
        "#EXTINF:long,\na.ts\n",
        "#EXTINF:1,\n#EXT-X-BYTERANGE:x\na.ts\n",
        "#EXTINF:1,\n#EXT-X-BYTERANGE:5@-9\na.ts\n",
        "#EXTINF:1,\n#EXT-X-BYTERANGE:0@0\na.ts\n",
        "#EXT-X-MEDIA-SEQUENCE:x\n#EXTINF:1,\na.ts\n",
        "#EXT-X-KEY:METHOD=AES-128\n#EXTINF:1,\na.ts\n",
        '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x' + "f" * 40 + "\n#EXTINF:1,\na.ts\n",
        '#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXT-X-MEDIA-SEQUENCE:-5\n#EXTINF:1,\na.ts\n',
        '#EXT-X-MAP:BYTERANGE="1@1"\n#EXTINF:1,\na.ts\n',
        "#EXT-X-STREAM-INF:BANDWIDTH=x\na.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=wide\na.m3u8\n",
        "#EXT-X-STREAM-INF:BANDWIDTH=1\n",
        "#EXT-X-I-FRAMES-ONLY\n#EXTINF:1,\na.ts\n",
        "#EXTINF:1,\nhttp://[\n",
        "#EXTINF:1,\na.ts\n" * 20_001 + "#EXT-X-ENDLIST",
        '#EXT-X-KEY:METHOD=AES-128,URI="k"\n' * 2001,
        "#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n" * 201,
    ],
)
def test_what_cannot_be_read_is_one_clear_line(text: str) -> None:
    with pytest.raises(FetchError, match="a playlist") as caught:
        read("#EXTM3U\n" + text, BASE)
    assert "\n" not in str(caught.value) and "token" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "hello", "<html>", "#EXTINF:1,\na.ts", "[playlist]\nFile1=x"])
def test_what_is_no_playlist(text: str) -> None:
    with pytest.raises(FetchError, match="not HLS"):
        read(text, BASE)


LINES = st.sampled_from(
    [
        *("#EXTINF:1,", "#EXTINF:", "a.ts", "#EXT-X-BYTERANGE:5", "#EXT-X-BYTERANGE:", "#EXT-X-GAP", "#EXT-X-ENDLIST"),
        *(
            "#EXT-X-KEY:METHOD=AES-128,URI=k",
            "#EXT-X-KEY:",
            "#EXT-X-KEY:METHOD=NONE",
            '#EXT-X-MAP:URI="i"',
            "#EXT-X-MAP",
        ),
        *("#EXT-X-STREAM-INF:BANDWIDTH=1", "#EXT-X-STREAM-INF:", '#EXT-X-MEDIA:TYPE=AUDIO,URI="', "#EXT-X-MEDIA:"),
        *(
            "#EXT-X-TARGETDURATION:",
            "#EXT-X-MEDIA-SEQUENCE:9",
            "#EXT-X-DISCONTINUITY",
            "#EXT-X-I-FRAMES-ONLY",
            "\0",
            "#",
        ),
    ]
)


@given(st.lists(st.one_of(LINES, st.text(max_size=20)), max_size=12))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    try:
        read("\n".join(["#EXTM3U", *lines]), BASE)
    except FetchError as error:
        assert "\n" not in str(error)
