"""Decodes one audio stream: its packets become chunks, and those far before the span are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
from av.audio.stream import AudioStream
from av.packet import Packet

from reelwarden.domain import AudioChunk
from reelwarden.media.emitter import Tally
from reelwarden.media.packets import Held
from reelwarden.media.sound import SoundTrack
from reelwarden.media.span import Span

LEAD = 1.0
"""Seconds of sound decoded before the span: decoders and the resampler remember what came before."""
BEHIND = 30.0
"""Seconds that a track's packets may lie behind the others' in the file; then the span counts as over for it."""


class Ear:
    """Give it the stream's packets in order."""

    def __init__(self, stream: AudioStream, number: int, origin: float, span: Span, tally: Tally) -> None:
        self.stream, self.track = stream, SoundTrack(number, span)
        self._origin, self._span, self._tally = origin, span, tally
        self._passed_over = False
        self._reached = 0.0

    def push(self, held: Held) -> Iterator[AudioChunk]:
        if held.shown is not None:
            self._reached = max(self._reached, held.shown)
            if self.track.first is not None and held.shown < self._span.start - LEAD:
                self._passed_over = True
                return
        if self._passed_over:
            self.rejoin()
        yield from self._decode(held.packet)

    def end(self) -> Iterator[AudioChunk]:
        yield from self._decode(None)
        yield from self.track.end()

    def rejoin(self) -> None:
        """The next packet is not the one that follows the last."""
        self._passed_over = False
        self.stream.codec_context.flush_buffers()
        self.track.leave_out()

    def done(self, now: float) -> bool:
        """Whether no packet of the span can come any more, when the file as a whole was read up to `now`."""
        return self.track.done or self._span.past(self._reached - LEAD) or self._span.past(now - BEHIND)

    def _decode(self, packet: Packet[Any] | None) -> Iterator[AudioChunk]:
        try:
            frames = self.stream.codec_context.decode(packet)
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError):
            self._tally.errors += packet is not None
            return
        for frame in frames:
            stamp = None if frame.pts is None else frame.pts * float(self.stream.time_base or 0)
            yield from self.track.add(frame, None if stamp is None else stamp - self._origin)
