"""Whatever a playlist names goes through the egress: a private socket never sees a connection.

127.0.0.2 is allowed and stands for a public host; on 127.0.0.1 listens what must not be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from servers import PRIVATE, PUBLIC, Server, names, redirects, watched
from streams import EMPTY_TS as TS
from streams import Files, gives, serving

from reelwarden.errors import EgressRefused, LimitExceeded
from reelwarden.ingest.addresses import Address
from reelwarden.ingest.egress import Egress
from reelwarden.ingest.fetch import fetch
from reelwarden.ingest.live import open_live
from reelwarden.settings import Settings

HOSTS = {
    "literal": "http://127.0.0.1:PORT/x",
    "name": "http://inside.test:PORT/x",
    "mixed answers": "http://mixed.test:PORT/x",
    "mapped": "http://[::ffff:127.0.0.1]:PORT/x",
    "NAT64": "http://[64:ff9b::7f00:1]:PORT/x",
    "decimal": "http://2130706433:PORT/x",
    "hex": "http://0x7f000001:PORT/x",
    "octal": "http://0177.0.0.1:PORT/x",
    "short": "http://127.1:PORT/x",
    "full width": "http://①②⑦.⓪.⓪.①:PORT/x",
    "user name": "http://good.test@127.0.0.1:PORT/x",
    "scheme-relative": "//127.0.0.1:PORT/x",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "unique local": "http://[fd00::1]:PORT/x",
    "carrier": "http://100.64.0.1:PORT/x",
    "all zero": "http://0.0.0.0:PORT/x",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:PORT/_x",
    "data": "data:video/mp2t;base64,R0==",
    "concat": "concat://127.0.0.1:PORT/x",
}


def hls(body: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{body}\n#EXT-X-ENDLIST\n".encode()


def master(body: str) -> bytes:
    return f"#EXTM3U\n{body}\n".encode()


def mpd(inside: str, base: str = "") -> bytes:
    return f"<MPD mediaPresentationDuration='PT2S'>{base}<Period>{inside}</Period></MPD>".encode()


def form(inside: str) -> str:
    one = f"<Representation id='1' bandwidth='1'>{inside}</Representation>"
    return f"<AdaptationSet mimeType='video/mp4'>{one}</AdaptationSet>"


TEMPLATE = "<SegmentTemplate duration='1' media='$Number$.m4s' initialization='i.mp4'/>"
PLACES: dict[str, Callable[[str], bytes]] = {
    "a segment": lambda url: hls(f"#EXTINF:1,\n{url}"),
    "a later segment": lambda url: hls(f"#EXTINF:1,\ngood.ts\n#EXTINF:1,\n{url}"),
    "a key": lambda url: hls(f'#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF:1,\ngood.ts'),
    "a beginning": lambda url: hls(f'#EXT-X-MAP:URI="{url}"\n#EXTINF:1,\ngood.ts'),
    "a beginning's key": lambda url: hls(
        f'#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXT-X-MAP:URI="good.ts"\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:1,\ngood.ts'
    ),
    "a part of a file": lambda url: hls(f"#EXTINF:1,\n#EXT-X-BYTERANGE:10@0\n{url}"),
    "a variant": lambda url: master(f"#EXT-X-STREAM-INF:BANDWIDTH=1\n{url}"),
    "sound apart": lambda url: master(
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x",URI="{url}"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\ngood.m3u8'
    ),
    "a base of all": lambda url: mpd(form(TEMPLATE), f"<BaseURL>{url}</BaseURL>"),
    "a base of one": lambda url: mpd(form(f"<BaseURL>{url}</BaseURL>{TEMPLATE}")),
    "a template": lambda url: mpd(form(f"<SegmentTemplate duration='1' media='{url}'/>")),
    "a template's beginning": lambda url: mpd(
        form(f"<SegmentTemplate duration='1' media='good.ts' initialization='{url}'/>")
    ),
    "a list": lambda url: mpd(form(f"<SegmentList duration='1'><SegmentURL media='{url}'/></SegmentList>")),
    "a list's beginning": lambda url: mpd(
        form(
            f"<SegmentList duration='1'><Initialization sourceURL='{url}'/><SegmentURL media='good.ts'/></SegmentList>"
        )
    ),
    "an index": lambda url: mpd(
        form(f"<BaseURL>{url}</BaseURL><SegmentBase indexRange='0-9'><Initialization range='0-9'/></SegmentBase>")
    ),
}


def way(resolver: Callable[[str], list[Address]] | None = None) -> Egress:
    known = names(good_test=PUBLIC, inside_test=PRIVATE, mixed_test=[PUBLIC, PRIVATE])
    return Egress([f"{PUBLIC}/32"], resolver=resolver or known, idle=60)


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path)


@pytest.fixture(scope="module")
def secret() -> Iterator[Server]:
    with watched() as server:
        yield server
        assert server.connections == 0


def refused(files: Files, place: Settings, egress: Egress | None = None, host: str | None = None) -> None:
    """Both ways in refuse it: as a film, and as a stream, which does not wait and ask again."""
    with serving({"/good.ts": TS, "/good.m3u8": hls("#EXTINF:1,\ngood.ts"), **files}) as server:
        url = server.url("/list", host)
        with pytest.raises(EgressRefused), fetch(url, place, egress=egress or way()):
            pass
        with pytest.raises(EgressRefused):
            list(open_live(url, place, egress=egress or way()).chunks())


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("host", ["literal", "name", "mixed answers", "file"])
def test_no_place_of_a_playlist_leads_inside(where: str, host: str, place: Settings, secret: Server) -> None:
    before = secret.connections
    refused({"/list": PLACES[where](HOSTS[host].replace("PORT", str(secret.port)))}, place)
    assert secret.connections == before == 0


@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_of_a_segment_leads_inside(host: str, place: Settings, secret: Server) -> None:
    refused({"/list": PLACES["a segment"](HOSTS[host].replace("PORT", str(secret.port)))}, place)
    assert secret.connections == 0


@pytest.mark.parametrize("where", PLACES)
def test_no_redirect_of_what_a_playlist_names_leads_inside(where: str, place: Settings, secret: Server) -> None:
    with Server(redirects(secret.url())) as turning:
        refused({"/list": PLACES[where](turning.url("/x"))}, place)
        assert turning.connections > 0
    assert secret.connections == 0


def test_a_nested_playlist_leads_nowhere_inside(place: Settings, secret: Server) -> None:
    inner = PLACES["a segment"](secret.url())
    outer = master("#EXT-X-STREAM-INF:BANDWIDTH=1\n/inner")
    refused({"/list": master("#EXT-X-STREAM-INF:BANDWIDTH=1\n/outer"), "/outer": outer, "/inner": inner}, place)
    assert secret.connections == 0


def test_a_name_that_turns_inward_after_the_playlist_is_refused(place: Settings, secret: Server) -> None:
    """DNS rebinding: the playlist comes from outside, and by the time of its segment the name has moved."""
    with Server(gives({"/list": hls("#EXTINF:1,\nseg.ts")})) as server:
        asked: list[str] = []

        def turncoat(host: str) -> list[Address]:
            asked.append(host)
            return names(x=PUBLIC if len(asked) <= 2 else PRIVATE)("x")

        with pytest.raises(EgressRefused), fetch(server.url("/list", "turn.test"), place, egress=way(turncoat)):
            pass
        assert len(asked) == 3 and server.connections == 2
    assert secret.connections == 0


@pytest.mark.slow
def test_a_live_playlist_that_turns_inward_later_is_refused(place: Settings, secret: Server) -> None:
    readings = 0

    def reading() -> bytes:
        nonlocal readings
        readings += 1
        body = "#EXTINF:1,\ngood.ts" + (f"\n#EXTINF:1,\n{secret.url()}" if readings > 3 else "")
        return f"#EXTM3U\n#EXT-X-TARGETDURATION:0\n{body}\n".encode()

    with serving({"/list": reading, "/good.ts": TS}) as server:
        source = open_live(server.url("/list"), place, egress=way())
        found = []
        with pytest.raises(EgressRefused):
            found.extend(chunk.data for chunk in source.chunks())
    assert secret.connections == 0


@pytest.mark.slow
def test_a_live_manifest_that_moves_inside_is_refused(place: Settings, secret: Server) -> None:
    text = (
        "<MPD type='dynamic' availabilityStartTime='1970-01-01T00:00:00Z' minimumUpdatePeriod='PT0.5S'>"
        f"<Location>{secret.url()}</Location><Period start='PT0S'>"
        + form("<SegmentTemplate duration='1' media='good.ts'/>")
        + "</Period></MPD>"
    )
    with serving({"/list": text.encode(), "/good.ts": TS}) as server, pytest.raises(EgressRefused):
        list(open_live(server.url("/list"), place, egress=way()).chunks())
    assert secret.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        *("rtmp://127.0.0.1:PORT/live/x", "rtmp://inside.test:PORT/live/x", "rtmp://mixed.test:PORT/live/x"),
        *("rtmps://127.0.0.1:PORT/live/x", "rtmp://[::ffff:127.0.0.1]:PORT/live/x", "rtmp://2130706433:PORT/live/x"),
        *("rtmp://good.test@127.0.0.1:PORT/live/x", "rtmp://0x7f.1:PORT/a/b", "rtmp://169.254.169.254/live/x"),
        *("http://127.0.0.1:PORT/live.ts", "http://inside.test:PORT/live.m3u8", "http://0177.0.0.1:PORT/x"),
        *("srt://127.0.0.1:PORT", "udp://127.0.0.1:PORT", "file:///etc/passwd", "concat:a|b", "pipe:0", "lavfi:x"),
        *("tcp://127.0.0.1:PORT", "rtp://127.0.0.1:PORT", "gopher://127.0.0.1:PORT/", "/etc/passwd", "rtmpt://x/a/b"),
    ],
)
def test_no_live_address_leads_inside(url: str, place: Settings, secret: Server) -> None:
    with pytest.raises(EgressRefused):
        list(open_live(url.replace("PORT", str(secret.port)), place, egress=way()).chunks())
    assert secret.connections == 0


@pytest.mark.slow
def test_a_stream_that_turns_inward_when_it_is_asked_again_is_refused(place: Settings, secret: Server) -> None:
    asked: list[str] = []

    def turncoat(host: str) -> list[Address]:
        asked.append(host)
        return names(x=PUBLIC if len(asked) == 1 else PRIVATE)("x")

    with serving({}) as server, pytest.raises(EgressRefused):
        list(open_live(server.url("/live.ts", "turn.test"), place, egress=way(turncoat)).chunks())
    assert len(asked) == 2 and secret.connections == 0


def test_a_playlist_larger_than_allowed_is_left(place: Settings) -> None:
    endless = b"#EXTM3U\n" + b"#" * (5 << 20)
    with (
        serving({"/list": endless}) as server,
        pytest.raises(LimitExceeded, match="more than"),
        fetch(server.url("/list"), place, egress=way()),
    ):
        pass


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Server]:
    """A public host that is on nobody's list."""
    with watched(PUBLIC) as server:
        yield server


