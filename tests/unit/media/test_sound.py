"""Sound of any layout and rate becomes 16 kHz mono, with nothing lost and at its true time."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
import pytest

from reelwarden.domain import AudioChunk
from reelwarden.media.sound import CHUNK, RATE, SoundTrack

CHANNELS = {"mono": 1, "stereo": 2, "5.1": 6}


def frames(seconds: float, rate: int, layout: str, hertz: float = 440) -> Iterator[tuple[av.AudioFrame, float]]:
    block = 1000
    for first in range(0, round(seconds * rate), block):
        count = min(block, round(seconds * rate) - first)
        wave = 0.5 * np.sin(2 * np.pi * hertz * (np.arange(count) + first) / rate)
        samples = np.repeat(wave[None].astype(np.float32), CHANNELS[layout], 0)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", layout)
        frame.sample_rate = rate
        yield frame, first / rate


def heard(track: SoundTrack, given: Iterator[tuple[av.AudioFrame, float | None]]) -> list[AudioChunk]:
    return [*(chunk for frame, at in given for chunk in track.add(frame, at)), *track.end()]


def loudest_hertz(samples: np.ndarray) -> float:
    spectrum = abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * RATE / len(samples))


@pytest.mark.parametrize("layout", CHANNELS)
@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 44_100, 48_000, 96_000])
def test_layouts_and_rates(rate: int, layout: str) -> None:
    chunks = heard(SoundTrack(2), frames(2.5, rate, layout))
    samples = np.concatenate([c.samples for c in chunks])
    assert len(samples) / RATE == pytest.approx(2.5, abs=0.01)
    assert loudest_hertz(samples) == pytest.approx(440, abs=2)
    assert 0.1 < abs(samples).max() <= 1
    assert {c.track for c in chunks} == {2}
    assert [len(c.samples) for c in chunks[:2]] == [CHUNK, CHUNK]
    assert [c.time for c in chunks] == pytest.approx([0, 1, 2], abs=1e-6)


def test_a_gap_moves_what_follows() -> None:
    given = ((frame, at if at < 1 else at + 5) for frame, at in frames(2, 48_000, "stereo"))
    chunks = heard(SoundTrack(0), given)
    assert [round(c.time, 2) for c in chunks] == [0.0, 6.0]
    assert sum(len(c.samples) for c in chunks) / RATE == pytest.approx(2, abs=0.01)


def test_without_time_stamps_frames_follow_each_other() -> None:
    chunks = heard(SoundTrack(0), ((frame, None) for frame, _ in frames(2, 48_000, "mono")))
    assert [c.time for c in chunks] == pytest.approx([0, 1], abs=1e-6)


def test_a_change_of_rate_half_way() -> None:
    def both() -> Iterator[tuple[av.AudioFrame, float]]:
        yield from frames(1, 48_000, "stereo")
        for frame, at in frames(1, 44_100, "mono"):
            yield frame, at + 1

    samples = np.concatenate([c.samples for c in heard(SoundTrack(0), both())])
    assert len(samples) / RATE == pytest.approx(2, abs=0.02)
    assert loudest_hertz(samples) == pytest.approx(440, abs=2)
