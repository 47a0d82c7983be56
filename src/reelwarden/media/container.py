"""Opens a container from a file descriptor, and refuses everything that is not plain media.

The demuxer gets one inherited file descriptor and a list of formats that hold their own media. Formats that name other
files or addresses (playlists, concatenation lists, session descriptions, image sequences) are not in it, so nothing is
ever asked for on a file's behalf.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
from dataclasses import dataclass, replace
from typing import Any, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from reelwarden.domain import MediaInfo, MediaKind
from reelwarden.errors import LimitExceeded, MediaDamaged, MediaError, NotMedia
from reelwarden.media.limits import Limits, check_pixels, check_streams
from reelwarden.media.size import displayed_size

FORMATS = (
    "mov,matroska,mpegts,mpeg,mpegvideo,m4v,h264,hevc,vvc,av1,obu,ivf,avi,flv,live_flv,asf,ogg,nut,rm,mxf,dv,"
    "mp3,aac,ac3,eac3,wav,w64,flac,aiff,au,caf,amr,ape,wv,tta"
)
SPLICED = frozenset({"mpegts", "mpeg", "flv", "live_flv", "asf", "rm"})
"""Formats whose time stamps are restarted at splices and begin anywhere; the others count from the media's start."""

ENCRYPTED = (b"pssh", b"encv", b"enca")
HEIF = frozenset(b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1"))
"""Still pictures in an ISO container."""
ATTACHED_PICTURE, TILE = 0x400, 0x80000
LATE_START = 10.0
PROBE = {"probesize": "5000000", "analyzeduration": "5000000"}


@dataclass(slots=True)
class Opened:
    """An open container and what will be decoded of it.

    `origin` is the time stamp, in seconds, that counts as 0. `duration` is what plans are told; at first, the claim.
    `unseen`: further video streams, which a player would not show and we do not look at. `begins`: the second at which
    reading begins.
    """

    container: InputContainer
    video: VideoStream | None
    cover: VideoStream | None
    sounds: list[AudioStream]
    origin: float
    spliced: bool
    info: MediaInfo
    duration: float | None
    unseen: int
    begins: float = 0.0


def open_container(fd: int, limits: Limits) -> Opened:
    """Raises NotMedia, MediaDamaged or LimitExceeded."""
    opened = described(_open(fd, limits), os.fstat(fd).st_size, limits)
    if os.pread(fd, 12, 0)[4:] in HEIF:
        if opened.video is not None and int(opened.video.disposition) & TILE:
            raise NotMedia("this HEIC picture is made of tiles, which we cannot put together", "convert it to JPEG")
        opened.info = replace(opened.info, kind=MediaKind.IMAGE, container="heif")
    return opened


def described(container: InputContainer, size: int, limits: Limits) -> Opened:
    """Chooses what is decoded of an open container."""
    check_streams(len(container.streams), limits)
    _refuse_unknown(container)
    pictures = [s for s in container.streams.video if s.codec_context is not None]
    cover = next((s for s in pictures if int(s.disposition) & ATTACHED_PICTURE), None)
    video = max((s for s in pictures if not int(s.disposition) & ATTACHED_PICTURE), key=_pixels, default=None)
    sounds = [s for s in container.streams.audio if s.codec_context is not None]
    if not sounds and video is None:
        raise NotMedia("there is neither a picture nor sound in this file")
    if video is not None:
        check_pixels(video.codec_context.width, video.codec_context.height, limits)
    spliced = container.format.name in SPLICED
    unseen = sum(s is not video and s is not cover for s in pictures)
    info = _info(container, video, sounds, size)
    return Opened(container, video, cover, sounds, _origin(container, spliced), spliced, info, info.duration, unseen)


def _open(fd: int, limits: Limits) -> InputContainer:
    options = {"fd": str(fd), "protocol_whitelist": "fd", "format_whitelist": FORMATS}
    # Some demuxers leave out the streams beyond the library's own limit, so that one is set higher than ours.
    options |= {"max_streams": str(4 * limits.max_streams + 1000), **PROBE}
    # The probe decodes pictures too, so their size is limited there already. Formats that find their streams late
    # do not take options for them; the limit on memory stands in.
    each = [{"max_pixels": str(limits.max_pixels)}] * limits.max_streams
    try:
        try:
            return av.open("fd:", options=options, stream_options=cast(Any, each), metadata_errors="replace")
        except ValueError as error:
            if "stream_options" not in str(error):
                raise
            os.lseek(fd, 0, os.SEEK_SET)
            return av.open("fd:", options=options, metadata_errors="replace")
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError) as error:
        raise _refusal(error, fd, limits) from error


