"""One pass over a container: the wanted pictures, and all sound.

Packets of one group of pictures are held; only reference pictures and the wanted ones are decoded, and nothing after
the last wanted one. A group in which nothing is wanted is never decoded. The decoder is emptied between groups, so that
damage in one does not reach the next. Streams with few pictures a second are decoded as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import av
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame

from reelwarden.domain import AudioChunk, Frame, MediaInfo
from reelwarden.errors import MediaDamaged
from reelwarden.media.clock import Clock
from reelwarden.media.container import DISCARD_ALL, Opened, open_container
from reelwarden.media.gop import EPSILON, Goal, Group, Groups, Wishes, goals
from reelwarden.media.limits import Limits, check_duration, check_frames, check_packets
from reelwarden.media.picture import PictureMaker, displayed_size, frame_orientation
from reelwarden.media.sampling import ByDuration, Every, KeyFrames, Plan
from reelwarden.media.sound import SoundTrack
from reelwarden.media.stillness import Stillness, StillnessFilter

SLOW = 6.0
"""Below so many pictures a second there is nothing to gain by holding groups."""
INFLEXIBLE = frozenset({"libdav1d"})
"""Decoders that must be told at the outset what to skip, and so are told to skip nothing."""
SNAP = 0.1
"""A key picture answers an instant that is at most this part of the step ahead of it."""


Pace = Callable[[float], None]
"""Told the seconds of media read so far."""


@dataclass(slots=True)
class Tally:
    """What was counted on the way, for the stats."""

    packets: int = 0
    pictures_decoded: int = 0
    frames: int = 0
    same_frames: int = 0
    errors: int = 0
    corrupt: int = 0
    missed: int = 0
    truncated: bool = False
    seconds: float = 0.0


@dataclass(slots=True)
class Held:
    """A packet with its times on the media's clock."""

    packet: Packet
    shown: float | None
    decoded: float | None
    size: int
    key: bool
    hidden: bool


def open_source(
    fd: int, plan: Plan, side: int, audio: bool, still: Stillness | None, limits: Limits, pace: Pace
) -> Demux:
    return Demux(open_container(fd, limits), plan, side, audio, still, limits, pace)


