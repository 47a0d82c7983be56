"""The wanted pictures of one video stream, for as little decoding as correctness allows.

Packets of one group of pictures are held; only reference pictures and the wanted ones are decoded, and nothing after
the last wanted one. A group in which nothing is wanted is never decoded. The decoder is emptied between groups, so that
damage in one does not reach the next. Streams with few pictures a second are decoded as they come.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import av
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from reelwarden.domain import Frame
from reelwarden.media.container import Opened, raise_if_too_large
from reelwarden.media.emitter import Emitter, Tally
from reelwarden.media.gop import EPSILON, ON_SCREEN, Goal, Group, Groups, Wishes, goals
from reelwarden.media.orientation import Orientation
from reelwarden.media.packets import Held
from reelwarden.media.picture import PictureMaker, Turns, rgb
from reelwarden.media.request import Request
from reelwarden.media.sampling import LAST, KeyFrames, slack
from reelwarden.media.sandbox import require_memory
from reelwarden.media.size import displayed_size
from reelwarden.media.stillness import Thumbnail

SLOW = 6.0
"""Below so many pictures a second there is nothing to gain by holding groups."""
PER_PIXEL = 8
"""Bytes of memory for each pixel that must be left after an error, or else memory was what was missing."""
INFLEXIBLE = frozenset({"libdav1d", "vp9", "vp8"})
"""Decoders that cannot be told packet by packet what to skip, and so are told to skip nothing."""


class Decoded:
    """A decoded picture, reduced when it is first looked at."""

    def __init__(self, frame: VideoFrame, aspect: Fraction | None, turn: Orientation, maker: PictureMaker) -> None:
        self.turn = turn
        self.width, self.height = self.turn.size(*displayed_size(frame.width, frame.height, aspect))
        self._frame, self._aspect, self._maker = frame, aspect, maker
        self._reduced: VideoFrame | None = None

    def _small(self) -> VideoFrame:
        if self._reduced is None:
            self._reduced = self._maker.reduce(self._frame, self._aspect)
        return self._reduced

    def thumbnail(self) -> Thumbnail:
        return self._maker.thumbnail(self._small())

    def pixels(self) -> NDArray[np.uint8]:
        return self.turn.apply(rgb(self._small()))


class Upright(NamedTuple):
    """How the first picture is displayed: facts that the container does not tell before."""

    width: int
    height: int
    rotation: int


class VideoSampler:
    """Give it the stream's packets in order. `upright` is told by the first picture."""

    def __init__(self, opened: Opened, request: Request, tally: Tally) -> None:
        assert opened.video is not None
        self.upright: Upright | None = None
        self._turns = Turns()
        self._origin, self._stream, self._context = opened.origin, opened.video, opened.video.codec_context
        plan, span, limits = request.plan, request.span, request.limits
        self._limits, self._tally, self._keys = limits, tally, isinstance(plan, KeyFrames)
        self._wishes, self._snap = Wishes(plan.instants(opened.duration), span), slack(plan, opened.duration)
        self._span, self._past = span, False
        self._maker = PictureMaker(request.side)
        self._emitter = Emitter(request.still, limits, tally, self._wishes.before)
        self._groups: Groups[Held] = Groups(limits.max_gop_bytes)
        self._base = float(self._stream.time_base or 0)
        self._rate = float(self._stream.average_rate or 0) or 25.0
        self._all = self._rate < SLOW
        self._before: tuple[float, VideoFrame] | None = None
        self._final: Group[Held] | None = None
        self._next_time = 0.0
        self._context.thread_count = 1
        self._context.options = {"max_pixels": str(limits.max_pixels)}
        self._skip(nothing=True)

    @property
    def done(self) -> bool:
        """Whether nothing more is wanted of this stream, because the span is over."""
        return self._span.end is not None and self._wishes.next is None and (self._past or not self._keys)

    def push(self, held: Held) -> Iterator[Frame]:
        if self._all:
            yield from self._follow(self._decode(held.packet))
            return
        group = self._groups.push(held)
        if group is not None:
            yield from self._group(group)

    def end(self) -> Iterator[Frame]:
        for group in self._groups.end():
            yield from self._group(group)
        if self._all:
            yield from self._follow(self._decode(None))
            yield from self._last()
        elif self._wishes.next == LAST and self._final is not None:  # nothing of the groups after it is ever shown
            time, packet = self._final.pictures()[-1]
            self._final.closes = True
            yield from self._run(self._final, [Goal(time, packet, time)])

    def _group(self, group: Group[Held]) -> Iterator[Frame]:
        if not group.stamped():  # its pictures cannot be told from their packets: from here on decode everything
            self._all = True
            self._skip(nothing=True)
            for held in [*group.packets, *self._groups.drain()]:
                yield from self._follow(self._decode(held.packet))
            return
        wanted = self._goals(group)
        if self._wishes.next == LAST and group.pictures():
            self._final = group
        if wanted or not group.closes or not group.opens:
            yield from self._run(group, wanted)

    def _goals(self, group: Group[Held]) -> list[Goal]:
        pictures = group.pictures()
        if self._keys:
            return self._key_goals(pictures) if pictures and group.opens else []
        last = max(pictures, default=(0.0, 0))[0]
        lasts = max((float((h.packet.duration or 0) * h.packet.time_base) for h in group.packets), default=0.0)
        return goals(pictures, self._wishes, group.until, last + max(lasts, 2 * EPSILON), self._snap)

    def _key_goals(self, pictures: list[tuple[float, int]]) -> list[Goal]:
        time, packet = pictures[0]
        self._past = self._span.past(time)
        return [Goal(time, packet, time)] if self._span.has(time) else []

    def _run(self, group: Group[Held], wanted: list[Goal]) -> Iterator[Frame]:
        """Decodes the group as far as it must. A piece of a group is decoded to its end: the next piece needs it."""
        need = {goal.packet for goal in wanted}
        feed: list[Held | None] = [*group.packets]
        if group.closes:
            reach = max(need, default=-1) + 1
            feed = [*[*feed, *group.ahead][:reach], None] if wanted else []
        waiting, frame, time = list(wanted), None, 0.0
        for index, held in enumerate(feed):
            self._skip(nothing=index in need)
            for frame in self._decode(held.packet if held else None):
                time = self._time(frame)
                while waiting and waiting[0].time <= time + EPSILON:
                    yield self._emit(frame, time, waiting.pop(0).wanted)
        self._tally.missed += len(waiting)
        if waiting and frame is not None:  # damaged: the nearest that there is
            yield self._emit(frame, time, waiting[0].wanted)
        if group.closes:
            self._context.flush_buffers()

    def _follow(self, frames: list[VideoFrame]) -> Iterator[Frame]:
        """Every decoded picture in order: a wish is answered by the picture before the first one that is later."""
        for frame in frames:
            time = self._time(frame)
            self._past = self._past or self._span.past(time)
            if self._keys and frame.key_frame and self._span.has(time):
                yield self._emit(frame, time, time)
            shown, self._before = self._before or (time, frame), (time, frame)
            while self._wishes.due(time - ON_SCREEN):
                yield self._emit(shown[1], shown[0], self._wishes.take())

    def _last(self) -> Iterator[Frame]:
        if self._before is None:
            return
        time, frame = self._before
        lasts = (frame.duration or 0) * self._base
        while self._wishes.due(time + max(lasts, 2 * EPSILON)):
            yield self._emit(frame, time, self._wishes.take())
        if self._wishes.next == LAST:
            yield self._emit(frame, time, time)

    def _skip(self, nothing: bool) -> None:
        whole = nothing or self._all or self._context.name in INFLEXIBLE
        self._context.skip_frame = "DEFAULT" if whole else "NONREF"

    def _decode(self, packet: Packet[Any] | None) -> list[VideoFrame]:
        try:
            frames = self._context.decode(packet)
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError) as error:
            raise_if_too_large(error, self._limits)
            require_memory(PER_PIXEL * self._context.width * self._context.height)
            self._tally.errors += 1
            return []
        self._tally.pictures_decoded += len(frames)
        self._tally.corrupt += sum(frame.is_corrupt for frame in frames)
        return frames

    def _time(self, frame: VideoFrame) -> float:
        # A frame that is drained without a packet has no time base of its own, so the stream's is taken.
        time = self._next_time if frame.pts is None else frame.pts * self._base - self._origin
        self._next_time = time + 1 / self._rate
        return time

    def _emit(self, frame: VideoFrame, time: float, wanted: float) -> Frame:
        turn = self._turns.of(frame)
        picture = Decoded(frame, self._stream.sample_aspect_ratio, turn, self._maker)
        self.upright = self.upright or Upright(picture.width, picture.height, turn.degrees)
        return self._emitter.emit(picture, time, wanted)
