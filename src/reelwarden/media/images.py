"""Still images become one frame, animated ones a video: JPEG, PNG, WebP, AVIF, GIF, BMP and TIFF, by Pillow."""

from __future__ import annotations

import functools
import importlib
import io
import os
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import AvifImagePlugin, Image, ImageFile, UnidentifiedImageError

from reelwarden.domain import Frame, MediaInfo, MediaKind
from reelwarden.errors import MediaDamaged, NotMedia, ReelwardenError
from reelwarden.media.emitter import Emitter, Tally
from reelwarden.media.gop import Wishes
from reelwarden.media.limits import check_duration, check_packets, check_pixels
from reelwarden.media.orientation import UPRIGHT, Orientation, from_exif
from reelwarden.media.request import Request
from reelwarden.media.sampling import LAST, Every, KeyFrames, needs_duration
from reelwarden.media.size import reduced_size
from reelwarden.media.stillness import SIDE, Thumbnail

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
ANIMATED = frozenset({"PNG", "WEBP", "AVIF", "GIF"})
PAGED = "TIFF"
ORIENTATION_TAG = 0x0112
HASTY = 0.011
"""Players show an animation's picture that claims less than this for USUAL seconds."""
USUAL = 0.1
PAGE = 1.0
"""Seconds that a page of a TIFF stands for."""

Pace = Callable[[float], None]


class Decoded:
    """A reduced, upright picture."""

    def __init__(self, image: Image.Image, side: int) -> None:
        turn = _orientation(image)
        self.width, self.height = turn.size(image.width, image.height)
        self._pixels = turn.apply(reduced_rgb(image, side))

    def pixels(self) -> NDArray[np.uint8]:
        return self._pixels

    def thumbnail(self) -> Thumbnail:
        grey = Image.fromarray(self._pixels).convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
        return np.asarray(grey, np.uint8)


class ImageSource:
    """Iterate once: one frame of a still image, those that the plan wants of an animation."""

    def __init__(self, fd: int, request: Request, pace: Pace) -> None:
        plan, self._span, self._known = request.plan, request.span, request.duration
        self._fd, self._side, self._limits, self._pace = fd, request.side, request.limits, pace
        self._plan = Every(1.0) if isinstance(plan, KeyFrames) else plan
        self.tally = Tally()
        self._emitter = Emitter(request.still, request.limits, self.tally)
        image = self._open()
        self._moves = image.format in ANIMATED | {PAGED} and bool(getattr(image, "is_animated", False))
        self._full = (image.width, image.height)
        self.info = self._info(
            image, self._duration() if self._moves and (needs_duration(plan) or request.probe) else None
        )

    def __iter__(self) -> Iterator[Frame]:
        if self._moves:
            yield from self._animation()
            return
        if not self._span.has(0.0):
            return
        picture = self._load(self._open())
        self.tally.packets = self.tally.pictures_decoded = 1
        yield self._emitter.emit(picture, 0.0, 0.0)

    def _open(self) -> Image.Image:
        file = os.fdopen(os.dup(self._fd), "rb")
        file.seek(0)
        try:
            image = Image.open(file, formats=FORMATS)
        except MemoryError:
            raise
        except UnidentifiedImageError as error:
            raise NotMedia("this is not an image that we can read") from error
        except Exception as error:
            raise MediaDamaged("the head of this image is damaged") from error
        check_pixels(image.width, image.height, self._limits)
        return image

    def _info(self, image: Image.Image, duration: float | None) -> MediaInfo:
        turn = _orientation(image)
        width, height = turn.size(image.width, image.height)
        return MediaInfo(
            kind=MediaKind.VIDEO if self._moves else MediaKind.IMAGE,
            container=(image.format or "").lower(),
            bytes=os.fstat(self._fd).st_size,
            duration=duration,
            width=width,
            height=height,
            rotation=turn.degrees,
            video_codec=(image.format or "").lower(),
        )

    def _load(self, image: Image.Image) -> Decoded:
        """Decodes; a picture that breaks off is taken as far as it goes, unless it is empty."""
        if image.format == "JPEG":
            image.draft(None, (2 * self._side, 2 * self._side))
        try:
            return self._whole(image)
        except MemoryError:
            raise
        except Exception as error:
            self.tally.errors += 1
            return self._torn(error)

    def _whole(self, image: Image.Image) -> Decoded:
        picture = Decoded(image, self._side)
        turn = _orientation(image)
        picture.width, picture.height = turn.size(*self._full)
        return picture

    def _torn(self, error: Exception) -> Decoded:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            picture = self._whole(self._open())
        except (MemoryError, ReelwardenError):
            raise
        except Exception:
            raise MediaDamaged("this image is damaged and cannot be decoded") from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
        if np.ptp(picture.pixels()) == 0:
            raise MediaDamaged("nothing of this image could be decoded") from error
        return picture

    def _steps(self) -> Iterator[tuple[Image.Image, float, float]]:
        """(image, when it comes on screen, when it leaves) of an animation's pictures, in order."""
        image, time, number = self._open(), 0.0, 0
        while True:
            try:
                image.seek(number)
                image.load()
            except EOFError:
                return
            except MemoryError:
                raise
            except Exception:
                self.tally.errors += 1
                self.tally.truncated = True
                return
            end = round(time + _lasts(image), 6)
            yield image, time, end
            time, number = end, number + 1
            check_duration(time, self._limits)
            check_packets(number, time, self._limits)
            check_pixels(image.width, image.height, self._limits)

    def _duration(self) -> float:
        if self._known is not None:
            return self._known
        end = 0.0
        for _, _, end in self._steps():
            self._pace(end / 2)
        self.tally.errors, self.tally.truncated = 0, False
        return end

    def _animation(self) -> Iterator[Frame]:
        wishes, last, time = Wishes(self._plan.instants(self.info.duration), self._span), None, 0.0
        for image, time, end in self._steps():
            self.tally.packets += 1
            self.tally.pictures_decoded += 1
            self.tally.seconds = end
            self._pace(end)
            picture = None
            while wishes.due(end):
                picture = picture or Decoded(image, self._side)
                yield self._emitter.emit(picture, time, wishes.take())
            if wishes.next == LAST:
                last = picture or Decoded(image, self._side)
        if last is not None:
            yield self._emitter.emit(last, time, time)


