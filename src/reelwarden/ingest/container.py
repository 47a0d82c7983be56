"""Segments of one or two tracks become one container, until the stream changes its form. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reelwarden.errors import FetchError
from reelwarden.ingest.boxes import fragments, is_locked, is_mp4, joined_beginning
from reelwarden.ingest.segments import Segment, locked
from reelwarden.ingest.transport import SoundJoiner, is_transport

MPEG_SOUND = {0b00: "aac", 0b01: "mp3", 0b10: "mp3", 0b11: "mp3"}
"""By the layer bits after the sync word: ADTS has none."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment with its bytes, its beginning (empty when it needs none), and its form."""

    segment: Segment
    data: bytes
    beginning: bytes
    form: str


def form_of(data: bytes, beginning: bytes) -> str:
    """mpegts, mp4, aac or mp3. Raises FetchError for what is none of them."""
    if is_transport(data):
        return "mpegts"
    if is_mp4(data):
        if beginning and is_locked(beginning):
            raise locked("the stream", "encrypted samples")
        return "mp4"
    plain = without_tag(data)
    if len(plain) > 1 and plain[0] == 0xFF and plain[1] & 0xE0 == 0xE0:
        return MPEG_SOUND[plain[1] >> 1 & 3]
    raise FetchError("a segment in a form that is not read")


def without_tag(data: bytes) -> bytes:
    """Packed sound starts with an ID3 tag that holds its time, which only a player needs."""
    while data[:3] == b"ID3" and len(data) > 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
        data = data[10 + size :]
    return data


class Container:
    """Made from the first piece of each track, pictures first. `heard` is False when the sound could not be joined."""

    def __init__(self, firsts: Sequence[Piece]) -> None:
        self.format = firsts[0].form
        self.heard = len(firsts) > 1
        self._sound: SoundJoiner | None = None
        self._start = b""
        if self.heard:
            self._join(firsts[0], firsts[1])
        if not self.heard:
            self._begin(firsts[0])
        self._beginnings = [piece.beginning for piece in firsts]

    def goes_on(self, track: int, piece: Piece) -> bool:
        """Whether the piece belongs into this container, after what was put into it."""
        if track >= len(self._beginnings):
            return False
        same = piece.beginning == self._beginnings[track] and (piece.form == self.format or track > 0)
        return same and not piece.segment.joint

    def put(self, track: int, piece: Piece) -> bytes:
        """The bytes that the piece adds; none for sound that is not heard."""
        if track > 0 and not self.heard:
            return b""
        start, self._start = self._start, b""
        return start + self._inside(track, piece)

    def _inside(self, track: int, piece: Piece) -> bytes:
        if self.format == "mp4":
            return fragments(piece.data, track + 1 if self.heard else 0)
        if self._sound is not None:
            return self._sound.sound(piece.data) if track else self._sound.pictures(piece.data)
        return piece.data if self.format == "mpegts" else without_tag(piece.data)

    def _begin(self, first: Piece) -> None:
        if self.format == "mp4" and not first.beginning:
            raise FetchError("a stream of MP4 segments whose playlist names no beginning")
        self._start = first.beginning

    def _join(self, pictures: Piece, sound: Piece) -> None:
        """Pictures alone are better than nothing; the caller says that the sound is missing."""
        try:
            if pictures.form != sound.form:
                raise FetchError("pictures and sound in two forms")
            if self.format == "mp4":
                self._start = joined_beginning([pictures.beginning, sound.beginning])
            else:
                self._sound = SoundJoiner(pictures.beginning + pictures.data, sound.beginning + sound.data)
                self._start = pictures.beginning
        except FetchError:
            self.heard, self._sound, self._start = False, None, b""
