"""Sound as media really carry it: layouts, rates, several tracks, late tracks, none at all; the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hearing import listener, of, silence, spoken
from real_sound import RATE, Samples, at_level, load, prompts

from reelwarden.detect.listener import Listener
from reelwarden.domain import AudioChunk, Signal
from reelwarden.media.decoder_process import decode
from reelwarden.media.sampling import Every

pytestmark = [pytest.mark.slow, pytest.mark.models]

SAID = "That agent is already logged on."


@pytest.fixture(scope="module")
def words(models_dir: Path) -> Listener:
    return listener(models_dir, ["text.speech", "voice.language"])


@pytest.fixture(scope="module")
def english() -> Samples:
    return at_level(load(prompts("en")["agent-alreadyon"]), -24)


def write(
    path: Path,
    tracks: Sequence[Samples],
    *,
    codec: str = "aac",
    rate: int = 48_000,
    layout: str = "stereo",
    late: float = 0.0,
    frozen: bool = False,
) -> Path:
    """A file whose audio tracks hold these samples (at 16 kHz), each beginning `late` seconds in; `frozen` time stamps
    stand still."""
    with av.open(str(path), "w") as container:
        streams = [container.add_stream(codec, rate=rate, layout=layout) for _ in tracks]
        for stream, samples in zip(streams, tracks, strict=True):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), format="flt", layout="mono")
            frame.sample_rate = RATE
            size = stream.codec_context.frame_size or 1024
            resampler = av.AudioResampler(stream.codec_context.format, layout, rate, frame_size=size)
            at = round(late * rate)
            for made in (*resampler.resample(frame), *resampler.resample(None)):
                made.pts, made.time_base = (None if frozen else at), Fraction(1, rate)
                at += made.samples
                container.mux(stream.encode(made))
            container.mux(stream.encode(None))
    return path


def hear(words: Listener, path: Path) -> list[Signal]:
    words.reset()
    with decode(path, Every(1e9), 16, audio=True) as decoding:
        return list(words.run(piece for piece in decoding if isinstance(piece, AudioChunk)))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("surround.mp4", {"layout": "5.1"}),
        ("mono.wav", {"codec": "pcm_s16le", "layout": "mono", "rate": 16_000}),
        ("old.mp3", {"codec": "libmp3lame", "rate": 22_050}),
        ("disc.mka", {"codec": "flac", "rate": 44_100}),
        ("studio.wav", {"codec": "pcm_s24le", "rate": 96_000}),
        ("odd.wav", {"codec": "pcm_s16le", "rate": 37_800, "layout": "mono"}),
        ("call.webm", {"codec": "libopus", "layout": "mono"}),
    ],
)
def test_every_layout_and_rate_is_understood(
    words: Listener, english: Samples, tmp_path: Path, name: str, options: dict[str, object]
) -> None:
    found = hear(words, write(tmp_path / name, [np.concatenate([silence(2), english])], **options))  # type: ignore[arg-type]
    said = of(found, "text.speech")
    assert spoken(found).startswith(SAID)
    assert said[0].start == pytest.approx(2.1, abs=0.3)


def test_all_tracks_are_heard(words: Listener, english: Samples, tmp_path: Path) -> None:
    russian = load(prompts("ru")["agent-alreadyon"])
    found = hear(words, write(tmp_path / "two.mkv", [english, russian]))
    assert {s.evidence.facts["language"] for s in of(found, "voice.language")} == {"en", "ru"}
    assert {s.evidence.facts["track"] for s in of(found, "text.speech")} == {0, 1}


def test_a_track_that_begins_late_keeps_its_time(words: Listener, english: Samples, tmp_path: Path) -> None:
    found = hear(words, write(tmp_path / "late.mkv", [english], late=7.0))
    assert of(found, "text.speech")[0].start == pytest.approx(7.1, abs=0.3)


def test_time_stamps_that_stand_still_hide_nothing(words: Listener, english: Samples, tmp_path: Path) -> None:
    found = hear(words, write(tmp_path / "frozen.mkv", [english], frozen=True))
    assert spoken(found).startswith(SAID)


def test_silence_and_no_sound(words: Listener, tmp_path: Path) -> None:
    assert hear(words, write(tmp_path / "silent.mp4", [silence(5)])) == []
    with av.open(str(tmp_path / "mute.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        container.mux(stream.encode(None))
    assert hear(words, tmp_path / "mute.mp4") == []


def transcribe(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reelwarden", "transcribe", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_transcribe(words: Listener, english: Samples, tmp_path: Path) -> None:
    file = write(tmp_path / "talk.mp4", [np.concatenate([silence(3.4), english, silence(3)])])
    plain = transcribe(file)
    assert (plain.returncode, plain.stderr) == (0, "")
    assert plain.stdout.startswith(f"00:00:03  {SAID}")
    subtitles = transcribe(file, "--vtt").stdout
    assert subtitles.startswith("WEBVTT\n\nNOTE languages: en\n\n1\n00:00:0")
    document = json.loads(transcribe(file, "--json", "--lang", "en").stdout)
    assert document["languages"] == ["en"]
    first = document["utterances"][0]
    assert first["words"][0]["word"] == "That"
    assert first["start"] <= first["words"][0]["start"] < first["words"][0]["end"] <= first["end"]


def test_transcribe_goes_on_after_a_bad_file(words: Listener, english: Samples, tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"no media")
    done = transcribe(tmp_path / "bad.mp4", write(tmp_path / "good.mp3", [english], codec="libmp3lame"))
    assert done.returncode == 2
    assert "bad.mp4" in done.stderr
    assert SAID in done.stdout


def test_transcribe_refuses_what_it_cannot_do(words: Listener, tmp_path: Path) -> None:
    assert "exclude each other" in transcribe("x.mp4", "--vtt", "--json").stderr
    assert "does not know the language" in transcribe("x.mp4", "--lang", "klingon").stderr
