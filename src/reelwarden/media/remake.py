"""Writes a new clip out of pieces of others, drawing on the pictures; for demonstrations and tests.

The pictures are decoded ones of the pieces, each shown at its own time; the sound goes along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from numpy.typing import NDArray
from PIL import Image

from reelwarden.errors import MediaDamaged

RATE = 48_000
BLOCK = 1024
# Without mbtree: on small pictures x264's AVX-512 code for it reads memory that nobody wrote, and bytes differ.
H264 = {"preset": "veryfast", "crf": "21", "threads": "1", "mbtree": "0"}
ROUNDING = 1e-6
"""Seconds: an instant is a sum of ratios, and a picture that begins exactly then is on show."""
Draw = Callable[[float, Image.Image], Image.Image]
"""(seconds in the new clip, a picture of the piece) → the picture to write, of the new clip's size."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What to take: seconds `start` to `end` of a file, and of each picture the part `crop` (ratios l, t, r, b)."""

    path: Path
    start: float
    end: float
    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)

    @property
    def seconds(self) -> float:
        return self.end - self.start


def remake(target: Path, pieces: Sequence[Piece], size: tuple[int, int], fps: int, draw: Draw) -> None:
    """Writes `target` as MP4 (H.264 and AAC). The same input and encoder give the same bytes."""
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as output:
        video = output.add_stream("libx264", rate=fps, options=H264)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.codec_context.gop_size = 2 * fps
        audio = output.add_stream("aac", rate=RATE, layout="mono")
        start = 0.0
        for piece in pieces:
            _write_pictures(output, video, piece, start, fps, draw)
            start += piece.seconds
        output.mux(video.encode(None))
        _write_sound(output, audio, np.concatenate([_sound(piece) for piece in pieces]))


def _write_pictures(
    output: OutputContainer, stream: av.VideoStream, piece: Piece, start: float, fps: int, draw: Draw
) -> None:
    first, last = round(start * fps), round((start + piece.seconds) * fps)
    wanted = [piece.start + number / fps - start for number in range(first, last)]
    for number, picture in zip(range(first, last), _pictures(piece, wanted), strict=True):
        frame = av.VideoFrame.from_ndarray(np.asarray(draw(number / fps, picture)), format="rgb24")
        frame.time_base = Fraction(1, fps)
        frame.pts = number
        output.mux(stream.encode(frame))


def _pictures(piece: Piece, wanted: Sequence[float]) -> Iterator[Image.Image]:
    """For each wanted instant the picture that is on show then: the last one that began at or before it."""
    with av.open(str(piece.path)) as source:
        if not source.streams.video:
            raise MediaDamaged(f"{piece.path.name} has no picture")
        frames = source.decode(source.streams.video[0])
        shown: av.VideoFrame | None = None
        ahead = next(frames, None)
        for instant in wanted:
            while ahead is not None and (shown is None or _time(ahead) <= instant + ROUNDING):
                shown, ahead = ahead, next(frames, None)
            if shown is None:
                raise MediaDamaged(f"{piece.path.name} has no picture")
            yield _cropped(shown, piece.crop)


def _time(frame: av.VideoFrame) -> float:
    return float((frame.pts or 0) * (frame.time_base or 0))


def _cropped(frame: av.VideoFrame, crop: tuple[float, float, float, float]) -> Image.Image:
    picture = Image.fromarray(frame.to_ndarray(format="rgb24"))
    width, height = picture.size
    left, top, right, bottom = crop
    if crop == (0.0, 0.0, 1.0, 1.0):
        return picture
    return picture.crop((round(left * width), round(top * height), round(right * width), round(bottom * height)))


def _sound(piece: Piece) -> NDArray[np.int16]:
    """The piece's samples, mono at 48 kHz, exactly as long as the piece; silence where it has none."""
    samples = np.zeros(round(piece.seconds * RATE), np.int16)
    with av.open(str(piece.path)) as source:
        if not source.streams.audio:
            return samples
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        for frame in source.decode(source.streams.audio[0]):
            for block in resampler.resample(frame):
                _place(samples, block, piece.start)
    return samples


def _place(samples: NDArray[np.int16], block: av.AudioFrame, start: float) -> None:
    values = block.to_ndarray()[0]
    first = round((float((block.pts or 0) * (block.time_base or 0)) - start) * RATE)
    left, right = max(first, 0), min(first + len(values), len(samples))
    if left < right:
        samples[left:right] = values[left - first : right - first]


def _write_sound(output: OutputContainer, stream: av.AudioStream, samples: NDArray[np.int16]) -> None:
    for first in range(0, len(samples), BLOCK):
        frame = av.AudioFrame.from_ndarray(samples[None, first : first + BLOCK], format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        frame.pts = first
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))
