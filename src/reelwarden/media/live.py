"""A stream without an end: pictures as they come, on a clock that begins with the first picture and only rises.

Nothing is held back to save decoding, since a frame is owed within a second: reference pictures are decoded, and every
picture from a wanted instant on until one is out. Whoever reads us too slowly, or a machine that is too slow for the
stream, costs pictures and not memory: instants are left out and counted, and decoding goes on at a key picture. What
comes in bursts is not left out: whoever reads has as long for it as it lasts (arrival.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import av
from av.container import InputContainer
from av.video.frame import VideoFrame

from reelwarden.domain import AudioChunk, Frame, MediaInfo
from reelwarden.errors import MediaDamaged, MediaError, NotMedia
from reelwarden.media.arrival import Arrival
from reelwarden.media.clock import AHEAD
from reelwarden.media.container import FORMATS, Opened, described, joined_later, raise_if_too_large
from reelwarden.media.ear import Ear
from reelwarden.media.emitter import Tally
from reelwarden.media.feed import AT_ONCE, Feed
from reelwarden.media.gop import ON_SCREEN
from reelwarden.media.packets import Held, Reader
from reelwarden.media.request import Request
from reelwarden.media.sniff import Kind, sniff
from reelwarden.media.sound import RATE
from reelwarden.media.span import ALL
from reelwarden.media.video import VideoSampler

OPTIONS = {"probesize": "1000000", "analyzeduration": "700000", "fpsprobesize": "0"}
"""Look at less than a second before beginning."""
FIRST = 564
"""Bytes by which a stream's kind is told: three packets of a transport stream."""
BEHIND = 2.0
"""Seconds without ever having to wait for bytes after which we skip to the next key picture."""
KEYLESS = 250
"""Packets without a key picture after which decoding begins all the same: some streams refresh bit by bit."""
RESTARTS = 30
"""A demuxer that loses its way more often than this, and once for each minute of media, has no stream before it."""
AFTER = 0.04
"""Seconds from the last picture of one demuxer to the first of the next."""
ENTERED_ANYWHERE = frozenset({"mpegts"})
"""Formats that tell again and again which streams they have: where a new one appears, the demuxer begins anew."""


def open_live(feed: Feed, request: Request) -> Opened:
    """Raises NotMedia, MediaDamaged or LimitExceeded."""
    options = {"protocol_whitelist": "", "format_whitelist": FORMATS, "max_pixels": str(request.limits.max_pixels)}
    each = [{"max_pixels": str(request.limits.max_pixels)}] * request.limits.max_streams

    def opening(**more: Any) -> InputContainer:
        # A named MP4 whose first read is short loses its codec's settings; one that is probed does not.
        chosen = None if request.live in ("", "mp4", "mov") else request.live
        file: Any = feed
        container: InputContainer = av.open(
            file,
            format=chosen,
            options=options | OPTIONS,
            metadata_errors="replace",
            buffer_size=8192,
            **more,
        )
        return container

    try:
        try:
            container = opening(stream_options=each)
        except ValueError as error:
            if "stream_options" not in str(error):
                raise
            feed.rewind()
            container = opening()
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError) as error:
        raise_if_too_large(error, request.limits)
        raise NotMedia("this is not a stream that we can read") from error
    feed.settle()
    opened = described(container, 0, request.limits)
    opened.spliced = True
    opened.origin = (container.start_time or 0) / av.time_base
    opened.duration = None
    return opened


class LiveSampler(VideoSampler):
    """Give it the packets in order as they come. `zero` is the time that counts as 0 for its frames."""

    zero = 0.0

    def __init__(self, opened: Opened, request: Request, tally: Tally, free: Callable[[float], bool]) -> None:
        super().__init__(opened, request, tally)
        self._free = free
        self._lost, self._without_key, self._behind, self._drained = True, 0, False, False
        self.told = -1.0

    def starts(self, held: Held) -> bool:
        """Whether decoding can begin with this packet."""
        self._without_key += 1
        return held.shown is not None and (held.key or self._without_key > KEYLESS)

    def push(self, held: Held, behind: bool = False) -> Iterator[Frame]:
        """`behind`: we are too slow for this stream, so of what comes only the key pictures are decoded."""
        self._behind |= behind
        self._lost |= behind
        if self._lost:
            if not self.starts(held):
                return
            self._without_key = 0
            self._context.flush_buffers()
        self._lost, self._drained = behind, False
        due = self._wishes.next
        self._skip(nothing=self._keys or due is None or held.shown is None or held.shown - self.zero >= due - ON_SCREEN)
        yield from self._look(self._decode(held.packet))
        if behind:
            yield from self.end()

    def end(self) -> Iterator[Frame]:
        if not self._drained:  # a decoder that is drained twice reports an error
            self._drained = True
            yield from self._look(self._decode(None))

    def _look(self, frames: list[VideoFrame]) -> Iterator[Frame]:
        for frame in frames:
            at = self._time(frame) - self.zero
            if self._keys and frame.key_frame and at > self.told:
                yield from self._answer(frame, at, at)
            elif at > self.told and self._wishes.due(at + ON_SCREEN):
                wanted = self._wishes.take()
                while self._wishes.due(at + ON_SCREEN):
                    self._tally.skipped += self._behind  # elsewise the stream itself had no picture for it
                    wanted = self._wishes.take()
                yield from self._answer(frame, at, wanted)

    def _answer(self, frame: VideoFrame, at: float, wanted: float) -> Iterator[Frame]:
        self.told, self._behind = at, False
        if self._free(at):
            yield self._emit(frame, max(0.0, at), wanted)
        else:
            self._tally.skipped += 1


