"""Recordings: what is written is what is read, and a damaged file is noticed."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from findings import CLIP, heard, seen

from reelwarden.decide import policy, replay
from reelwarden.decide.coverage import Coverage
from reelwarden.decide.moments import merge
from reelwarden.decide.verdict import conclude
from reelwarden.domain import Box, Evidence, Signal, Unavailable, Word
from reelwarden.errors import RecordingError

SEEN = Coverage(60, 0.999)
HEADER = replay.Header(
    "clip.mp4",
    CLIP,
    "every 1 s",
    ("gore", "qr"),
    {"d": "1+abc", "ears": "1"},
    (Unavailable("drug", "no model"),),
)
SIGNALS = [
    seen("gore", 0.1 + 0.2, 1 / 3),
    seen("gore", 1.3, 0.8, same_as=0.1 + 0.2),
    seen("qr", 2, 1.0, text='"\u2028\ud800 \x00', box=Box(0.1, 0.2, 1 / 7, 1.0), kind="link", size=3, big=True),
    heard("text.speech", 2.5, 4.25, 0.7, "hello"),
    Signal("text.speech", 0.5, 5, 6, "other", "9", Evidence(text="hi", words=(Word("hi", 5.0, 5.5, 0.25),))),
    Signal("gore", 0.5, 5, 5, "unknown", ""),
]


def written(signals: list[Signal] = SIGNALS, end: Coverage | None = SEEN) -> str:
    stream = io.StringIO()
    writer = replay.Writer(stream, HEADER)
    for signal in signals:
        writer.write(signal)
    if end:
        writer.finish(end)
    return stream.getvalue()


def read(text: str) -> replay.Recording:
    return replay.read(io.StringIO(text))


def test_what_is_written_is_read_bit_for_bit() -> None:
    recording = read(written())
    assert recording.header == HEADER
    assert list(recording.signals) == SIGNALS
    assert recording.coverage == SEEN


def test_a_replay_gives_the_same_moments_and_verdict() -> None:
    chosen = policy.load()
    moments = merge(SIGNALS, chosen, SEEN)
    again, verdict = replay.replay(read(written()), chosen)
    assert again == moments
    assert verdict == conclude(moments, HEADER.unavailable, chosen)


def test_numbers_of_the_inference_libraries_are_written() -> None:
    score, side = np.float32(0.7), np.float32(0.25)
    box = Box(side, side, side, side)  # type: ignore[arg-type]
    signal = replace(seen("gore", 1), score=score, evidence=Evidence(box, facts={"n": np.int64(3)}))  # type: ignore[arg-type]
    (found,) = read(written([signal])).signals
    assert found.score == float(score) and type(found.score) is float
    assert found.evidence == Evidence(Box(0.25, 0.25, 0.25, 0.25), facts={"n": 3})


def test_every_way_of_cutting_it_short_is_noticed() -> None:
    whole = written()
    for length in [*range(0, len(whole) - 1, 11), len(whole) - 2]:
        with pytest.raises(RecordingError):
            read(whole[:length])
    assert read(whole[:-1]).signals, "only the last line's end is missing: nothing is lost"


def test_lost_added_and_foreign_lines_are_noticed() -> None:
    lines = written().splitlines(keepends=True)
    cases = {
        "end marker counts": [*lines[:2], *lines[3:]],
        "not as we write it": [*lines, lines[1]],
        "line 2 is not a line": [lines[0], "gore\n", *lines[1:]],
        "format 2": [lines[0].replace('"reelwarden_signals":1', '"reelwarden_signals":2'), *lines[1:]],
        "not a file of stored signals": ["<!doctype html>\n"],
    }
    for says, text in cases.items():
        with pytest.raises(RecordingError, match=says):
            read("".join(text))


@pytest.mark.parametrize(
    "change",
    [
        {"score": None},
        {"score": float("nan")},
        {"box": [1]},
        {"label": None},
        {"start": "x"},
        {"facts": 3},
        {"words": [1]},
    ],
)
def test_a_broken_signal_is_an_error_and_no_crash(change: dict[str, object]) -> None:
    lines = written().splitlines(keepends=True)
    broken = json.loads(lines[1]) | change
    with pytest.raises(RecordingError):
        read("".join([lines[0], json.dumps(broken) + "\n", *lines[2:]]))


def test_a_score_that_is_no_number_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        written([seen("gore", 1, float("nan"))])
