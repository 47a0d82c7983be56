"""Gives the audio chunks of one media to the detectors that listen, in blocks.

Blocks of some seconds cost a third of the CPU of single chunks, and keep memory flat however long the media is.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from reelwarden.detect.detector import AudioDetector
from reelwarden.detect.sound import FRAME, RATE, Samples, Sound, Stretch
from reelwarden.domain import AudioChunk, Signal

BLOCK = 20.0
"""Seconds that are heard at once."""
LIVE_BLOCK = 1.0
"""The same where somebody waits for the signals."""
GAP = 0.05
"""A chunk that begins this many seconds after the end of the one before begins a new stretch.

One that says that it began earlier follows all the same: else a file whose time stamps stand still is not heard.
"""


class Listener:
    """Hears the tracks of one media after the other; `reset` begins the next.

    `live`: blocks are short, a sound is told while it goes on (and again, with the same start, when it has ended), and
    speech is cut into shorter pieces. `block` sets the length of a block in seconds. `seconds` counts what was heard,
    over all tracks; `timing` has each detector's CPU seconds, which are the process's while it was asked.
    """

    def __init__(self, detectors: Sequence[AudioDetector], block: float | None = None, *, live: bool = False) -> None:
        self.detectors = tuple(detectors)
        self.live = live
        self.block = block or (LIVE_BLOCK if live else BLOCK)
        self._size = max(1, round(self.block * RATE / FRAME)) * FRAME
        self.reset()

    def sibling(self) -> Listener:
        """A listener for another media at the same time: it shares the opened models, and nothing else."""
        return Listener([detector.sibling() for detector in self.detectors], self.block, live=self.live)

    def reset(self) -> None:
        """Another media begins: what was heard of the last one is forgotten."""
        self.timing = {d.name: 0.0 for d in self.detectors}
        self.seconds = 0.0
        self._tracks: dict[int, _Waiting] = {}
        for detector in self.detectors:
            detector.reset()

    def run(self, chunks: Iterable[AudioChunk]) -> Iterator[Signal]:
        """The signals of a whole media's sound."""
        for chunk in chunks:
            yield from self.hear(chunk)
        yield from self.finish()

    def hear(self, chunk: AudioChunk) -> list[Signal]:
        """The signals that became certain with this chunk. The chunks of one track come in order."""
        if not self.detectors or chunk.samples.size == 0:
            return []
        signals: list[Signal] = []
        waiting = self._tracks.get(chunk.track)
        if waiting is None or chunk.time - waiting.end > GAP:
            signals += self._flush(waiting)
            waiting = self._tracks[chunk.track] = _Waiting(Stretch(chunk.track, chunk.time, self.live), chunk.time)
        waiting.add(chunk.samples)
        while waiting.length >= self._size:
            signals += self._listen(waiting.take(self._size))
        return signals

    def finish(self) -> list[Signal]:
        """The signals that were still open at the end of the media."""
        signals = [s for waiting in self._tracks.values() for s in self._flush(waiting)]
        self._tracks.clear()
        for detector in self.detectors:
            started = time.process_time()
            signals += detector.finish()
            self.timing[detector.name] += time.process_time() - started
        return signals

    def _flush(self, waiting: _Waiting | None) -> list[Signal]:
        return self._listen(waiting.take(waiting.length)) if waiting and waiting.length else []

    def _listen(self, sound: Sound) -> list[Signal]:
        self.seconds += sound.samples.size / RATE
        signals: list[Signal] = []
        for detector in self.detectors:
            # A recogniser works in a thread of its own, so the process is timed, not this thread.
            started = time.process_time()
            signals += detector.listen(sound)
            self.timing[detector.name] += time.process_time() - started
        return signals


class _Waiting:
    """The samples of one stretch that are not yet a block."""

    def __init__(self, stretch: Stretch, start: float) -> None:
        self.stretch = stretch
        self.time = start
        self.length = 0
        self._parts: list[Samples] = []

    @property
    def end(self) -> float:
        return self.time + self.length / RATE

    def add(self, samples: Samples) -> None:
        self._parts.append(samples)
        self.length += samples.size

    def take(self, size: int) -> Sound:
        joined = np.concatenate(self._parts)
        taken, rest = joined[:size], joined[size:]
        sound = Sound(self.stretch, self.time, taken)
        self._parts, self.length = [rest], rest.size
        self.time += taken.size / RATE
        return sound
