"""Of a live stream, the pictures that are still news: one that was due some seconds ago is left out.

A decoder makes pictures as they come. Where looking at them takes longer, a few would always lie in the pipe, and
everything would be told that much later, for ever. Pictures that came in a burst are due one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from reelwarden.domain import AudioChunk, Frame

LATE = 2.0
"""Seconds after it was due that a picture is not looked at any more."""


class Fresh:
    """Iterate once. `behind` tells how many seconds ago an instant of the stream was due.

    A picture that is the same as one left out has that one's pixels, so nothing that stays on the screen goes unseen.
    """

    def __init__(self, pieces: Iterable[Frame | AudioChunk], behind: Callable[[float], float]) -> None:
        self._pieces, self._behind = pieces, behind
        self.skipped = 0
        self._shown: Frame | None = None
        self._looked: float | None = None

    def __iter__(self) -> Iterator[Frame | AudioChunk]:
        for piece in self._pieces:
            if not isinstance(piece, Frame):
                yield piece
                continue
            frame = self._whole(piece)
            late = frame.same_as is None and self._behind(frame.time) >= LATE
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
