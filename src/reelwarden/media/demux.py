"""One pass over a container, or a span of it: the wanted pictures and all sound."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from av.stream import Stream

from reelwarden.domain import AudioChunk, Frame, MediaInfo
from reelwarden.errors import MediaDamaged
from reelwarden.media.container import Opened, joined_later, open_container
from reelwarden.media.ear import LEAD, Ear
from reelwarden.media.emitter import Tally
from reelwarden.media.landing import NEAR, can_land, land
from reelwarden.media.limits import Limits
from reelwarden.media.packets import Held, Pace, Reader
from reelwarden.media.request import Request
from reelwarden.media.sampling import needs_duration
from reelwarden.media.video import VideoSampler

SHORT = 1.1
"""A container that claims more than this times what was read, and a second, has lost its end."""
MEASURING = 0.05
"""Reading packets without decoding them costs about a fiftieth of decoding; more is not granted for it."""
TUNING = 64
"""Packets of sound from the file's beginning that may be read to learn where each track begins."""


def open_source(fd: int, request: Request, pace: Pace) -> Demux:
    duration = request.duration
    if duration is None and needs_duration(request.plan):
        duration = measure(fd, request.limits, pace, pictures=True)
    source = _open(fd, request, duration, pace)
    if request.probe and source.info.duration is None:
        source.close()
        return _open(fd, request, measure(fd, request.limits, pace), pace)
    if source.jump():
        return source
    source.close()
    return _open(fd, request, duration, pace)


def _open(fd: int, request: Request, duration: float | None, pace: Pace) -> Demux:
    os.lseek(fd, 0, os.SEEK_SET)
    opened = open_container(fd, request.limits)
    if duration is not None:
        opened.duration = duration
        if opened.info.duration is None:
            opened.info = replace(opened.info, duration=duration)
    return Demux(opened, fd, request, pace)


def measure(fd: int, limits: Limits, pace: Pace, pictures: bool = False) -> float | None:
    """When the media ends, by all its packets: the container's duration is but a claim. `pictures`: when the last
    picture leaves the screen, where there is one."""
    os.lseek(fd, 0, os.SEEK_SET)
    opened = open_container(fd, limits)
    video = opened.video
    streams: list[Stream] = [video] if video and pictures else [*([video] if video else []), *opened.sounds]
    tally, end, rate = Tally(), 0.0, float(video.average_rate or 0) if video else 0.0
    for held in Reader(opened, streams, limits, tally, lambda seconds: pace(seconds * MEASURING)):
        if held.shown is not None and not held.hidden:
            end = max(end, held.shown + float((held.packet.duration or 0) * held.packet.time_base))
    if not end and rate:
        end = tally.packets / rate
    opened.container.close()
    return end or None


class Demux:
    """Iterate once: frames and audio chunks. `info` is complete after the first frame."""

    def __init__(self, opened: Opened, fd: int, request: Request, pace: Pace) -> None:
        self.info: MediaInfo = opened.info
        self.tally = Tally(unseen_streams=opened.unseen)
        self._opened, self._fd, self._span = opened, fd, request.span
        self._limits, self._pace = request.limits, pace
        self._video = VideoSampler(opened, request, self.tally) if opened.video else None
        heard = request.audio or opened.video is None  # sound alone is decoded all the same: it may be damaged
        self._ears = {
            s.index: Ear(s, n, opened.origin, request.span, self.tally) for n, s in enumerate(opened.sounds) if heard
        }

    def close(self) -> None:
        self._opened.container.close()

    def jump(self) -> bool:
        """Goes to where the span begins, if that can be done. False: this container is spoilt, open it anew."""
        target = self._span.start - (LEAD if self._ears else 0.0)
        if target < NEAR or not can_land(self._opened, self._fd):
            return True
        if self._ears:
            self._tune_in()
        return land(self._opened, target)

    def _tune_in(self) -> None:
        """Hears the beginning of each track: the grid of its samples begins there."""
        missing = set(self._ears)
        for number, held in enumerate(self._reader([ear.stream for ear in self._ears.values()], Tally())):
            ear = self._ears[held.packet.stream_index]
            if ear.track.first is None:
                list(ear.push(held))
            missing -= {held.packet.stream_index} if ear.track.first is not None else set()
            if not missing or number >= TUNING:
                break
        for ear in self._ears.values():
            ear.rejoin()

    def __iter__(self) -> Iterator[Frame | AudioChunk]:
        streams = [*([self._opened.video] if self._opened.video else []), *(e.stream for e in self._ears.values())]
        reader = self._reader(streams, self.tally)
        for held in reader:
            yield from self._take(held)
            if self._span.end is not None and self._over(self._opened.begins + self.tally.seconds):
                break
        if self._video is not None and not self._video.done:
            yield from self._seen(self._video.end())
        for ear in self._ears.values():
            if not ear.track.done:
                yield from ear.end()
        late = joined_later(self._opened.container) if self._opened.spliced else 0
        self.tally.unseen_streams += late
        self.tally.errors += late
        claimed = self.info.duration
        if self._span.end is None and claimed is not None and claimed > reader.end * SHORT + 1:
            self.tally.truncated = True
        if self._span.whole:
            self._check_decoded(reader)

    def _reader(self, streams: list[Stream], tally: Tally) -> Reader:
        return Reader(self._opened, streams, self._limits, tally, self._pace)

    def _take(self, held: Held) -> Iterator[Frame | AudioChunk]:
        ear = self._ears.get(held.packet.stream_index)
        if ear is not None:
            if not ear.track.done:
                yield from ear.push(held)
        elif self._video is not None and not self._video.done:
            yield from self._seen(self._video.push(held))

    def _over(self, now: float) -> bool:
        return (self._video is None or self._video.done) and all(ear.done(now) for ear in self._ears.values())

    def _seen(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            upright = self._video.upright if self._video else None
            if upright is not None and self.info is self._opened.info:
                self.info = replace(self.info, **upright._asdict())
            yield frame

    def _check_decoded(self, reader: Reader) -> None:
        """What was there but could not be decoded is an error: silence about it would read as a pass."""
        video = self._opened.video
        if video is not None and not self.tally.pictures_decoded:
            raise MediaDamaged(f"no picture of the {video.codec_context.name} video could be decoded")
        for ear in self._ears.values():
            if reader.read.get(ear.stream.index) and not ear.track.samples:
                codec = ear.stream.codec_context.name
                raise MediaDamaged(f"no sound of the {codec} audio track could be decoded")
        if video is None and self._ears and not any(ear.track.samples for ear in self._ears.values()):
            raise MediaDamaged("there is no sound in the audio tracks of this file")
