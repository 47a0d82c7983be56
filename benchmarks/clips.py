"""The benchmarks' clip: real footage, 1080p30 H.264 at about 5 Mb/s with AAC sound, made with PyAV alone.

Small real clips are enlarged, and light grain is added so that the bit rate is what a camera would need. What was made
is kept in the temporary folder. The footage is read from ../shared/media/real beside the checkout, or from the folder
that REELWARDEN_FOOTAGE names; the docstring of docs/reference tells which packages bring it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import count, islice
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, RATE = 1920, 1080, 30
UNIT = 60
"""Seconds that are encoded; longer clips repeat them."""
SEGMENTS = (  # file, from, seconds: face, speech with a caption, road, hall, cartoon, concert, a man, the globe
    ("WolfgangLanger_Pexels.mp4", 0, 12),
    ("obama_speech.mp4", 0, 8),
    ("traffic_camera_vfr.mp4", 0, 8),
    ("one-by-one-person-detection.mp4", 10, 6),
    ("bigbuckbunny.mp4", 0, 5),
    ("short_hamilton_clip.mp4", 1, 8),
    ("video.mp4", 0, 10),
    ("world.mp4", 0, 3),
)
SPEECH = "obama_speech.mp4"
WHOLE = {"obama_speech.mp4"}
"""Shown whole between black bars, since words stand at its lower edge; the others cover the frame."""
CAPTIONS = (  # from, to, in seconds of the unit: what people write over their clips
    (1, 4, "my morning routine"),
    (5, 9, "link in bio, 20% off today"),
    (42, 45, "so this happened yesterday"),
    (46, 50, "write to me: jane.roe@example.com"),
)
GRAIN = 4
VERSION = 3
CODE = {"preset": "veryfast", "maxrate": "7000000", "bufsize": "10000000", "sc_threshold": "0", "mbtree": "0"}


def footage() -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared" / "media" / "real"
    folder = Path(os.environ.get("REELWARDEN_FOOTAGE", beside))
    if not folder.is_dir():
        sys.exit(f"no footage in {folder}: set REELWARDEN_FOOTAGE")
    return folder


def build(seconds: int = 60, gop_seconds: int = 2) -> Path:
    """The clip's path. `seconds` of video with a key frame every `gop_seconds` and none else."""
    folder = Path(tempfile.gettempdir()) / "reelwarden-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"h264_1080p30_{seconds}s_gop{gop_seconds}_v{VERSION}.mp4"
    if not path.exists():
        part = path.with_suffix(f".{os.getpid()}.mp4")
        if seconds > UNIT:
            _repeat(build(UNIT, gop_seconds), part, seconds)
        else:
            _encode(part, seconds, gop_seconds)
        part.rename(path)
    return path


def _encode(path: Path, seconds: int, gop_seconds: int) -> None:
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as output:
        video = output.add_stream("libx264", rate=RATE, options=CODE)
        video.width, video.height, video.pix_fmt, video.bit_rate = WIDTH, HEIGHT, "yuv420p", 5_000_000
        video.gop_size = gop_seconds * RATE  # B-frames and all else as x264 has it by default
        video.codec_context.options = {**CODE, "keyint_min": str(gop_seconds * RATE)}
        audio = output.add_stream("aac", rate=48_000, layout="stereo", bit_rate=128_000)
        sound = _speech(seconds)
        for number, picture in enumerate(islice(_pictures(), seconds * RATE)):
            picture.pts, picture.time_base = number, Fraction(1, RATE)
            output.mux(video.encode(picture))
            if number % RATE == 0:
                for frame in islice(sound, 47):
                    output.mux(audio.encode(frame))
        for frame in sound:
            output.mux(audio.encode(frame))
        output.mux(video.encode(None))
        output.mux(audio.encode(None))


def _pictures() -> Iterator[av.VideoFrame]:
    grain = np.random.default_rng(7).integers(-GRAIN, GRAIN + 1, (8, HEIGHT, WIDTH), np.int16)
    number = 0
    while True:
        for name, start, seconds in SEGMENTS:
            for picture in islice(_at_rate(footage() / name, start), seconds * RATE):
                planes = picture.to_ndarray()
                luma = planes[:HEIGHT].astype(np.int16) + grain[number * 5 % 8]
                planes[:HEIGHT] = np.clip(luma, 16, 235)
                _caption(planes, number % (UNIT * RATE) / RATE)
                yield av.VideoFrame.from_ndarray(planes, "yuv420p")
                number += 1