def _refusal(error: Exception, fd: int, limits: Limits) -> MediaError:
    raise_if_too_large(error, limits)
    start = os.pread(fd, 1 << 20, 0)
    if start[4:8] == b"ftyp" and any(box in start for box in ENCRYPTED):
        return MediaDamaged("this file is encrypted")
    return NotMedia("this is not a media file that we can read", "see docs/concepts/03-media.md for the formats")


def raise_if_too_large(error: Exception, limits: Limits) -> None:
    """The decoder library says only in its log why it refused a picture."""
    if "exceeds specified max pixel" in str(error):
        most = f"{limits.max_pixels / 1e6:.0f} million pixels"
        raise LimitExceeded("pixels", f"a picture in this file has more than {most}") from error


def _refuse_unknown(container: InputContainer) -> None:
    """A stream that nobody here can decode is an error: what it shows or says would go unseen."""
    for stream in container.streams:
        if stream.type in ("video", "audio") and stream.codec_context is None:
            raise MediaDamaged(f"there is no decoder for the {stream.type} in this file")


def _pixels(stream: VideoStream) -> int:
    return int(stream.codec_context.width or 0) * int(stream.codec_context.height or 0)


def _origin(container: InputContainer, spliced: bool) -> float:
    """Where the format has an absolute beginning, a late start stays late, unless it is a piece of something longer."""
    start = (container.start_time or 0) / av.time_base
    return 0.0 if not spliced and 0 <= start <= LATE_START else start


def _info(container: InputContainer, video: VideoStream | None, sounds: list[AudioStream], size: int) -> MediaInfo:
    info = MediaInfo(
        kind=MediaKind.VIDEO if video is not None else MediaKind.AUDIO,
        container=container.format.name.split(",")[0],
        bytes=size,
        duration=container.duration / av.time_base if container.duration and container.duration > 0 else None,
        audio_codec=sounds[0].codec_context.name if sounds else "",
        audio_tracks=len(sounds),
    )
    if video is None:
        return info
    context = video.codec_context
    width, height = displayed_size(context.width, context.height, video.sample_aspect_ratio)
    rate = float(video.average_rate or 0)
    return replace(info, width=width, height=height, frame_rate=rate, video_codec=context.name)


def joined_later(container: InputContainer) -> int:
    """How many streams began after the container was opened. They cannot be followed: PyAV does not see them."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)  # the description is a log message, caught before anybody reads it
    try:
        one: Any = container
        found: int = one.dumps_format().count("Stream #")
        return max(0, found - len(container.streams))
    finally:
        av.logging.set_level(level)


@functools.cache
def warm_up() -> None:
    """Touches what is loaded on first use: after the lock no module can be read any more."""
    for name in ("subtitles.codeccontext", "subtitles.stream", "sidedata.sidedata"):
        importlib.import_module(f"av.{name}")
    av.logging.set_level(av.logging.PANIC)
    picture = av.VideoFrame(64, 64, "yuv420p")
    for name in ("rgb24", "gray"):
        picture.reformat(32, 32, name, threads=1).to_ndarray()
    picture.side_data.get("DISPLAYMATRIX")
    sound = av.AudioFrame("fltp", "stereo", 1024)
    sound.sample_rate = 44_100
    av.AudioResampler("flt", "mono", 16_000).resample(sound)
    empty = os.open(os.devnull, os.O_RDONLY)
    with contextlib.suppress(av.FFmpegError):
        av.open("fd:", options={"fd": str(empty), "protocol_whitelist": "fd"})
    os.close(empty)
