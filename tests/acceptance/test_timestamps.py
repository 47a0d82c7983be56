"""Each sample is the picture that a full decode has at that instant: bit for bit, on real and made clips."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from clips import frame_number, make_clip, tone
from full_decode import all_pictures, differences

from reelwarden.domain import AudioChunk, Frame
from reelwarden.media.decoder_process import decode, probe
from reelwarden.media.sampling import ByDuration, Count, Every, KeyFrames

REAL = [
    "real/counter.mp4",
    "real/obama_speech.mp4",
    "real/WolfgangLanger_Pexels.mp4",
    "real/bigbuckbunny.mp4",
    "real/cityCC0.mpg",
    "real/delayed_start.mp4",
    "real/short_hamilton_clip.mp4",
    "real/face_noface.mov",
    "real/fades.mp4",
    "odd/vfr.mp4",
    "odd/iibbibb_editlist_videoonly.mp4",
    "odd/sample_edit_list.mp4",
    "odd/rotated90.mp4",
    "odd/video_90.mov",
    "odd/video_180.mov",
    "odd/sample_rotate_and_reflect.mp4",
    "odd/anamorphic.mp4",
    "odd/bbb_2500ms.ts",
    "odd/sample_h265.ts",
    "odd/interlaced.ts",
    "odd/sample.avi",
    "odd/mjpeg.avi",
    "odd/frag.mp4",
    "odd/multi.mkv",
    "odd/hdr10-av1.mp4",
    "odd/dolbyVision-hdr.MOV",
    "odd/roadtrip-vp92-10bit.webm",
    "odd/bear-vp9-odd-dimensions.webm",
    "odd/mv_with_2_top_shots.mp4",
    "odd/water_180_mvhevc_5frames.mov",
    "odd/sample_android_slow_motion.mp4",
    "odd/unordered.mov",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
@pytest.mark.parametrize("step", [0.5, 0.13])
def test_real_and_odd_files(shared_media: Callable[[str], Path], name: str, step: float) -> None:
    compared, wrong = differences(shared_media(name), Every(step), slack=step / 10)
    assert compared
    assert wrong == []


@pytest.mark.slow
def test_the_long_vfr_road(shared_media: Callable[[str], Path]) -> None:
    compared, wrong = differences(shared_media("real/traffic_camera_vfr.mp4"), Every(1.0), slack=0.1)
    assert compared == 35
    assert wrong == []


MADE = {
    "b-frames": {},
    "long-group": {"seconds": 6, "gop": 300},
    "open-group": {
        "gop": 20,
        "options": {"x264-params": "open-gop=1:keyint=20:bframes=3:b-pyramid=2:scenecut=0"},
    },
    "ntsc": {"fps": Fraction(30000, 1001), "gop": 60, "seconds": 5},
    "vfr": {"times": [0, 0.04, 0.5, 0.51, 0.52, 1.9, 1.95, 2.6, 3.0]},
    "slow": {"fps": 2, "seconds": 5, "gop": 4},
    "starts-late": {"start": 0.7},
    "rotated": {"rotation": 90},
    "upside-down": {"rotation": 180},
    "anamorphic": {"sar": Fraction(4, 3)},
    "hevc": {"codec": "libx265"},
    "vp9": {"codec": "libvpx-vp9", "container": "webm"},
    "av1": {"codec": "libsvtav1"},
    "mpeg2-ts": {"codec": "mpeg2video", "container": "mpegts"},
    "h264-ts-10h": {"container": "mpegts", "start": 36_000.0},
    "mpeg4-avi": {"codec": "mpeg4", "container": "avi", "b_frames": 0},
    "mjpeg": {"codec": "mjpeg"},
    "fragmented": {"container_options": {"movflags": "frag_keyframe+empty_moov"}},
    "flv": {"container": "flv"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MADE)
def test_made_clips(tmp_path: Path, name: str) -> None:
    clip = make_clip(tmp_path / "clip", **{"container": "mp4", **MADE[name]})  # type: ignore[arg-type]
    for step in (1.0, 0.21):
        compared, wrong = differences(clip, Every(step), slack=step / 10)
        assert compared
        assert wrong == []


def test_the_numbers_in_the_pictures(tmp_path: Path) -> None:
    """The picture says itself which one it is: upright, turned, and where B pictures reorder the file."""
    for rotation in (0, 90, 180, 270):
        clip = make_clip(tmp_path / f"{rotation}.mp4", seconds=3, rotation=rotation)
        with decode(clip, Every(0.5), 320, still=None) as decoding:
            told = [(f.time, frame_number(f.pixels)) for f in decoding if isinstance(f, Frame)]
            assert (decoding.info.width, decoding.info.height) == (320, 180)
        assert told == [(pytest.approx(n * 0.04), n) for n in (0, 12, 25, 37, 50, 62)]


@pytest.mark.parametrize("frames", [1, 2, 3, 10])
def test_count_gives_first_and_last(tmp_path: Path, frames: int) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=4.2, gop=30)
    with decode(clip, Count(frames), 160) as decoding:
        found = [f for f in decoding if isinstance(f, Frame)]
    assert len(found) == frames
    assert frame_number(found[0].pixels) == 0
    if frames > 1:
        assert frame_number(found[-1].pixels) == 104
        step = round(4.2 / frames, 3)
        assert [f.wanted for f in found[:-1]] == pytest.approx([n * step for n in range(frames - 1)])
    assert differences(clip, Count(frames))[1] == []


def test_count_does_not_believe_the_duration(tmp_path: Path) -> None:
    """The claimed duration is a lie in both directions: there are as many pictures as asked, with the true last one."""
    clip = make_clip(tmp_path / "c.mp4", seconds=4, gop=25)
    honest = clip.read_bytes()
    for factor in (1000, 0.1):
        lie = tmp_path / "lie.mp4"
        lie.write_bytes(with_claimed_duration(honest, factor))
        with decode(lie, Count(5), 160) as decoding:
            assert decoding.info.duration is not None
            found = [frame_number(f.pixels) for f in decoding if isinstance(f, Frame)]
        assert found == [0, 20, 40, 60, 99]


def test_the_last_picture_is_the_last_that_is_shown(tmp_path: Path) -> None:
    """An edit list leaves out all but the first 0.4 s."""
    clip = make_clip(tmp_path / "c.mp4", seconds=4, gop=25)
    clip.write_bytes(with_claimed_duration(clip.read_bytes(), 0.1, {b"elst": 12}))
    with decode(clip, Count(5), 160) as decoding:
        assert [frame_number(f.pixels) for f in decoding if isinstance(f, Frame)] == [0, 2, 4, 6, 9]


CLAIMS = {b"mvhd": 20, b"tkhd": 24, b"mdhd": 20}


def with_claimed_duration(data: bytes, factor: float, claims: dict[bytes, int] = CLAIMS) -> bytes:
    changed = bytearray(data)
    for box, at in claims.items():
        place = data.find(box) + at
        length = int.from_bytes(data[place : place + 4], "big")
        changed[place : place + 4] = min(2**31 - 1, int(length * factor)).to_bytes(4, "big")
    return bytes(changed)


def test_the_duration_table(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=4)
    for points, times in (((10.0,), 4), ((3.0,), 2)):
        with decode(clip, ByDuration(points, (1.0, 2.0)), 160) as decoding:
            assert sum(isinstance(f, Frame) for f in decoding) == times


def test_key_frames_only(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=4, gop=30)
    with decode(clip, KeyFrames(), 160) as decoding:
        assert [frame_number(f.pixels) for f in decoding if isinstance(f, Frame)] == [0, 30, 60, 90]
        assert decoding.stats["pictures_decoded"] == 4


def test_a_picture_that_stays_stands_for_each_instant(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", times=[0.0, 1.0, 8.0, 8.04])
    with decode(clip, Every(2.0), 160) as decoding:
        found = [(f.time, f.wanted, f.same_as) for f in decoding if isinstance(f, Frame)]
    assert found == [(0, 0, None), (1, 2, None), (4, 4, 1), (6, 6, 1), (8, 8, None)]


def test_a_late_start_stays_late_and_a_broadcast_begins_at_0(tmp_path: Path) -> None:
    for container, first in (("mp4", 0.7), ("mpegts", 0.0)):
        clip = make_clip(tmp_path / container, start=0.7, container=container)
        with decode(clip, Every(1.0), 160) as decoding:
            frame = next(f for f in decoding if isinstance(f, Frame))
        assert frame.time == pytest.approx(first, abs=0.05)


def test_sound_that_starts_late_says_so(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=3, audio=[tone(440), tone(880)], audio_start=0.5)
    with decode(clip, Every(1.0), 160) as decoding:
        chunks = [c for c in decoding if isinstance(c, AudioChunk)]
    assert {c.track for c in chunks} == {0, 1}
    for track in (0, 1):
        own = [c for c in chunks if c.track == track]
        assert own[0].time == pytest.approx(0.5, abs=0.05)
        ends = [c.time + len(c.samples) / 16_000 for c in own]
        assert [c.time for c in own[1:]] == pytest.approx(ends[:-1], abs=1e-6)


def test_probe_tells_what_a_player_would_show(tmp_path: Path) -> None:
    info = probe(make_clip(tmp_path / "c.mp4", rotation=90, audio=tone(), fps=30))
    assert (info.width, info.height, info.rotation) == (320, 180, 270)
    assert (info.container, info.video_codec, info.audio_codec, info.audio_tracks) == (
        "mov",
        "h264",
        "aac",
        1,
    )
    assert info.duration == pytest.approx(2, abs=0.1)
    assert info.frame_rate == pytest.approx(30)


def test_the_reference_itself_counts_every_picture(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=2)
    assert [round(p.time * 25) for p in all_pictures(clip, 64)] == list(range(50))
