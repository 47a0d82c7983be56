"""One audio track: decoded frames become 16 kHz mono chunks of about a second, each with its true time."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from reelwarden.domain import AudioChunk
from reelwarden.media.span import ALL, Span

RATE = 16_000
CHUNK = RATE
GAP = 0.05
"""Seconds by which time stamps may be off before a chunk is cut and the time taken anew from the file."""

Samples = NDArray[np.float32]


class SoundTrack:
    """Give it a track's decoded frames in order with their times; it gives back chunks of the span.

    Chunks lie on a grid of samples that begins where the track begins, and anew after each gap. `leave_out` says that
    frames were passed over: the next one is put on the grid where it would have come, so that spans fit together.
    """

    def __init__(self, track: int, span: Span = ALL) -> None:
        self.track = track
        self.samples = 0
        self.done = False
        """The span is over for this track."""
        self.first: Grid | None = None
        """Where the first frame lies; None before it came."""
        self._span = span
        self._resampler: AudioResampler | None = None
        self._kept: list[Samples] = []
        self._length = 0
        self._anchor, self._index = 0.0, 0
        self._input_end: float | None = None
        self._left_out = False

    def add(self, frame: AudioFrame, time: float | None) -> Iterator[AudioChunk]:
        """`time` is None where the file gives none: then the frame follows the one before."""
        expected = self._input_end
        at = time if time is not None else (expected or 0.0)
        if self._left_out and self.first is not None:
            self._left_out = False
            frame, expected = self._rejoin(self.first, frame, at)
        elif expected is None or abs(at - expected) > GAP:
            yield from self._cut(at)
            expected = at
        self.first = self.first or Grid(at, frame.sample_rate, frame.samples)
        self._input_end = expected + frame.samples / max(1, frame.sample_rate)
        self._take(self._resample(frame))
        yield from self._give(CHUNK)

    def leave_out(self) -> None:
        """What was given so far is dropped as far as it was not given back."""
        self._left_out = True
        self._resampler, self._kept, self._length = None, [], 0

    def end(self) -> Iterator[AudioChunk]:
        yield from self._cut(0.0)

    def _rejoin(self, grid: Grid, frame: AudioFrame, at: float) -> tuple[AudioFrame, float]:
        """The part of the frame from where on resampling gives the very samples of the grid, and when that begins."""
        if frame.sample_rate != grid.rate:
            grid = Grid(grid.start, frame.sample_rate, 0)
        place = grid.place(at, frame)
        late = -place % grid.step
        if late < frame.samples:
            with contextlib.suppress(ValueError):  # a layout without a name
                frame, place = without(frame, late), place + late
        self._anchor, self._index = grid.start, round(place * RATE / grid.rate)
        return frame, grid.start + place / grid.rate

    def _cut(self, at: float) -> Iterator[AudioChunk]:
        if self._resampler is not None:
            self._take(self._resample(None))
            self._resampler = None
        yield from self._give(1)
        self._anchor, self._index = at, 0

    def _resample(self, frame: AudioFrame | None) -> list[Samples]:
        if self._resampler is None:
            self._resampler = av.AudioResampler("flt", "mono", RATE)
        if frame is not None:
            frame.pts = None
        try:
            made = self._resampler.resample(frame)
        except ValueError:  # the track changed its rate or layout half-way
            made = self._resampler.resample(None)
            self._resampler = av.AudioResampler("flt", "mono", RATE)
            made += self._resampler.resample(frame)
        return [m.to_ndarray()[0] for m in made]

    def _take(self, made: list[Samples]) -> None:
        for samples in made:
            self._kept.append(samples)
            self._length += samples.size
            self.samples += samples.size

    def _give(self, least: int) -> Iterator[AudioChunk]:
        """Chunks as long as at least `least` samples are there, or all that are in the span once it is over."""
        early = self._before(self._span.start) if self._length else 0
        if early > 0:
            self._drop(early)
        if self._span.end is not None and self._length >= self._before(self._span.end):
            self.done = True
            self._kept = [np.concatenate([*self._kept, np.empty(0, np.float32)])[: self._before(self._span.end)]]
            self._length, least = self._kept[0].size, 1
        while self._length >= least:
            yield self._chunk(CHUNK)

    def _before(self, time: float) -> int:
        """How many of the samples that come next lie before `time`."""
        if math.isinf(time):
            return 0
        return max(0, math.ceil(round((time - self._anchor) * RATE, 3)) - self._index)

    def _drop(self, number: int) -> None:
        joined = np.concatenate(self._kept)
        self._index += min(number, joined.size)
        self._kept, self._length = [joined[number:]], max(0, joined.size - number)

    def _chunk(self, size: int) -> AudioChunk:
        joined = np.concatenate(self._kept)
        taken, rest = joined[:size], joined[size:]
        self._kept, self._length = [rest], rest.size
        start, self._index = self._anchor + self._index / RATE, self._index + taken.size
        return AudioChunk(start, np.clip(np.nan_to_num(taken), -1.0, 1.0), self.track)


class Grid:
    """Where a track's stored samples lie: from its first frame on, one after the other without a gap."""

    def __init__(self, start: float, rate: int, samples: int) -> None:
        self.start, self.rate, self._samples = start, max(1, rate), samples
        self.step = self.rate // math.gcd(self.rate, RATE)
        """Every so many stored samples one of ours falls exactly on one of them."""

    def place(self, at: float, frame: AudioFrame) -> int:
        """The number of the frame's first sample. Frames are all as long as each other unless the time says otherwise:
        what lies within two units of its time stamps is rounding."""
        told = (at - self.start) * self.rate
        unit = Fraction(frame.time_base or 0)
        if unit * self.rate <= 1 or not frame.samples:
            return round(told)
        likely = self._samples + round((told - self._samples) / frame.samples) * frame.samples
        return likely if abs(likely - told) <= 2 * unit * self.rate else round(told)


def without(frame: AudioFrame, samples: int) -> AudioFrame:
    """The frame without its first samples. Raises ValueError where the layout has no name."""
    if not samples:
        return frame
    stored: Any = frame.to_ndarray()
    kept = stored[:, samples * (stored.shape[1] // frame.samples) :]
    rest = AudioFrame.from_ndarray(np.ascontiguousarray(kept), frame.format.name, frame.layout.name)
    rest.sample_rate = frame.sample_rate
    return rest
