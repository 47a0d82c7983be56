"""Clips made on the spot with PyAV (its wheel brings the encoders): the tests need no ffmpeg and no files.

Every frame of a clip shows its own number as bars of black and white unless a picture callback says
otherwise: `frame_number(pixels)` reads it back after decoding, scaling or turning upright, and so proves
which picture came out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]
PictureAt = Callable[[int, float], Pixels | Image.Image]
"""(frame number, seconds) → the picture, RGB, of the size of the clip."""
SoundAt = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""seconds of each sample → the samples, -1..1."""

TICKS = 60_000
"""Per second: 24, 25, 30, 50, 60 and 1001/30000 are whole, and MPEG-4 part 2 allows no more than 65,535."""
SAMPLE_RATE = 48_000
BITS = 16
PIXEL_FORMATS = {"gif": "rgb8", "mjpeg": "yuvj420p", "png": "rgb24", "libwebp": "yuv420p", "ffv1": "yuv444p"}
ENCODER_OPTIONS = {
    # mbtree off: its AVX-512 code reads memory that nobody wrote, and the same clip would have different bytes.
    "libx264": {"preset": "veryfast", "crf": "20", "sc_threshold": "0", "mbtree": "0"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:scenecut=0"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "12"},
}


def make_clip(
    path: Path,
    seconds: float = 2.0,
    fps: int | Fraction = 25,
    size: tuple[int, int] = (320, 180),
    *,
    codec: str = "libx264",
    gop: int = 25,
    b_frames: int = 2,
    picture: PictureAt | None = None,
    times: Sequence[float] | None = None,
    audio: SoundAt | Sequence[SoundAt] | None = None,
    audio_codec: str = "aac",
    audio_seconds: float | None = None,
    rotation: int = 0,
    sar: Fraction | None = None,
    start: float = 0.0,
    audio_start: float | None = None,
    container: str | None = None,
    container_options: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Writes one clip and returns its path.

    `times` gives the instant of every frame (variable frame rate) in place of `seconds` and `fps`. `rotation`
    is a display matrix as phones write it: degrees counter-clockwise from the stored to the shown picture;
    `size` and the callback's picture are the shown, upright ones. `start` and `audio_start` move the first
    timestamps. Several `audio` callbacks make several tracks. `codec=""` leaves the picture out.
    """
    instants = list(times) if times is not None else [i / fps for i in range(round(seconds * fps))]
    sounds = [] if audio is None else [audio] if callable(audio) else list(audio)
    length = seconds if times is None else (instants[-1] + 1 / fps)
    with av.open(str(path), "w", format=container, options=container_options or {}) as output:
        video = _video_stream(output, codec, fps, size, gop, b_frames, rotation, sar, options) if codec else None
        tracks = [_audio_stream(output, audio_codec) for _ in sounds]
        if video is not None:
            _write_pictures(output, video, instants, turned(picture or numbered(size), rotation), start)
        for track, sound in zip(tracks, sounds, strict=True):
            offset = start if audio_start is None else audio_start
            _write_sound(output, track, sound, length if audio_seconds is None else audio_seconds, offset)
    return path


def _video_stream(
    output: av.container.OutputContainer,
    codec: str,
    fps: int | Fraction,
    size: tuple[int, int],
    gop: int,
    b_frames: int,
    rotation: int,
    sar: Fraction | None,
    options: dict[str, str] | None,
) -> av.VideoStream:
    stream = output.add_stream(codec, rate=fps, options={**ENCODER_OPTIONS.get(codec, {}), **(options or {})})
    assert isinstance(stream, av.VideoStream)
    stream.width, stream.height = size if rotation % 180 == 0 else size[::-1]
    stream.pix_fmt = PIXEL_FORMATS.get(codec, "yuv420p")
    context = stream.codec_context
    context.gop_size = gop
    context.thread_count = 1
    if codec in ("libx264", "libx265", "mpeg2video", "mpeg4"):
        context.max_b_frames = b_frames
    if codec not in ("mpeg2video", "gif") and output.format.name != "avi":
        context.time_base = Fraction(1, TICKS)
    if sar is not None:
        context.sample_aspect_ratio = sar
    if rotation:
        stream.set_display_rotation(rotation)
    return stream


def _audio_stream(output: av.container.OutputContainer, codec: str) -> av.AudioStream:
    stream = output.add_stream(codec, rate=SAMPLE_RATE, layout="mono")
    assert isinstance(stream, av.AudioStream)
    return stream


def _write_pictures(
    output: av.container.OutputContainer,
    stream: av.VideoStream,
    instants: Sequence[float],
    picture: PictureAt,
    start: float,
) -> None:
    base = stream.codec_context.time_base or Fraction(1, TICKS)
    for number, instant in enumerate(instants):
        shown = picture(number, instant)
        frame = (
            av.VideoFrame.from_image(shown)
            if isinstance(shown, Image.Image)
            else av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24")
        )
        frame.time_base = base
        frame.pts = round((instant + start) / base)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _write_sound(
    output: av.container.OutputContainer, stream: av.AudioStream, sound: SoundAt, seconds: float, start: float
) -> None:
    seconds_of = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    block = 1024
    for first in range(0, len(seconds_of), block):
        samples = np.clip(sound(seconds_of[first : first + block]), -1, 1)
        frame = av.AudioFrame.from_ndarray((samples[None] * 32767).astype(np.int16), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.time_base = Fraction(1, SAMPLE_RATE)
        frame.pts = first + round(start * SAMPLE_RATE)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def numbered(size: tuple[int, int]) -> PictureAt:
    """Frames that show their number: 16 bars between a white and a black one, over a slowly moving grey."""
    width, height = size

    def draw(number: int, instant: float) -> Pixels:
        shade = (np.arange(height)[:, None] * 2 + number * 3) % 120 + 60
        pixels = np.repeat(np.broadcast_to(shade, (height, width))[:, :, None], 3, axis=2).astype(np.uint8)
        for bar, lit in enumerate([True, *(bool(number >> bit & 1) for bit in range(BITS)), False]):
            left, right = (round(width * edge / (BITS + 2)) for edge in (bar, bar + 1))
            pixels[height // 4 : height * 3 // 4, left:right] = 255 if lit else 0
        return pixels

    return draw


def frame_number(pixels: Pixels) -> int:
    """The number in an upright picture that `numbered` drew, at any scale. Raises ValueError without one."""
    height, width = pixels.shape[:2]
    row = pixels[height * 3 // 8 : height * 5 // 8].mean(axis=(0, 2))
    bars = [float(row[int(width * (bar + 0.5) / (BITS + 2))]) for bar in range(BITS + 2)]
    if bars[0] < 200 or bars[-1] > 55:
        raise ValueError(f"no frame number in the picture: {bars}")
    return sum(1 << bit for bit, level in enumerate(bars[1:-1]) if level > 127)


def turned(picture: PictureAt, rotation: int) -> PictureAt:
    """The pictures as a camera held askew stores them, so that `rotation` turns them upright again."""
    if not rotation:
        return picture
    return lambda number, instant: np.rot90(np.asarray(picture(number, instant)), -rotation // 90)


def plain(size: tuple[int, int], colour: tuple[int, int, int] = (90, 120, 90)) -> PictureAt:
    """The same picture all the time."""
    still = np.broadcast_to(np.array(colour, np.uint8), (size[1], size[0], 3))
    return lambda number, instant: still


def patches(size: tuple[int, int]) -> PictureAt:
    """Blurred patches of colour, others in every frame: nothing to find, and every one has to be looked at."""

    def picture(number: int, _: float) -> Image.Image:
        few = np.random.default_rng(number).integers(0, 256, (6, 8, 3), np.uint8)
        return Image.fromarray(few).resize(size, Image.Resampling.BICUBIC)

    return picture


def qr_picture(text: str, side: int = 240) -> Image.Image:
    """A QR code with its quiet zone, RGB, about `side` pixels square."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    modules = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(barcode, scale=1)))
    scale = max(1, side // modules.width)
    return modules.resize((modules.width * scale, modules.height * scale), Image.Resampling.NEAREST).convert("RGB")


def text_picture(
    text: str,
    size: tuple[int, int] = (640, 360),
    points: int = 40,
    ink: tuple[int, int, int] = (255, 255, 255),
    paper: tuple[int, int, int] = (20, 30, 60),
) -> Image.Image:
    """Words in the middle of a plain picture, in the font that Pillow brings."""
    picture = Image.new("RGB", size, paper)
    font = ImageFont.load_default(points)
    middle = (size[0] // 2, size[1] // 2)
    ImageDraw.Draw(picture).multiline_text(middle, text, fill=ink, font=font, anchor="mm", align="center")
    return picture


def tone(hertz: float = 440.0, level: float = 0.5) -> SoundAt:
    return lambda seconds: level * np.sin(2 * np.pi * hertz * seconds)


def silence() -> SoundAt:
    return lambda seconds: np.zeros_like(seconds)