class LiveSource:
    """Iterate once: frames, and audio chunks unless sound was not asked for. Ends where the feed does."""

    def __init__(
        self,
        feed: Feed,
        request: Request,
        pace: Callable[[float], None],
        free: Callable[[float], bool],
        room: Callable[[float], bool],
    ) -> None:
        """`free` and `room` wait until a time on the wall for whoever reads to take what was made before."""
        start = feed.start(FIRST)
        if not start:
            raise feed.failure or NotMedia("the stream ended before it began")
        if sniff(start) is not Kind.CONTAINER:
            raise NotMedia("this is a playlist or a picture, not a stream; playlists are never followed")
        self.tally, self.arrival = Tally(), Arrival()
        self._feed, self._request, self._pace, self._free, self._room = feed, request, pace, free, room
        self._opened = self._open()
        self.info: MediaInfo = self._opened.info
        self._heard: dict[int, float] = {}
        self._second = 0
        self._now = 0.0
        """Seconds of the stream so far; where the demuxer begins anew, time goes on from here."""

    def __iter__(self) -> Iterator[Frame | AudioChunk]:
        while True:
            yield from self._run()
            self._opened.container.close()
            if self._feed.failure:
                raise self._feed.failure
            if self._feed.ended:
                break
            self.tally.restarts += 1
            if self.tally.restarts > RESTARTS + self._now / 60:
                raise MediaDamaged("this stream is broken too often")
            if not self._reopened():
                break
        if not (self.tally.pictures_decoded if self.info.video_codec else self._now):
            raise MediaDamaged("nothing of this stream could be decoded")

    def _open(self) -> Opened:
        try:
            return open_live(self._feed, self._request)
        except MediaError:
            raise (self._feed.failure or NotMedia("this is not a stream that we can read")) from None

    def _reopened(self) -> bool:
        self._feed.record()
        try:
            self._opened = open_live(self._feed, self._request)
            self._opened.begins = -self._now
        except MediaError:
            if self._feed.ended and not self._feed.failure:
                return False  # broken off in the middle of the damage
            raise
        return True

    def _run(self) -> Iterator[Frame | AudioChunk]:
        opened, request = self._opened, self._request
        video = LiveSampler(opened, request, self.tally, lambda at: self._may(self._free, at)) if opened.video else None
        heard = request.audio or video is None
        ears = {s.index: Ear(s, n, opened.origin, ALL, self.tally) for n, s in enumerate(opened.sounds) if heard}
        streams = [*([opened.video] if opened.video else []), *(ear.stream for ear in ears.values())]
        begun = self._now
        zero: float | None = None
        reader = Reader(opened, streams, request.limits, self.tally, lambda _: None, ignores_new=True)
        for held in reader:
            if self._joined(reader):
                break
            if zero is None:
                zero = self._zero(held, video, begun)
                if zero is None:
                    continue
                if video is not None:
                    video.zero = zero
            self._advance(held, zero)
            ear = ears.get(held.packet.stream_index)
            if ear is not None:
                yield from self._moved(ear.push(held), zero)
            elif video is not None:
                yield from video.push(held, self._feed.busy_for > BEHIND)
        self.tally.unseen_streams += reader.met_new
        if zero is not None:
            if video is not None:
                yield from video.end()
                self._now = max(self._now, video.told + AFTER)
            for ear in ears.values():
                yield from self._moved(ear.end(), zero)

    def _joined(self, reader: Reader) -> bool:
        """Whether a stream joined that a new demuxer would find; looked at once a second."""
        if self._opened.container.format.name not in ENTERED_ANYWHERE:
            return False
        second, self._second = self._second, int(self._now)
        return reader.met_new or (second != self._second and joined_later(self._opened.container) > 0)

    def _zero(self, held: Held, video: LiveSampler | None, begun: float) -> float | None:
        """What the clock shows at the first packet that can be decoded, less the time that has gone by before."""
        if held.shown is None:
            return None
        is_video = self._opened.video is not None and held.packet.stream_index == self._opened.video.index
        if video is not None and not (is_video and video.starts(held)):
            return None
        return held.shown - begun

    def _advance(self, held: Held, zero: float) -> None:
        """The decoding times are mended; those of showing are believed near them only."""
        at = held.decoded if held.decoded is not None else held.shown
        if at is not None:
            self._now = max(self._now, at - zero)
            if held.shown is not None and abs(held.shown - at) > AHEAD:
                held.shown = at
                held.packet.pts = held.packet.dts
        self.arrival.come(self._now, time.monotonic())
        self._pace(self._now)

    def _may(self, ask: Callable[[float], bool], at: float) -> bool:
        began = time.monotonic()
        granted = ask(self.arrival.due(at))
        if time.monotonic() - began > AT_ONCE:
            self._feed.rested()
        return granted

    def _moved(self, chunks: Iterator[AudioChunk], zero: float) -> Iterator[AudioChunk]:
        """On our clock, without what came before the first picture or lies before what was heard already."""
        for chunk in chunks:
            at = chunk.time - zero
            early = max(0, round((self._heard.get(chunk.track, 0.0) - at) * RATE))
            if early < chunk.samples.size:
                self._heard[chunk.track] = at + chunk.samples.size / RATE
                if self._may(self._room, at):
                    yield AudioChunk(at + early / RATE, chunk.samples[early:], chunk.track)
                else:
                    self.tally.skipped_sound += chunk.samples.size / RATE
