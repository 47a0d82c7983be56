"""What comes in a burst is due one after the other; a pause of the source is nobody's delay."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from clips import make_clip, tone
from streams import Whole

from reelwarden.domain import Frame
from reelwarden.media.arrival import LEAD, Arrival
from reelwarden.media.decoder_process import decode_live
from reelwarden.media.sampling import Every


def test_a_burst_is_due_as_slowly_as_it_lasts() -> None:
    arrival = Arrival()
    for at in (0.0, 2.0, 6.0):
        arrival.come(at, 100.0)
    assert [arrival.due(at) for at in (0.0, 2.0, 6.0)] == [100.0, 102.0, 106.0]


def test_what_comes_late_moves_all_that_follows() -> None:
    arrival = Arrival()
    arrival.come(0.0, 100.0)
    arrival.come(1.0, 130.0)
    assert arrival.due(2.0) == 131.0


def test_a_long_burst_is_due_earlier() -> None:
    arrival = Arrival()
    arrival.come(0.0, 100.0)
    arrival.come(3600.0, 100.0)
    assert arrival.due(3600.0) == 100.0 + LEAD


@pytest.mark.slow
def test_who_takes_less_than_the_stream_lasts_loses_nothing_of_a_burst(tmp_path: Path) -> None:
    """Six seconds in one go, as a segment comes; the frames of two fill the pipe."""
    clip = make_clip(tmp_path / "c.ts", 6.0, 25, (640, 360), audio=tone(), b_frames=0, container="mpegts", start=10.0)
    reading, writing = os.pipe()
    threading.Thread(target=write, args=(writing, clip.read_bytes())).start()
    frames, behind = [], []
    with decode_live(reading, Every(0.5), 640, still=None, format="mpegts") as decoding:
        os.close(reading)
        for piece in decoding:
            if isinstance(piece, Frame):
                frames.append(piece)
                behind.append(decoding.behind(piece.time))
                time.sleep(0.2)
    assert [round(frame.time, 1) for frame in frames] == [n / 2 for n in range(12)]
    assert decoding.stats["skipped"] == 0
    assert behind[11] < behind[1] < 2.0, "the last were due later than they came"


def write(fd: int, data: bytes) -> None:
    with Whole(fd, "wb") as pipe:
        pipe.write(data)
