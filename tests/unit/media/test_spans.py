"""Spans of a decode, put side by side, are the whole decode: the same pictures and the same sound."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import frame_number, make_clip, plain, tone
from PIL import Image

from reelwarden.domain import AudioChunk, Frame
from reelwarden.media.decoder_process import decode, probe
from reelwarden.media.gop import Wishes
from reelwarden.media.sampling import LAST, ByDuration, Count, Every, KeyFrames, Plan
from reelwarden.media.span import ALL, Span
from reelwarden.media.stillness import Stillness

RATE = 16_000
Cut = tuple[float, float | None]


class Taken:
    """What one decode gave: frames, and the samples of each track by their number at 16 kHz."""

    def __init__(
        self, path: Path, plan: Plan, span: Cut | None = None, still: Stillness | None = None, **how: Any
    ) -> None:
        self.frames: list[Frame] = []
        self.sound: dict[int, list[tuple[float, np.ndarray]]] = {}
        with decode(path, plan, 96, span=span, still=still, **how) as decoding:
            for item in decoding:
                if isinstance(item, AudioChunk):
                    self.sound.setdefault(item.track, []).append((item.time, item.samples))
                else:
                    self.frames.append(item)
        self.stats = decoding.stats

    def told(self) -> list[tuple[float, float]]:
        return [(f.time, f.wanted) for f in self.frames]


def cut(seconds: float, pieces: int, seed: int = 1) -> list[Cut]:
    chance = random.Random(seed)
    places = sorted({0.0, *(round(chance.uniform(0, seconds), chance.choice((0, 1, 4))) for _ in range(pieces - 1))})
    return list(zip(places, [*places[1:], None], strict=True))


def joined(parts: Sequence[Taken], track: int) -> tuple[np.ndarray, np.ndarray]:
    """(times, samples) of a track over all parts."""
    chunks = [chunk for part in parts for chunk in part.sound.get(track, [])]
    times = [start + np.arange(len(samples)) / RATE for start, samples in chunks]
    return np.concatenate([*times, np.empty(0)]), np.concatenate([*(s for _, s in chunks), np.empty(0)])


def same_pictures(whole: Taken, parts: Sequence[Taken]) -> bool:
    frames = [f for part in parts for f in part.frames]
    assert [(f.time, f.wanted) for f in frames] == whole.told()
    return all((a.pixels == b.pixels).all() for a, b in zip(frames, whole.frames, strict=True))


def same_sound(whole: Taken, parts: Sequence[Taken], level: float = 1e-4) -> None:
    assert {t for part in parts for t in part.sound} == set(whole.sound)
    for track in whole.sound:
        (times, samples), (all_times, all_samples) = joined(parts, track), joined([whole], track)
        assert len(samples) == len(all_samples)
        assert abs(times - all_times).max() < 1e-6
        assert abs(samples - all_samples).max() <= level


MADE: dict[str, dict[str, Any]] = {
    "b-frames": {"gop": 50, "audio": tone()},
    "long-group": {"gop": 400},
    "open-group": {"gop": 20, "options": {"x264-params": "open-gop=1:keyint=20:bframes=3:b-pyramid=2:scenecut=0"}},
    "ntsc": {"fps": Fraction(30000, 1001), "gop": 60, "audio": tone()},
    "vfr": {"times": [0, 0.04, 0.5, 0.51, 0.52, 1.9, 1.95, 2.6, 4.0, 4.3, 8.8, 9.0, 9.01], "gop": 4},
    "slow": {"fps": 2, "gop": 4},
    "late-sound": {"audio": [tone(440), tone(880)], "audio_start": 4.5, "gop": 30},
    "late-start": {"start": 0.7, "audio": tone()},
    "sound-only": {"codec": "", "audio": tone()},
    "mp3": {"codec": "", "audio": tone(), "audio_codec": "libmp3lame", "container": "mp3"},
    "opus-webm": {"codec": "libvpx-vp9", "container": "webm", "audio": tone(), "audio_codec": "libopus"},
    "matroska": {"container": "matroska", "audio": tone()},
    "ts": {"container": "mpegts", "start": 36_000.0, "audio": tone(), "codec": "mpeg2video"},
    "fragmented": {"container_options": {"movflags": "frag_keyframe+empty_moov"}, "audio": tone()},
    "pcm": {"codec": "", "audio": tone(), "audio_codec": "pcm_s16le", "container": "wav"},
    "flac": {"container": "matroska", "audio": tone(), "audio_codec": "flac"},
    "moov-first": {"container_options": {"movflags": "+faststart"}, "audio": tone(), "gop": 40},
}
LOSSLESS = ("pcm", "flac")


@pytest.mark.slow
@pytest.mark.parametrize("name", MADE)
def test_the_spans_together_are_the_whole(tmp_path: Path, name: str) -> None:
    given = {"container": "mp4", "seconds": 8, "size": (160, 90), **MADE[name]}
    clip = make_clip(tmp_path / "clip", **given)
    whole = Taken(clip, Every(0.3))
    parts = [Taken(clip, Every(0.3), span) for span in cut(8, 3, seed=len(name))]
    assert same_pictures(whole, parts)
    # AAC and Opus decode noise where they stored none, and it depends on what came before. One sample is 0.09 here.
    same_sound(whole, parts, 1e-6 if name in LOSSLESS else 1e-2)


REAL = [
    "real/obama_speech.mp4",
    "real/world.mp4",
    "real/cityCC0.mpg",
    "real/face_noface.mov",
    "odd/sample_edit_list.mp4",
]
ODD = ["odd/iibbibb_editlist_videoonly.mp4", "odd/unordered.mov", "odd/bbb_2500ms.ts", "odd/vfr.mp4", "odd/sample.avi"]


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL + ODD)
def test_real_and_odd_files(shared_media: Callable[[str], Path], name: str) -> None:
    clip = shared_media(name)
    whole = Taken(clip, Every(0.35))
    parts = [Taken(clip, Every(0.35), span) for span in cut(whole.stats["seconds"], 3)]
    assert same_pictures(whole, parts)
    same_sound(whole, parts)


@pytest.mark.parametrize("plan", [Count(5), ByDuration((300.0,), (1.0, 9.0)), KeyFrames()])
def test_every_plan(tmp_path: Path, plan: Plan) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=8, gop=40, size=(160, 90))
    whole = Taken(clip, plan)
    parts = [Taken(clip, plan, span, duration=8.0) for span in ((0, 3.2), (3.2, 6.3), (6.3, None))]
    assert same_pictures(whole, parts)
    assert all(part.frames for part in parts)


def test_only_the_span_is_read(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=30, gop=25, size=(64, 36), audio=tone())
    part = Taken(clip, Every(1.0), (20.0, 22.0))
    assert [frame_number(f.pixels) for f in part.frames] == [500, 525]
    assert part.stats["seconds"] < 6
    assert part.stats["pictures_decoded"] < 10
    assert sum(len(s) for _, s in part.sound[0]) == 2 * RATE
    assert part.sound[0][0][0] == pytest.approx(20.0, abs=1 / RATE)


def test_a_still_picture_is_told_again_at_the_beginning_of_a_span(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", times=[0.0, 1.0, 8.0, 8.04], picture=plain((64, 36)))
    part = Taken(clip, Every(1.0), (3.0, 6.0), still=Stillness())
    assert [(f.time, f.wanted, f.same_as) for f in part.frames] == [(3, 3, None), (4, 4, 3), (5, 5, 3)]


def test_beyond_the_end_there_is_nothing(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "c.mp4", seconds=3, audio=tone(), size=(64, 36))
    part = Taken(clip, Every(0.5), (30.0, 40.0))
    assert (part.frames, part.sound) == ([], {})


def test_an_image_is_in_the_first_span_only(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "i.png")
    assert len(Taken(tmp_path / "i.png", Every(1.0), (0, 5)).frames) == 1
    assert Taken(tmp_path / "i.png", Every(1.0), (5, None)).frames == []


def test_the_span_of_each_instant() -> None:
    for plan in (Every(0.1), Count(7), Every(1 / 3)):
        spans = [Span.of(cut) for cut in ((0.0, 0.3), (0.3, 2.0), (2.0, 2.5), (2.5, 4.0), (4.0, None))]
        found = [[t for t in _wishes(plan, span) if t < 20 or t == LAST] for span in spans]
        assert [t for part in found for t in part] == [t for t in _wishes(plan, ALL) if t < 20 or t == LAST]


def _wishes(plan: Plan, span: Span) -> list[float]:
    wishes = Wishes(plan.instants(10.0), span)
    found: list[float] = []
    while wishes.next is not None and len(found) < 1000:
        found.append(wishes.take())
    return found


@pytest.mark.parametrize("span", [(5, 5), (5, 4), (float("nan"), 4), (0, 0)])
def test_impossible_spans(tmp_path: Path, span: Cut) -> None:
    with pytest.raises(ValueError, match="span"):
        decode(tmp_path / "none", Every(1.0), 96, span=span)


def test_a_missing_duration_is_measured_by_the_probe(tmp_path: Path) -> None:
    options = {"live": "1"}
    clip = make_clip(tmp_path / "c", seconds=4, container="matroska", container_options=options, size=(64, 36))
    assert probe(clip).duration == pytest.approx(4, abs=0.1)