def of_good_test() -> Egress:
    """For an account whose media may come from good.test alone."""
    known = names(good_test=PUBLIC, other_test=PUBLIC)
    return Egress([f"{PUBLIC}/32"], resolver=known, hosts=lambda host: host == "good.test")


@pytest.mark.parametrize("where", PLACES)
def test_a_list_of_domains_holds_for_all_that_a_playlist_names(where: str, place: Settings, elsewhere: Server) -> None:
    for host in ("other.test", PUBLIC):
        refused({"/list": PLACES[where](elsewhere.url("/x", host))}, place, of_good_test(), "good.test")
    assert elsewhere.connections == 0


def moving(to: str) -> Server:
    """`/moved` redirects; `/film` is a playlist of it, `/good.ts` a segment."""
    film = gives({"/film": hls("#EXTINF:1,\nmoved"), "/good.ts": TS})
    away = redirects(to)
    return Server(lambda wire, head: (away if b" /moved " in head else film)(wire, head))


@pytest.mark.parametrize("path", ["/film", "/moved"])
def test_a_list_of_domains_holds_for_redirects(path: str, place: Settings, elsewhere: Server) -> None:
    with moving(elsewhere.url("/x", "other.test")) as server:
        url = server.url(path, "good.test")
        with pytest.raises(EgressRefused, match=r"other\.test is none of the domains"):
            fetch(url, place, egress=of_good_test()).__enter__()
        with pytest.raises(EgressRefused, match=r"other\.test is none of the domains"):
            list(open_live(url, place, egress=of_good_test()).chunks())
    assert elsewhere.connections == 0


def test_who_is_on_the_list_is_fetched_from(place: Settings) -> None:
    with moving("/good.ts") as server:
        with fetch(server.url("/film", "good.test"), place, egress=of_good_test()) as found:
            assert found.bytes == len(TS)
        asked = len(server.requests)
        with pytest.raises(EgressRefused, match="none of the domains"):
            fetch(server.url("/film", "other.test"), place, egress=of_good_test()).__enter__()
        assert len(server.requests) == asked
