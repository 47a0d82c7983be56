"""Streams without an end, written in real time into a pipe: low latency, one rising clock, flat memory."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from clips import frame_number, make_clip, tone
from streams import Whole

from reelwarden.domain import AudioChunk, Frame, MediaKind
from reelwarden.errors import LimitExceeded, MediaError, NotMedia
from reelwarden.media.decoder_process import decode_live, warm
from reelwarden.media.limits import Limits
from reelwarden.media.sampling import Every, KeyFrames

FRAGMENTS = {"movflags": "empty_moov+default_base_moof+frag_keyframe", "frag_duration": "200000"}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("live") / "clip.mp4"
    return make_clip(path, seconds=6, gop=25, size=(160, 90), audio=tone())


class Broadcast:
    """Writes what `write(file)` writes into a pipe, from a thread. `source` is the reading end."""

    def __init__(self, write: Callable[[Any], None]) -> None:
        self.source, out = os.pipe()
        self._file = Whole(out, "wb")
        self._write = write
        self._thread = threading.Thread(target=self._run)
        self.written = threading.Event()

    def _run(self) -> None:
        with contextlib.suppress(BrokenPipeError, OSError), self._file:
            self._write(self._file)
        self.written.set()

    def __enter__(self) -> int:
        self._thread.start()
        return self.source

    def __exit__(self, *ignored: object) -> None:
        os.close(self.source)
        self._thread.join(120)
        assert not self._thread.is_alive(), "whoever writes must learn that nobody reads any more"


class Remux:
    """Sends a clip as another container, each packet when `may` lets it: it is given the packet's time in seconds."""

    def __init__(
        self,
        clip: Path,
        container: str,
        options: dict[str, str] | None = None,
        may: Callable[[float], object] = lambda at: None,
    ) -> None:
        self.clip, self.container, self.may = clip, container, may
        self.options = {"flush_packets": "1", **(options or {})}

    def __call__(self, file: Any) -> None:
        with (
            av.open(str(self.clip)) as given,
            av.open(Unseekable(file), "w", format=self.container, options=self.options) as out,
        ):
            streams = {s.index: out.add_stream_from_template(s) for s in given.streams}
            for packet in given.demux():
                if packet.dts is None:
                    continue
                self.may(float(packet.dts * packet.time_base))
                packet.stream = streams[packet.stream.index]
                out.mux(packet)


class Unseekable:
    def __init__(self, file: Any) -> None:
        self.write = file.write


class Waits:
    """Lets a packet go when every picture that was wanted more than a second of stream before it has come out.

    So the stream is as slow as the machine, and a decoder that holds a picture back for longer stops it for good.
    """

    def __init__(self, every: float) -> None:
        self._every = every
        self._came = threading.Condition()
        self._out = -every

    def __call__(self, at: float) -> None:
        owed = (at - 1.0) // self._every * self._every
        with self._came:
            assert self._came.wait_for(lambda: self._out >= owed, 120), f"at {at} s only {self._out} s have come out"

    def tell(self, wanted: float) -> None:
        with self._came:
            self._out = wanted
            self._came.notify()


def rising(times: list[float]) -> bool:
    return all(a < b for a, b in itertools.pairwise(times))


@pytest.mark.slow
@pytest.mark.parametrize(("container", "options"), [("mpegts", {}), ("flv", {}), ("mp4", FRAGMENTS)])
def test_frames_come_within_a_second(clip: Path, container: str, options: dict[str, str]) -> None:
    waits = Waits(0.5)
    frames, sound = [], []
    remux = Remux(clip, container, options, waits)
    with Broadcast(remux) as source, decode_live(source, Every(0.5), 160, still=None) as decoding:
        for item in decoding:
            if isinstance(item, Frame):
                frames.append(item)
                waits.tell(item.wanted)
            else:
                sound.append(item)
    assert [f.wanted for f in frames] == pytest.approx([n * 0.5 for n in range(12)])
    assert frames[0].time == 0
    assert all(0 <= f.time - f.wanted <= 0.05 for f in frames)
    assert sum(len(c.samples) for c in sound) / 16_000 == pytest.approx(6, abs=0.3)
    assert rising([c.time for c in sound])
    assert sound[0].time == pytest.approx(0, abs=0.1)
    assert decoding.stats["skipped"] == 0
    assert decoding.info.kind is MediaKind.VIDEO


