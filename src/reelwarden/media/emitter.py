"""From "this picture answers that instant" to a frame: repeats and still pictures are told apart here, and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reelwarden.domain import Frame
from reelwarden.media.gop import ON_SCREEN
from reelwarden.media.limits import Limits, check_frames
from reelwarden.media.stillness import Stillness, StillnessFilter, Thumbnail

NOTHING = np.empty((0, 0, 3), np.uint8)


@dataclass(slots=True)
class Tally:
    """What was counted on the way, for the stats.

    `errors`: packets or pictures that would not decode; `corrupt`: pictures that the decoder itself doubts; `missed`:
    wanted pictures that could not be had; `truncated`: the container ended in the middle; `seconds` of media read.
    Of a live stream: `skipped` instants and `skipped_sound` seconds, because somebody was too slow; `restarts` of the
    demuxer after it had lost its way.
    """

    packets: int = 0
    pictures_decoded: int = 0
    frames: int = 0
    same_frames: int = 0
    errors: int = 0
    corrupt: int = 0
    missed: int = 0
    truncated: bool = False
    seconds: float = 0.0
    unseen_streams: int = 0
    skipped: int = 0
    skipped_sound: float = 0.0
    restarts: int = 0


class Picture(Protocol):
    """A decoded picture that is not converted before somebody asks. `width`, `height`: as displayed."""

    width: int
    height: int

    def thumbnail(self) -> Thumbnail: ...

    def pixels(self) -> NDArray[np.uint8]: ...


class Emitter:
    """`before`: the plan's last instant that somebody else answers, where only a span of the media is decoded."""

    def __init__(self, still: Stillness | None, limits: Limits, tally: Tally, before: float | None = None) -> None:
        self._still, self._limits, self._tally = StillnessFilter(still), limits, tally
        self._repeats = still is not None
        self._last: tuple[float, float] | None = None
        self._before = before

    def emit(self, picture: Picture, time: float, wanted: float) -> Frame:
        """The frame for the instant `wanted`, by the picture whose own time is `time`.

        A picture that is still on screen when it is wanted again stands for that instant too.
        """
        self._tally.frames += 1
        check_frames(self._tally.frames, self._limits)
        repeated = self._last is not None and self._last[0] == time and self._repeats
        if self._last is not None and repeated:
            return self._same(picture, max(time, wanted), wanted, self._last[1])
        told = max(time, wanted) if self._answered_before(time) else time
        same = self._still.same_as(told, picture.thumbnail()) if self._repeats else None
        self._last = (time, told if same is None else same)
        if same is not None:
            return self._same(picture, told, wanted, same)
        return Frame(told, wanted, picture.pixels(), picture.width, picture.height)

    def _answered_before(self, time: float) -> bool:
        """Whether this picture, our first, was on screen at an instant before our span already."""
        first = self._last is None and self._repeats
        return first and self._before is not None and time <= self._before + ON_SCREEN

    def _same(self, picture: Picture, time: float, wanted: float, same_as: float) -> Frame:
        self._tally.same_frames += 1
        return Frame(time, wanted, NOTHING, picture.width, picture.height, same_as)
