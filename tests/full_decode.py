"""The reference for sampling tests: every picture of a video, decoded one after the other by PyAV alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from reelwarden.domain import Frame
from reelwarden.media.decoder_process import decode
from reelwarden.media.picture import PictureMaker, frame_orientation, rgb
from reelwarden.media.sampling import Plan
from reelwarden.media.size import displayed_size

TICK = 0.0025
"""A picture may be taken for one that comes on screen so much earlier: times in files are rounded."""


def key(time: float) -> int:
    """Times as whole numbers, so that the last bits of a float do not matter."""
    return int(time * 1e5 + 0.37)


@dataclass(frozen=True)
class Shown:
    """A picture as a full decode has it: its time, and its pixels at the asked size where they were wanted."""

    time: float
    pixels: NDArray[np.uint8] | None
    size: tuple[int, int]


def all_pictures(path: Path, side: int, wanted: set[int] | None = None) -> Iterator[Shown]:
    """In order of decoding. Pixels only at the times in `wanted` (as `key` gives them), or everywhere."""
    maker = PictureMaker(side)
    with av.open(str(path), metadata_errors="replace") as container:
        streams = [s for s in container.streams.video if not int(s.disposition) & 0x400]
        stream = max(streams, key=lambda s: s.codec_context.width * s.codec_context.height)
        stream.codec_context.thread_count = 1
        start, rate, following = (container.start_time or 0) / 1e6, float(stream.average_rate or 25), 0.0
        origin = start if container.format.name in ("mpegts", "mpeg", "flv") or start < 0 else 0.0
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:
                continue
            for frame in frames:
                time = following if frame.pts is None else float(frame.pts * stream.time_base) - origin
                following = time + 1 / rate
                yield _shown(frame, stream, maker, time, wanted)


def _shown(
    frame: av.VideoFrame, stream: av.VideoStream, maker: PictureMaker, time: float, wanted: set[int] | None
) -> Shown:
    turn = frame_orientation(frame)
    size = turn.size(*displayed_size(frame.width, frame.height, stream.sample_aspect_ratio))
    if wanted is not None and key(time) not in wanted:
        return Shown(time, None, size)
    return Shown(time, turn.apply(rgb(maker.reduce(frame, stream.sample_aspect_ratio))), size)


def differences(path: Path, plan: Plan, side: int = 160, slack: float = 0.0) -> tuple[int, list[str]]:
    """How many samples were compared with a full decode, and what is wrong with them, in words.

    Each sample must be, pixel for pixel, the picture that is on screen at the wanted instant, or a key picture at
    most `slack` seconds later.
    """
    with decode(path, plan, side, audio=False, still=None) as decoding:
        samples = [frame for frame in decoding if isinstance(frame, Frame)]
    pictures = {key(p.time): p for p in all_pictures(path, side, {key(f.time) for f in samples})}
    times = sorted(p.time for p in pictures.values())
    return len(samples), [wrong for f in samples if (wrong := _wrong(f, pictures, times, slack))]


def _wrong(frame: Frame, pictures: dict[int, Shown], times: list[float], slack: float) -> str:
    there = pictures.get(key(frame.time))
    if there is None or there.pixels is None:
        return f"a full decode has no picture at {frame.time}"
    if there.pixels.shape != frame.pixels.shape or (there.pixels != frame.pixels).any():
        return f"the picture at {frame.time} differs"
    if there.size != (frame.width, frame.height):
        return f"the size at {frame.time} is {frame.width} x {frame.height}, not {there.size}"
    on_screen = max((t for t in times if t <= frame.wanted + TICK + 1e-9), default=times[0])
    if abs(on_screen - frame.time) > TICK and not 0 < frame.time - frame.wanted <= slack + TICK:
        return f"at {frame.wanted} the picture of {on_screen} is on screen, not that of {frame.time}"
    return ""