def as_stream(clip: Path, container: str) -> bytes:
    class Kept:
        data = b""

        def write(self, more: bytes) -> int:
            self.data += bytes(more)
            return len(more)

    kept = Kept()
    Remux(clip, container, FRAGMENTS if container == "mp4" else None)(kept)
    return kept.data


def looked(data: bytes | list[bytes], **how: Any) -> tuple[list[Frame], list[AudioChunk], dict[str, Any]]:
    def write(file: Any) -> None:
        for piece in [data] if isinstance(data, bytes) else data:
            file.write(piece)

    with Broadcast(write) as source, decode_live(source, Every(0.5), 160, still=None, **how) as decoding:
        items = list(decoding)
    frames = [i for i in items if isinstance(i, Frame)]
    return frames, [i for i in items if isinstance(i, AudioChunk)], decoding.stats


@pytest.mark.slow
@pytest.mark.parametrize("container", ["mpegts", "flv"])
def test_a_stream_that_begins_anew_goes_on(clip: Path, container: str) -> None:
    """Time stamps fall back to 0, as when an encoder is started again; the clock only rises."""
    once = as_stream(clip, container)
    again = once if container == "mpegts" else once[13:]
    frames, sound, _ = looked(once + again)
    assert rising([f.time for f in frames])
    assert frames[-1].time == pytest.approx(11.5, abs=0.7)
    assert {frame_number(f.pixels) for f in frames if f.time > 6.5} & set(range(25))
    assert sum(len(c.samples) for c in sound) / 16_000 == pytest.approx(12, abs=1)


def test_sound_that_joins_later_is_heard(clip: Path, tmp_path: Path) -> None:
    """A transport stream whose programme gets a sound track after some seconds."""
    silent = make_clip(tmp_path / "c.ts", seconds=4, size=(160, 90), container="mpegts")
    frames, sound, stats = looked(silent.read_bytes() + as_stream(clip, "mpegts"))
    assert rising([f.time for f in frames])
    assert rising([c.time for c in sound])
    assert sum(len(c.samples) for c in sound) / 16_000 > 4
    assert stats["restarts"] == 1


def test_damaged_bytes_do_not_bring_it_down(clip: Path) -> None:
    chance = np.random.default_rng(5)
    for container in ("mpegts", "flv"):
        data = bytearray(as_stream(clip, container))
        for place in chance.integers(0, len(data), 40):
            data[place] = chance.integers(0, 256)
        frames, sound, stats = looked(bytes(data))
        assert frames
        assert rising([f.time for f in frames])
        assert rising([c.time for c in sound])
        assert stats["skipped"] == 0


def test_the_clock_of_a_transport_stream_wraps(tmp_path: Path) -> None:
    """33 bits of 90 kHz are full after 26.5 hours."""
    start = 2**33 / 90_000 - 2.5
    clip = make_clip(tmp_path / "c.ts", seconds=5, size=(160, 90), container="mpegts", start=start, audio=tone())
    frames, sound, _ = looked(clip.read_bytes())
    assert [f.time for f in frames] == pytest.approx([n * 0.5 for n in range(10)], abs=0.06)
    assert rising([c.time for c in sound])


