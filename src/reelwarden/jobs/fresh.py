"""Of a live stream, the pictures that are still news: one that newer ones have overtaken in the pipe is left out.

A decoder makes pictures as they come. Where looking at them takes longer, a few would always lie in the pipe, and
everything would be told that much later, for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from reelwarden.domain import AudioChunk, Frame

LATE = 2.0
"""Seconds of newer pictures behind one that is not looked at any more."""
LEAST_STEP = 0.04


class Fresh:
    """Iterate once. `waiting` tells how many bytes have been made and not yet taken.

    A picture that is the same as one left out has that one's pixels, so nothing that stays on the screen goes unseen.
    """

    def __init__(self, pieces: Iterable[Frame | AudioChunk], waiting: Callable[[], int]) -> None:
        self._pieces, self._waiting = pieces, waiting
        self.skipped = 0
        self._shown: Frame | None = None
        self._looked: float | None = None
        self._last: float | None = None
        self._sound = 0

    def __iter__(self) -> Iterator[Frame | AudioChunk]:
        for piece in self._pieces:
            if not isinstance(piece, Frame):
                self._sound += piece.samples.nbytes
                yield piece
                continue
            frame = self._whole(piece)
            late = frame.same_as is None and self._is_overtaken(frame)
            self._last, self._sound = frame.time, 0
            if late:
                self.skipped += 1
                continue
            if frame.same_as is None:
                self._looked = frame.time
            yield frame

    def _whole(self, frame: Frame) -> Frame:
        """The frame with pixels, or as the same as one that was looked at."""
        if frame.same_as is None:
            self._shown, self._looked = frame, None
            return frame
        if self._shown is None:
            return frame
        if self._looked is not None:
            return replace(frame, same_as=self._looked)
        return replace(frame, pixels=self._shown.pixels, same_as=None)

    def _is_overtaken(self, frame: Frame) -> bool:
        """Judged by the bytes behind it: so many pictures, each with the sound of its time."""
        newer = self._waiting() // (frame.pixels.nbytes + self._sound)
        step = max(LEAST_STEP, frame.time - self._last) if self._last is not None else LEAST_STEP
        return newer * step >= LATE
