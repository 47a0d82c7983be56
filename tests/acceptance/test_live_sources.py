"""From a server to frames: each kind of live source, through a pipe, into the locked decoder."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest
from clips import frame_number, make_clip
from rtmp_server import Conversation, RtmpServer, flv_tags
from rtsp_server import RtspServer, packets_of
from servers import PUBLIC
from streams import Whole, cut, serving, tone

from reelwarden.domain import AudioChunk, Frame
from reelwarden.ingest.egress import Egress
from reelwarden.ingest.feed import Chunk
from reelwarden.ingest.live import LiveSource, open_live
from reelwarden.ingest.reconnect import Backoff
from reelwarden.media.decoder_process import decode_live
from reelwarden.media.sampling import Every
from reelwarden.settings import Settings

pytestmark = pytest.mark.slow
SECONDS = 4.0
SIDE = 128
"""So small that the pipe holds everything: a decoder that nobody reads in time leaves pictures out."""


def source_of(url: str) -> LiveSource:
    way = Egress([f"{PUBLIC}/32"], idle=60)
    return open_live(url, Settings(), egress=way, backoff=Backoff(first=0.1, give_up=0.1))


def decoded(source: LiveSource) -> tuple[list[tuple[float, int]], float]:
    """The frames as (seconds, number) and the seconds of sound. The source is closed when it drops."""
    chunks = source.chunks()
    first = next(chunks)
    reading, writing = os.pipe()
    writer = threading.Thread(target=pump, args=(writing, first, chunks))
    writer.start()
    with decode_live(reading, Every(0.4), SIDE, format=first.format) as decoding:
        os.close(reading)
        pieces = list(decoding)
    writer.join(120)
    frames = [(one.time, frame_number(one.pixels)) for one in pieces if isinstance(one, Frame)]
    heard = sum(len(one.samples) for one in pieces if isinstance(one, AudioChunk)) / 16_000
    return frames, heard


def pump(writing: int, first: Chunk, chunks: Iterable[Chunk]) -> None:
    with Whole(writing, "wb") as pipe:
        pipe.write(first.data)
        for chunk in chunks:
            if chunk.fresh:
                break
            pipe.write(chunk.data)


def is_whole(frames: list[tuple[float, int]], heard: float) -> None:
    assert [number for _, number in frames] == list(range(0, 100, 10))
    assert all(abs(moment - number / 25) < 0.05 for moment, number in frames)
    assert heard == pytest.approx(SECONDS, abs=0.3)


@pytest.mark.parametrize(
    ("kind", "start", "options"),
    [
        ("hls", "/index.m3u8", {}),
        ("hls", "/index.m3u8", {"hls_segment_type": "fmp4"}),
        ("dash", "/index.mpd", {}),
        ("dash", "/master.m3u8", {"hls_playlist": "1"}),
    ],
    ids=["ts", "fmp4", "dash", "cmaf"],
)
def test_playlists(kind: str, start: str, options: dict[str, str], tmp_path: Path) -> None:
    with serving(cut(tmp_path / "cut", SECONDS, kind=kind, **options)) as server:
        is_whole(*decoded(source_of(server.url(start))))


@pytest.mark.parametrize("form", ["mpegts", "flv"])
def test_bytes_that_go_on(form: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a", SECONDS, audio=tone, b_frames=0, container=form)
    with serving({"/live": clip.read_bytes()}) as server:
        is_whole(*decoded(source_of(server.url("/live"))))


def test_rtmp(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.flv", SECONDS, audio=tone, b_frames=0)

    def play(talk: Conversation) -> None:
        talk.welcome()
        for kind, moment, data in flv_tags(clip.read_bytes()):
            talk.say(kind, data, time=moment, stream=1, chunk_stream=6)

    with RtmpServer(play) as server:
        is_whole(*decoded(source_of(server.url)))


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_rtsp(codec: str, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", SECONDS, codec=codec, audio=tone, b_frames=0)
    with RtspServer([packets_of(clip, "video"), packets_of(clip, "audio", 97)]) as server:
        is_whole(*decoded(source_of(server.url())))