@pytest.mark.parametrize("container", ["mpegts", "flv"])
def test_a_broken_middle(clip: Path, container: str) -> None:
    data = as_stream(clip, container)
    noise = np.random.default_rng(1).bytes(20_000)
    frames, _, stats = looked(data[: len(data) // 3] + noise + data[len(data) // 2 :])
    assert rising([f.time for f in frames])
    numbers = [frame_number(f.pixels) for f in frames]
    assert numbers[0] == 0
    assert numbers[-1] > 120
    assert stats["damaged"] or stats["restarts"]


@pytest.mark.parametrize("container", ["mpegts", "flv", "mp4"])
def test_an_abrupt_end(clip: Path, container: str) -> None:
    data = as_stream(clip, container)
    frames, _, _ = looked(data[: len(data) * 2 // 3 + 7])
    assert 6 <= len(frames) <= 9
    assert rising([f.time for f in frames])


@pytest.mark.parametrize(("container", "codec"), [("mp3", "libmp3lame"), ("adts", "aac")])
def test_sound_alone(tmp_path: Path, container: str, codec: str) -> None:
    clip = make_clip(tmp_path / "c", seconds=5, codec="", audio=tone(), audio_codec=codec, container=container)
    frames, sound, _ = looked(clip.read_bytes(), format="mp3" if container == "mp3" else "aac")
    assert frames == []
    assert sum(len(c.samples) for c in sound) / 16_000 == pytest.approx(5, abs=0.2)
    assert rising([c.time for c in sound])


@pytest.mark.slow
def test_who_reads_slowly_loses_frames_and_is_told(clip: Path) -> None:
    data = as_stream(clip, "mpegts")
    broadcast = Broadcast(lambda file: file.write(data) and None)
    with broadcast as source, decode_live(source, Every(0.04), 160, still=None) as decoding:
        assert broadcast.written.wait(120), "the decoder waits for who reads"
        frames = [i for i in decoding if isinstance(i, Frame)]
    assert decoding.stats["skipped"] > 0
    assert len(frames) + decoding.stats["skipped"] <= 155
    assert rising([f.time for f in frames])


def test_key_pictures_only(clip: Path) -> None:
    with (
        Broadcast(lambda file: file.write(as_stream(clip, "mpegts")) and None) as source,
        decode_live(source, KeyFrames(), 160) as decoding,
    ):
        assert [frame_number(f.pixels) for f in decoding if isinstance(f, Frame)] == [0, 25, 50, 75, 100, 125]


@pytest.mark.slow
def test_a_silent_stream_is_given_up(clip: Path) -> None:
    data = as_stream(clip, "mpegts")
    over = threading.Event()

    def write(file: Any) -> None:
        file.write(data)
        over.wait(120)

    limits = Limits(idle_seconds=1.0)
    with Broadcast(write) as source, decode_live(source, Every(1.0), 160, limits=limits) as decoding:
        with pytest.raises(LimitExceeded) as raised:
            list(decoding)
        over.set()
    assert raised.value.limit == "idle"


@pytest.mark.parametrize(
    "data", [b"#EXTM3U\nsecret.ts\n" * 60, b"<html>" * 500, b"", b"\x89PNG\r\n\x1a\n" + b"x" * 900]
)
def test_what_is_no_stream(data: bytes) -> None:
    with pytest.raises(NotMedia):
        looked(data)


def test_leaving_early_lets_the_writer_know(clip: Path) -> None:
    data = as_stream(clip, "mpegts")

    def write(file: Any) -> None:
        while True:
            file.write(data)

    broadcast = Broadcast(write)
    with broadcast as source, decode_live(source, Every(1.0), 160) as decoding:
        next(iter(decoding))


@pytest.mark.slow
def test_memory_is_flat(clip: Path) -> None:
    """Ten minutes of stream, given as fast as it is taken: too fast, so that key pictures must do for a while."""
    data = as_stream(clip, "mpegts")
    seen: list[int] = []

    def write(file: Any) -> None:
        for _ in range(100):
            file.write(data)

    with Broadcast(write) as source, decode_live(source, Every(5.0), 64, limits=Limits(cpu_seconds=60)) as decoding:
        for item in decoding:
            if isinstance(item, Frame):
                status = Path(f"/proc/{decoding._process.pid}/statm").read_text().split()
                seen.append(int(status[1]) * os.sysconf("SC_PAGE_SIZE"))
    assert decoding.stats["seconds"] > 550
    assert len(seen) + decoding.stats["skipped"] == pytest.approx(decoding.stats["seconds"] / 5, rel=0.05)
    assert len(seen) > 30, "how many were left out is a matter of the machine"
    third = len(seen) // 3
    assert max(seen[2 * third :]) - max(seen[:third]) < 8 << 20


@pytest.mark.slow
def test_a_warm_child_does_it_too(clip: Path) -> None:
    with warm():
        frames, sound, _ = looked(as_stream(clip, "mpegts"))
    assert [frame_number(f.pixels) for f in frames] == [0, 13, 25, 38, 50, 63, 75, 88, 100, 113, 125, 138]
    assert sound


def test_errors_are_one_line(clip: Path) -> None:
    with pytest.raises(MediaError) as raised:
        looked(np.random.default_rng(2).bytes(100_000))
    assert "\n" not in str(raised.value)
