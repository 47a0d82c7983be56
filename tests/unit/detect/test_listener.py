"""Chunks become blocks; gaps and tracks keep apart; memory stays flat."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from reelwarden.detect.detector import AudioDetector, Ear
from reelwarden.detect.listener import Listener
from reelwarden.detect.sound import FRAME, RATE, Sound, Stretch
from reelwarden.domain import AudioChunk, Signal
from reelwarden.models.store import ModelStore

LABEL = "sound.silence"


class Recorder(AudioDetector):
    """Tells each block that it hears, and the end of each stretch."""

    name = "recorder"
    tells: ClassVar = {LABEL: ()}

    def __init__(self) -> None:
        super().__init__(ModelStore(Path("/nonexistent")), frozenset({LABEL}))
        self.heard: list[Sound] = []
        self.closed: list[int] = []

    def ear(self, stretch: Stretch) -> Ear:
        recorder = self

        class RecorderEar(Ear):
            def hear(self, sound: Sound) -> list[Signal]:
                recorder.heard.append(sound)
                return [recorder.signal(LABEL, 1.0, sound.time, sound.end)]

            def close(self) -> list[Signal]:
                recorder.closed.append(stretch.track)
                return [recorder.signal(LABEL, 0.5, stretch.start, stretch.start)]

        return RecorderEar()


def chunks(seconds: float, start: float = 0.0, track: int = 0, size: int = RATE) -> list[AudioChunk]:
    samples = np.arange(round(seconds * RATE), dtype=np.float32)
    return [AudioChunk(start + at / RATE, samples[at : at + size], track) for at in range(0, samples.size, size)]


def test_blocks_hold_every_sample_once_and_in_order() -> None:
    recorder = Recorder()
    signals = list(Listener([recorder], block=4.0).run(chunks(10.3, start=2.0, size=700)))
    heard = np.concatenate([sound.samples for sound in recorder.heard])
    assert (heard == np.arange(round(10.3 * RATE))).all()
    assert [sound.samples.size % FRAME for sound in recorder.heard[:-1]] == [0, 0]
    assert signals[0].start == 2.0
    assert abs(recorder.heard[-1].end - 12.3) < 1e-6
    assert recorder.closed == [0]


def test_a_gap_begins_a_new_stretch() -> None:
    recorder = Recorder()
    list(Listener([recorder], block=60.0).run([*chunks(3), *chunks(2, start=7.5)]))
    assert [(round(s.time, 3), round(s.end, 3)) for s in recorder.heard] == [(0.0, 3.0), (7.5, 9.5)]
    assert recorder.heard[0].stretch is not recorder.heard[1].stretch
    assert recorder.closed == [0, 0]


def test_rounded_time_stamps_are_no_gap() -> None:
    recorder = Recorder()
    jittered = [AudioChunk(c.time + 0.02 * (n % 2), c.samples) for n, c in enumerate(chunks(10))]
    list(Listener([recorder], block=60.0).run(jittered))
    assert len(recorder.heard) == 1


def test_time_that_stands_still_or_goes_back_is_no_gap() -> None:
    recorder = Recorder()
    list(Listener([recorder], block=60.0).run([AudioChunk(0.0, c.samples) for c in chunks(10, start=5.0)]))
    assert [(s.time, s.end) for s in recorder.heard] == [(0.0, 10.0)]


def test_tracks_take_turns() -> None:
    recorder = Recorder()
    both = [c for pair in zip(chunks(5), chunks(5, track=1), strict=True) for c in pair]
    list(Listener([recorder], block=60.0).run(both))
    assert [(s.track, s.samples.size) for s in recorder.heard] == [(0, 5 * RATE), (1, 5 * RATE)]


def test_what_is_shared_is_made_once_a_block() -> None:
    made: list[float] = []

    class Sharer(Recorder):
        def listen(self, sound: Sound) -> list[Signal]:
            sound.once("spectrum", lambda: made.append(sound.time))
            return super().listen(sound)

    list(Listener([Sharer(), Sharer()], block=2.0).run(chunks(6)))
    assert len(made) == 3 + (6 * RATE % (round(2.0 * RATE / FRAME) * FRAME) > 0)


def test_no_sound_no_signals_and_reset_forgets() -> None:
    recorder = Recorder()
    listener = Listener([recorder])
    assert list(listener.run([])) == []
    assert list(listener.run([AudioChunk(0.0, np.zeros(0, np.float32))])) == []
    listener.hear(chunks(1)[0])
    listener.reset()
    assert listener.finish() == []
    assert recorder.heard == []
