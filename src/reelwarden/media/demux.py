"""One pass over a container: the wanted pictures and all sound."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import av
from av.audio.stream import AudioStream
from av.packet import Packet

from reelwarden.domain import AudioChunk, Frame, MediaInfo
from reelwarden.errors import MediaDamaged
from reelwarden.media.container import Opened, open_container
from reelwarden.media.emitter import Tally
from reelwarden.media.limits import Limits
from reelwarden.media.packets import Pace, Reader
from reelwarden.media.sampling import Plan, needs_duration
from reelwarden.media.sound import SoundTrack
from reelwarden.media.stillness import Stillness
from reelwarden.media.video import VideoSampler

SHORT = 1.1
"""A container that claims more than this times what was read, and a second, has lost its end."""
MEASURING = 0.05
"""Reading packets without decoding them costs about a fiftieth of decoding; more is not granted for it."""


def open_source(
    fd: int, plan: Plan, side: int, audio: bool, still: Stillness | None, limits: Limits, pace: Pace
) -> Demux:
    opened = open_container(fd, limits)
    if needs_duration(plan) and opened.video is not None:
        duration = _measured(opened, limits, pace)
        os.lseek(fd, 0, os.SEEK_SET)
        opened = open_container(fd, limits)
        opened.duration = duration
    return Demux(opened, plan, side, audio, still, limits, pace)


def _measured(opened: Opened, limits: Limits, pace: Pace) -> float | None:
    """When the last picture leaves the screen, by all packets of the video: the container's duration is but a claim."""
    assert opened.video is not None
    tally, end, rate = Tally(), 0.0, float(opened.video.average_rate or 0)
    for held in Reader(opened, [opened.video], limits, tally, lambda seconds: pace(seconds * MEASURING)):
        if held.shown is not None and not held.hidden:
            end = max(end, held.shown + float((held.packet.duration or 0) * held.packet.time_base))
    if not end and rate:
        end = tally.packets / rate
    opened.container.close()
    return end or None


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
        self.info: MediaInfo = opened.info
        self.tally = Tally(unseen_streams=opened.unseen)
        self._opened = opened
        self._video = VideoSampler(opened, plan, side, still, limits, self.tally) if opened.video else None
        heard = audio or opened.video is None  # sound alone is decoded all the same: it may be damaged
        self._sounds = {s.index: (s, SoundTrack(n)) for n, s in enumerate(opened.sounds)} if heard else {}
        streams = [*([opened.video] if opened.video else []), *(s for s, _ in self._sounds.values())]
        self._reader = Reader(opened, streams, limits, self.tally, pace)

    def __iter__(self) -> Iterator[Frame | AudioChunk]:
        for held in self._reader:
            index = held.packet.stream_index
            if index in self._sounds:
                yield from self._heard(*self._sounds[index], held.packet)
            elif self._video is not None:
                yield from self._seen(self._video.push(held))
        if self._video is not None:
            yield from self._seen(self._video.end())
        for stream, track in self._sounds.values():
            yield from self._heard(stream, track, None)
            yield from track.end()
        claimed = self.info.duration
        if claimed is not None and claimed > self._reader.end * SHORT + 1:
            self.tally.truncated = True
        self._check_decoded()

    def _seen(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        for frame in frames:
            upright = self._video.upright if self._video else None
            if upright is not None and self.info is self._opened.info:
                self.info = replace(self.info, **upright._asdict())
            yield frame

    def _heard(self, stream: AudioStream, track: SoundTrack, packet: Packet[Any] | None) -> Iterator[AudioChunk]:
        try:
            frames = stream.codec_context.decode(packet)
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError):
            self.tally.errors += packet is not None
            return
        for frame in frames:
            stamp = None if frame.pts is None else frame.pts * float(stream.time_base or 0)
            yield from track.add(frame, None if stamp is None else stamp - self._opened.origin)

    def _check_decoded(self) -> None:
        """What was there but could not be decoded is an error: silence about it would read as a pass."""
        video = self._opened.video
        if video is not None and not self.tally.pictures_decoded:
            raise MediaDamaged(f"no picture of the {video.codec_context.name} video could be decoded")
        for stream, track in self._sounds.values():
            if self._reader.read.get(stream.index) and not track.samples:
                raise MediaDamaged(f"no sound of the {stream.codec_context.name} audio track could be decoded")
        if video is None and self._sounds and not any(track.samples for _, track in self._sounds.values()):
            raise MediaDamaged("there is no sound in the audio tracks of this file")