def _caption(planes: np.ndarray, second: float) -> None:
    """White words with a dark edge, drawn on the brightness alone."""
    for start, end, words in CAPTIONS:
        if start <= second < end:
            for mask, level in zip(_drawn(words), (16, 235), strict=True):
                planes[:HEIGHT][mask] = level


@cache
def _drawn(words: str) -> tuple[np.ndarray, np.ndarray]:
    """Where the edge and the letters of a caption are."""
    masks = []
    for stroke in (4, 0):
        picture = Image.new("L", (WIDTH, HEIGHT))
        place, font = (WIDTH // 2, HEIGHT * 4 // 5), ImageFont.load_default(64)
        ImageDraw.Draw(picture).text(place, words, fill=255, font=font, anchor="mm", stroke_width=stroke)
        masks.append(np.asarray(picture) > 127)
    return masks[0], masks[1]


def _at_rate(path: Path, start: float) -> Iterator[av.VideoFrame]:
    """The clip's pictures at RATE from `start`, enlarged to cover the whole frame; the last one is repeated."""
    shown: av.VideoFrame | None = None
    due = (start + number / RATE for number in count())
    wanted = next(due)
    with av.open(str(path)) as source:
        for frame in source.decode(video=0):
            while shown is not None and (frame.time or 0) > wanted:
                yield _shown(shown, path.name in WHOLE)
                wanted = next(due)
            shown = frame
    while shown is not None:
        yield _shown(shown, path.name in WHOLE)


def _shown(frame: av.VideoFrame, whole: bool) -> av.VideoFrame:
    return _between_bars(frame) if whole else _covering(frame)


def _between_bars(frame: av.VideoFrame) -> av.VideoFrame:
    width = frame.width * HEIGHT // frame.height // 2 * 2
    enlarged = frame.reformat(width, HEIGHT, "rgb24", interpolation="BICUBIC").to_ndarray()
    canvas = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    left = (WIDTH - width) // 2
    canvas[:, left : left + width] = enlarged
    return av.VideoFrame.from_ndarray(canvas, "rgb24").reformat(WIDTH, HEIGHT, "yuv420p")


def _covering(frame: av.VideoFrame) -> av.VideoFrame:
    pixels = frame.to_ndarray(format="rgb24")
    height, width = pixels.shape[:2]
    w, h = min(width, height * WIDTH // HEIGHT), min(height, width * HEIGHT // WIDTH)
    left, top = (width - w) // 2, (height - h) // 2
    cut = np.ascontiguousarray(pixels[top : top + h, left : left + w])
    return av.VideoFrame.from_ndarray(cut, "rgb24").reformat(WIDTH, HEIGHT, "yuv420p", interpolation="BICUBIC")


def _speech(seconds: int) -> Iterator[av.AudioFrame]:
    """Speech in frames of 1024 samples, repeated to the wanted length."""
    resampler = av.AudioResampler("fltp", "stereo", 48_000)
    with av.open(str(footage() / SPEECH)) as source:
        parts = [r.to_ndarray() for f in source.decode(audio=0) for r in resampler.resample(f)]
    spoken = np.concatenate(parts, 1)
    for number in range(seconds * 48_000 // 1024):
        at = np.arange(number * 1024, (number + 1) * 1024) % spoken.shape[1]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(spoken[:, at]), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 1024, Fraction(1, 48_000)
        yield frame


def _repeat(unit: Path, path: Path, seconds: int) -> None:
    """The unit's packets again and again, without encoding them anew."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as output:
        with av.open(str(unit)) as first:
            made = {stream.index: output.add_stream_from_template(stream) for stream in first.streams}
        for turn in range(-(-seconds // UNIT)):
            with av.open(str(unit)) as source:
                for packet in source.demux():
                    if packet.dts is None or packet.pts is None:
                        continue
                    shift = round(turn * UNIT / packet.time_base)
                    if (packet.pts + shift) * packet.time_base >= seconds:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = made[packet.stream.index]
                    output.mux(packet)


if __name__ == "__main__":
    for length, gop in ((60, 2), (60, 10)):
        sys.stdout.write(f"{build(length, gop)}\n")