class Demux:
    """Iterate once: frames and audio chunks. `info` is complete after the first frame."""

    def __init__(
        self,
        opened: Opened,
        plan: Plan,
        side: int,
        audio: bool,
        still: Stillness | None,
        limits: Limits,
        pace: Pace,
    ) -> None:
        self.opened, self.plan, self.limits, self._pace = opened, plan, limits, pace
        self.info: MediaInfo = opened.info
        self.tally = Tally()
        self._clock = Clock(opened.spliced)
        self._video = VideoSampler(opened, plan, side, still, limits, self.tally) if opened.video else None
        self._sounds = {s.index: (s, SoundTrack(n)) for n, s in enumerate(opened.sounds)} if audio else {}
        self._fed: dict[int, int] = {}

    def __iter__(self) -> Iterator[Frame | AudioChunk]:
        for packet in self._packets():
            if self._video is not None and packet.stream_index == self.opened.video.index:  # type: ignore[union-attr]
                yield from self._seen(self._video.push(self._hold(packet)))
            else:
                yield from self._hear(packet)
        if self._video is not None:
            yield from self._seen(self._video.end())
        for _, track in self._sounds.values():
            yield from track.end()
        self._check_decoded()

    def _seen(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            if self._video is not None and self._video.upright:
                self.info = replace(self.opened.info, **self._video.upright)
                self._video.upright = {}
            yield frame

    def _packets(self) -> Iterator[Packet]:
        wanted = [s for s, _ in self._sounds.values()] + ([self.opened.video] if self.opened.video else [])
        for stream in self.opened.container.streams:
            stream.discard = 0 if stream in wanted else DISCARD_ALL
        packets = self.opened.container.demux(*wanted)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                self.tally.errors += 1
                self.tally.truncated = True
                return
            if packet is None:
                return
            if packet.size:
                self._count(packet)
                yield packet

    def _count(self, packet: Packet) -> None:
        self.tally.packets += 1
        self._fed[packet.stream_index] = self._fed.get(packet.stream_index, 0) + 1
        stamp = packet.dts if packet.dts is not None else packet.pts
        if stamp is not None:
            at = float(stamp * packet.time_base) - self.opened.origin
            shift = round(self._clock.shift(packet.stream_index, at) / packet.time_base)
            if shift:
                packet.pts = packet.pts + shift if packet.pts is not None else None
                packet.dts = packet.dts + shift if packet.dts is not None else None
        self.tally.seconds = self._clock.now
        self._pace(self._clock.now)
        check_duration(self._clock.now, self.limits)
        check_packets(self.tally.packets, self._clock.now, self.limits)

    def _hold(self, packet: Packet) -> Held:
        shown, decoded = self._seconds(packet.pts, packet), self._seconds(packet.dts, packet)
        return Held(packet, shown, decoded, packet.size, packet.is_keyframe, packet.is_discard)

    def _seconds(self, stamp: int | None, packet: Packet) -> float | None:
        return None if stamp is None else float(stamp * packet.time_base) - self.opened.origin

    def _hear(self, packet: Packet) -> Iterator[AudioChunk]:
        stream, track = self._sounds[packet.stream_index]
        try:
            frames = stream.codec_context.decode(packet)
        except (av.FFmpegError, ValueError):
            self.tally.errors += 1
            return
        for frame in frames:
            time = None if frame.pts is None else float(frame.pts * frame.time_base) - self.opened.origin
            yield from track.add(frame, time)

    def _check_decoded(self) -> None:
        """What was there but could not be decoded is an error: silence about it would read as a pass."""
        video = self.opened.video
        if video is not None and not self.tally.pictures_decoded:
            raise MediaDamaged(f"no picture of the {video.codec_context.name} video could be decoded")
        for stream, track in self._sounds.values():
            if self._fed.get(stream.index) and not track.samples:
                raise MediaDamaged(
                    f"no sound of the {stream.codec_context.name} audio track could be decoded"
                )
        if video is None and not any(track.samples for _, track in self._sounds.values()) and self._sounds:
            raise MediaDamaged("there is no sound in the audio tracks of this file")


class VideoSampler:
    """Decodes what the plan wants of one video stream. `upright` holds facts that only a decoded picture tells."""

    def __init__(
        self, opened: Opened, plan: Plan, side: int, still: Stillness | None, limits: Limits, tally: Tally
    ) -> None:
        assert opened.video is not None
        self._opened, self._stream, self._context = opened, opened.video, opened.video.codec_context
        self._limits, self._tally, self._keys = limits, tally, isinstance(plan, KeyFrames)
        self._maker, self._still = PictureMaker(side), StillnessFilter(still)
        self._wishes = Wishes(plan.instants(opened.info.duration))
        self._snap = _snap(plan, opened.info.duration)
        self._groups: Groups[Held] = Groups(limits.max_gop_bytes)
        self._linear = 0 < float(self._stream.average_rate or 0) < SLOW
        self._before: tuple[float, VideoFrame] | None = None
        self._emitted: tuple[float, float] | None = None
        self._next_time = 0.0
        self.upright: dict[str, int] = {}
        self._context.thread_count = 1
        self._context.options = {"max_pixels": str(limits.max_pixels)}

    def push(self, held: Held) -> Iterator[Frame]:
        if self._linear:
            yield from self._follow(self._decode(held.packet))
            return
        group = self._groups.push(held)
        if group is not None:
            yield from self._group(group)

    def end(self) -> Iterator[Frame]:
        for group in self._groups.end():
            yield from self._group(group)
        if self._linear:
            yield from self._follow(self._decode(None))
            yield from self._last()

    def _group(self, group: Group[Held]) -> Iterator[Frame]:
        if not group.stamped():
            self._linear = True
        if self._linear:
            self._skip(nothing=True)
            for held in group.packets:
                yield from self._follow(self._decode(held.packet))
            return
        wanted = self._goals(group)
        if wanted:
            yield from self._run(group, wanted)
        elif not group.closes:
            for held in group.packets:
                self._skip(nothing=False)
                for _ in self._decode(held.packet):
                    pass

    def _goals(self, group: Group[Held]) -> list[Goal]:
        pictures = group.pictures()
        if self._keys:
            return [Goal(pictures[0][0], pictures[0][1], pictures[0][0])] if pictures and group.opens else []
        last = max(pictures, default=(0.0, 0))[0]
        duration = max(
            (float((h.packet.duration or 0) * h.packet.time_base) for h in group.packets), default=0.0
        )
        return goals(pictures, self._wishes, group.until, last + max(duration, EPSILON), self._snap)

    def _run(self, group: Group[Held], wanted: list[Goal]) -> Iterator[Frame]:
        need = {goal.packet for goal in wanted}
        feed = group.packets + group.ahead if max(need) >= len(group.packets) else group.packets
        feed = feed[: max(need) + 1] if group.closes else feed
        waiting, frame, time = list(wanted), None, 0.0
        for index, held in enumerate([*feed, None] if group.closes else feed):
            self._skip(nothing=index in need)
            for frame in self._decode(held.packet if held else None):
                time = self._time(frame)
                while waiting and waiting[0].time <= time + EPSILON:
                    yield self._emit(frame, time, waiting.pop(0).wanted)
        if waiting and frame is not None:
            yield self._emit(frame, time, waiting.pop(0).wanted)
        self._tally.missed += len(waiting)
        if group.closes:
            self._context.flush_buffers()

    def _follow(self, frames: Iterator[VideoFrame]) -> Iterator[Frame]:
        """Every decoded picture in order: answers the wishes up to it with the picture before it."""
        for frame in frames:
            time = self._time(frame)
            if self._keys and frame.key_frame:
                yield self._emit(frame, time, time)
            shown_before, self._before = self._before or (time, frame), (time, frame)
            while self._wishes.due(time - EPSILON):
                yield self._emit(shown_before[1], shown_before[0], self._wishes.take())

    def _last(self) -> Iterator[Frame]:
        if self._before is None:
            return
        time, frame = self._before
        end = time + float((frame.duration or 0) * (frame.time_base or 0))
        while self._wishes.due(max(end, time + 2 * EPSILON)):
            yield self._emit(frame, time, self._wishes.take())
        if self._wishes.next is not None and self._wishes.next == float("inf"):
            yield self._emit(frame, time, time)

    def _skip(self, nothing: bool) -> None:
        whole = nothing or self._linear or self._context.name in INFLEXIBLE
        self._context.skip_frame = "DEFAULT" if whole else "NONREF"

    def _decode(self, packet: Packet | None) -> Iterator[VideoFrame]:
        try:
            frames = self._context.decode(packet)
        except (av.FFmpegError, ValueError) as error:
            if isinstance(error, MemoryError):
                raise
            self._tally.errors += 1
            return
        self._tally.pictures_decoded += len(frames)
        self._tally.corrupt += sum(frame.is_corrupt for frame in frames)
        yield from frames

    def _time(self, frame: VideoFrame) -> float:
        if frame.pts is not None and frame.time_base is not None:
            time = float(frame.pts * frame.time_base) - self._opened.origin
        else:
            time = self._next_time
        self._next_time = time + 1 / float(self._stream.average_rate or 25)
        return time

    def _emit(self, frame: VideoFrame, time: float, wanted: float) -> Frame:
        self._tally.frames += 1
        check_frames(self._tally.frames, self._limits)
        aspect = self._stream.sample_aspect_ratio
        turn = frame_orientation(frame)
        width, height = displayed_size(frame.width, frame.height, aspect)
        if turn.transpose:
            width, height = height, width
        if self._tally.frames == 1:
            self.upright = {"width": width, "height": height, "rotation": turn.degrees}
        if self._emitted is not None and time == self._emitted[0]:  # the same picture is still on screen
            self._tally.same_frames += 1
            return Frame(wanted, wanted, NOTHING, width, height, self._emitted[1])
        small = self._maker.reduce(frame, aspect)
        same = self._still.same_as(time, self._maker.thumbnail(small))
        self._emitted = (time, time if same is None else same)
        if same is not None:
            self._tally.same_frames += 1
            return Frame(time, wanted, NOTHING, width, height, same)
        return Frame(time, wanted, turn.apply(small.to_ndarray()), width, height)


NOTHING = np.empty((0, 0, 3), np.uint8)


def _snap(plan: Plan, duration: float | None) -> float:
    if isinstance(plan, Every):
        return plan.seconds * SNAP
    if isinstance(plan, ByDuration):
        first = plan.instants(duration)
        return -(next(first) - next(first)) * SNAP
    return 0.0
