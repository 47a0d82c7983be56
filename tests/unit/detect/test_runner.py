"""The runner with small true detectors: order, same frames, timing, early stop, bounded memory."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.runner import DEFAULT_SIDE, Runner
from reelwarden.detect.view import FrameView
from reelwarden.domain import Frame, Signal
from reelwarden.models.store import ModelStore

STORE = ModelStore(Path("/nonexistent"))


class Brightness(FrameDetector):
    """Says `picture.black` with the frame's darkness."""

    name: ClassVar[str] = "brightness"
    tells: ClassVar[Tells] = {"picture.black": ()}
    side: ClassVar[int] = 64

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [[self.signal(f, "picture.black", 1 - float(f.pixels.mean()) / 255)] for f in frames]


class Counter(FrameDetector):
    """Counts the frames of one media in the score, so that a missing reset shows."""

    name: ClassVar[str] = "counter"
    tells: ClassVar[Tells] = {"object": ()}
    side: ClassVar[int] = 960

    def reset(self) -> None:
        self.seen = 0

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        self.seen += len(frames)
        return [[self.signal(f, "object", self.seen / 100)] for f in frames]


def both() -> list[FrameDetector]:
    return [Brightness(STORE, frozenset({"picture.black"})), Counter(STORE, frozenset({"object"}))]


def grey(time: float, level: int = 0, same_as: float | None = None) -> Frame:
    pixels = np.full((0, 0, 3) if same_as is not None else (8, 8, 3), level, np.uint8)
    return Frame(time, time, pixels, 8, 8, same_as)


def test_the_largest_side_counts() -> None:
    assert Runner(both()).side == 960
    assert Runner([]).side == DEFAULT_SIDE


def test_signals_come_in_the_order_of_frames_and_detectors() -> None:
    signals = list(Runner(both()).run([grey(0.0), grey(1.0, 255)]))
    assert [(s.label, s.start, s.score) for s in signals] == [
        ("picture.black", 0.0, 1.0),
        ("object", 0.0, 0.01),
        ("picture.black", 1.0, 0.0),
        ("object", 1.0, 0.02),
    ]


def test_a_same_frame_takes_over_the_last_ones_signals() -> None:
    runner = Runner(both())
    signals = list(runner.run([grey(0.0), grey(1.0, same_as=0.0), grey(2.0, same_as=0.0)]))
    assert [(s.start, s.end, s.same_as, s.score) for s in signals if s.label == "object"] == [
        (0.0, 0.0, None, 0.01),
        (1.0, 1.0, 0.0, 0.01),
        (2.0, 2.0, 0.0, 0.01),
    ]
    assert (runner.looked, runner.copied) == (1, 2)
    assert runner.timing["counter"].frames == 1


def test_a_frame_that_is_the_same_as_an_older_one_is_looked_at() -> None:
    """Only the last analysed frame's signals are kept, so an older reference cannot be followed."""
    pictured = Frame(2.0, 2.0, np.zeros((8, 8, 3), np.uint8), 8, 8, 0.0)
    runner = Runner(both())
    signals = list(runner.run([grey(0.0), grey(1.0, 9), pictured]))
    assert signals[-1].same_as is None
    assert runner.looked == 3


def test_a_frame_without_pixels_or_a_known_original_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"at 1.0 s has no pixels"):
        Runner(both()).look(grey(1.0, same_as=0.5))


def test_enough_ends_the_run_and_no_further_frame_is_read() -> None:
    read: list[float] = []

    def frames() -> Iterator[Frame]:
        for time, level in ((0.0, 255), (1.0, 0), (2.0, 0)):
            read.append(time)
            yield grey(time, level)

    signals = list(Runner(both()).run(frames(), enough=lambda found: any(s.score > 0.9 for s in found)))
    assert read == [0.0, 1.0]
    assert {s.start for s in signals} == {0.0, 1.0}, "the signals of the last frame are given in full"


def test_another_media_begins_afresh() -> None:
    runner = Runner(both())
    first = list(runner.run([grey(0.0), grey(1.0)]))
    runner.reset()
    assert list(runner.run([grey(0.0), grey(1.0)])) == first
    assert runner.timing["counter"].frames == 2


def test_frames_are_let_go() -> None:
    runner = Runner(both())
    frames = [grey(float(number), number) for number in range(4)]
    left = [weakref.ref(frame.pixels) for frame in frames]
    for frame in frames:
        runner.look(frame)
    del frames, frame
    gc.collect()
    assert [ref() for ref in left] == [None] * 4
