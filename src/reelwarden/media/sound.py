"""One audio track: decoded frames become 16 kHz mono chunks of about a second, each with its true time."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from reelwarden.domain import AudioChunk

RATE = 16_000
CHUNK = RATE
GAP = 0.05
"""Seconds by which time stamps may be off before a chunk is cut and the time taken anew from the file."""

Samples = NDArray[np.float32]


class SoundTrack:
    """Give it a track's decoded frames in order with their times; it gives back chunks."""

    def __init__(self, track: int) -> None:
        self.track = track
        self.samples = 0
        self._resampler: AudioResampler | None = None
        self._kept: list[Samples] = []
        self._length = 0
        self._start = 0.0
        self._input_end: float | None = None

    def add(self, frame: AudioFrame, time: float | None) -> Iterator[AudioChunk]:
        """`time` is None where the file gives none: then the frame follows the one before."""
        expected = self._input_end
        at = time if time is not None else (expected or 0.0)
        if expected is None or abs(at - expected) > GAP:
            yield from self._cut(at)
            expected = at
        self._input_end = expected + frame.samples / max(1, frame.sample_rate)
        self._take(self._resample(frame))
        while self._length >= CHUNK:
            yield self._chunk(CHUNK)

    def end(self) -> Iterator[AudioChunk]:
        yield from self._cut(0.0)

    def _cut(self, at: float) -> Iterator[AudioChunk]:
        if self._resampler is not None:
            self._take(self._resample(None))
            self._resampler = None
        while self._length:
            yield self._chunk(CHUNK)
        self._start = at

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

    def _chunk(self, size: int) -> AudioChunk:
        joined = np.concatenate(self._kept)
        taken, rest = joined[:size], joined[size:]
        self._kept, self._length = [rest], rest.size
        start, self._start = self._start, self._start + taken.size / RATE
        return AudioChunk(start, np.clip(np.nan_to_num(taken), -1.0, 1.0), self.track)