def reduced_rgb(image: Image.Image, side: int) -> NDArray[np.uint8]:
    """RGB of at most `side` pixels on the longest side, alpha over white, 16 bits brought down to 8."""
    size = reduced_size(image.width, image.height, side)
    flat = _eight_bits(image)
    if flat.has_transparency_data or flat.mode in ("La", "RGBa"):
        small = _resized(flat.convert("RGBA").convert("RGBa"), size).convert("RGBA")
        white = Image.new("RGBA", size, "white")
        return np.asarray(Image.alpha_composite(white, small).convert("RGB"), np.uint8)
    return np.asarray(_resized(flat.convert("RGB"), size), np.uint8)


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.BOX)


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode == "I":
        return Image.fromarray((np.clip(np.asarray(image, np.int64), 0, 65_535) >> 8).astype(np.uint8))
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image, np.float32))
        scale = 255.0 if values.size == 0 or values.max() <= 1.0 else 255.0 / float(values.max())
        return Image.fromarray((np.clip(values * scale, 0, 255)).astype(np.uint8))
    return image


def _orientation(image: Image.Image) -> Orientation:
    try:
        return from_exif(image.getexif().get(ORIENTATION_TAG))
    except Exception:  # damaged Exif must not keep us from looking at the picture
        return UPRIGHT


def _lasts(image: Image.Image) -> float:
    if image.format == PAGED:
        return PAGE
    claimed = image.info.get("duration", 0)
    seconds = float(claimed) / 1000 if isinstance(claimed, int | float) else 0.0
    return seconds if seconds >= HASTY else USUAL


@functools.cache
def warm_up() -> None:
    """Loads the decoders and what they load on first use: after the lock no module can be read any more."""
    Image.MAX_IMAGE_PIXELS = None  # our own limits hold
    for name in ("Jpeg", "Png", "Gif", "WebP", "Bmp", "Tiff", "Mpo"):
        importlib.import_module(f"PIL.{name}ImagePlugin")
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    for format_ in FORMATS:
        file = io.BytesIO()
        two = Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")
        two[0].save(file, format_, **({"save_all": True, "append_images": two[1:]} if format_ in ANIMATED else {}))
        image = Image.open(file, formats=FORMATS)
        image.seek(1 if format_ in ANIMATED else 0)
        Decoded(image, 8).thumbnail()
    reduced_rgb(Image.new("RGBA", (16, 16)), 8)
