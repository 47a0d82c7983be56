"""The child process from outside: what it gives, and that it always ends."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import numpy as np
import pytest
from clips import make_clip, plain, tone

from reelwarden.domain import AudioChunk, Frame, MediaKind
from reelwarden.errors import MediaDamaged, MediaError
from reelwarden.media.decoder_process import Decoding, decode, probe
from reelwarden.media.sampling import Every


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=3, audio=tone())


def alive(decoding: Decoding) -> bool:
    return Path(f"/proc/{decoding._process.pid}").exists()


def test_frames_and_sound(clip: Path) -> None:
    with decode(clip, Every(1.0), 160) as decoding:
        items = list(decoding)
    frames = [i for i in items if isinstance(i, Frame)]
    assert [(f.time, f.pixels.shape, f.pixels.dtype, f.width, f.height) for f in frames] == [
        (t, (90, 160, 3), np.uint8, 320, 180) for t in (0.0, 1.0, 2.0)
    ]
    sound = [i for i in items if isinstance(i, AudioChunk)]
    assert sum(len(c.samples) for c in sound) / 16_000 == pytest.approx(3, abs=0.1)
    assert all(c.samples.dtype == np.float32 and abs(c.samples).max() <= 1 for c in sound)
    assert decoding.stats["frames"] == 3
    assert decoding.stats["damaged"] is False
    assert decoding.stats["peak_memory"] > 1 << 20
    assert "no_new_privileges" in decoding.stats["locks"]


def test_pictures_are_never_enlarged(clip: Path) -> None:
    with decode(clip, Every(9.0), 4000, audio=False) as decoding:
        assert [f.pixels.shape for f in decoding if isinstance(f, Frame)] == [(180, 320, 3)]


def test_without_sound(clip: Path) -> None:
    with decode(clip, Every(1.0), 160, audio=False) as decoding:
        assert all(isinstance(item, Frame) for item in decoding)


def test_still_pictures_say_from_when_they_are(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "still.mp4", seconds=14, fps=10, picture=plain((320, 180)))
    with decode(clip, Every(2.0), 160) as decoding:
        told = [(f.time, f.same_as, f.pixels.size > 0) for f in decoding if isinstance(f, Frame)]
    assert told == [
        (0, None, True),
        *((t, 0, False) for t in (2, 4, 6, 8)),
        (10, None, True),
        (12, 10, False),
    ]


def test_leaving_early_ends_the_child(clip: Path) -> None:
    with decode(clip, Every(0.1), 160) as decoding:
        next(iter(decoding))
    assert not alive(decoding)


def test_forgetting_it_ends_the_child(clip: Path) -> None:
    decoding = decode(clip, Every(0.1), 160)
    process = Path(f"/proc/{decoding._process.pid}")
    del decoding
    gc.collect()
    assert not process.exists()


def test_a_killed_child_is_an_error_and_not_a_hang(clip: Path) -> None:
    with pytest.raises(MediaError) as raised, decode(clip, Every(0.04), 320, still=None) as decoding:
        decoding._process.kill()
        list(decoding)
    assert "\n" not in str(raised.value)


def test_a_crash_is_the_files_fault_and_has_a_name(clip: Path) -> None:
    with pytest.raises(MediaDamaged, match="SIGSEGV"), decode(clip, Every(0.04), 320, still=None) as decoding:
        os.kill(decoding._process.pid, 11)
        list(decoding)


def test_probe(clip: Path) -> None:
    info = probe(clip)
    assert (info.kind, info.width, info.height, info.bytes) == (
        MediaKind.VIDEO,
        320,
        180,
        clip.stat().st_size,
    )


def test_no_picture_at_all_is_an_error_though_the_sound_is_fine(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mkv", seconds=2, codec="ffv1", container="matroska", audio=tone())
    data = bytearray(clip.read_bytes())
    place = data.find(b"V_FFV1")
    data[place : place + 6] = b"V_QQQ1"
    clip.write_bytes(data)
    with pytest.raises(MediaDamaged, match="no decoder for the video"):
        decode(clip, Every(1.0), 160)


def test_sound_that_joins_in_the_middle_is_never_silently_unheard(tmp_path: Path) -> None:
    """A transport stream gets a sound track half-way, too far in for the probe."""
    silent = make_clip(tmp_path / "s.ts", seconds=1, container="mpegts").read_bytes()
    loud = make_clip(tmp_path / "l.ts", seconds=1, container="mpegts", audio=tone()).read_bytes()
    stuffing = (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 30_000
    both = tmp_path / "both.ts"
    both.write_bytes(silent + stuffing + loud + stuffing + silent)
    try:
        with decode(both, Every(1.0), 160) as decoding:
            heard = any(isinstance(item, AudioChunk) for item in decoding)
    except MediaDamaged as error:
        assert "begins in the middle" in str(error)
        return
    assert heard or decoding.stats["damaged"]


def test_no_secret_of_ours_reaches_the_child(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWARDEN_SECRET", "hunter2")
    with decode(clip, Every(0.04), 320, still=None) as decoding:
        environment = Path(f"/proc/{decoding._process.pid}/environ")
        try:
            assert b"hunter2" not in environment.read_bytes()
        except PermissionError:
            pytest.skip("the child cannot be looked into by this user, which is better still")


@pytest.mark.parametrize("side", [0, 15, 20_000])
def test_impossible_sides(clip: Path, side: int) -> None:
    with pytest.raises(ValueError, match="side"):
        decode(clip, Every(1.0), side)
