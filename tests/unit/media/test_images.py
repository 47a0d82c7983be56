"""Still and animated images, each through the real child."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reelwarden.domain import Frame, MediaInfo, MediaKind
from reelwarden.errors import MediaDamaged, NotMedia
from reelwarden.media.decoder_process import decode
from reelwarden.media.sampling import Count, Every, Plan

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 40), (30, 40, 220), (255, 255, 255)


def corners(size: tuple[int, int] = (80, 40)) -> Image.Image:
    """Red, green / blue, white: each a quarter."""
    image = Image.new("RGB", size)
    w, h = size[0] // 2, size[1] // 2
    for place, colour in (((0, 0), RED), ((w, 0), GREEN), ((0, h), BLUE), ((w, h), WHITE)):
        image.paste(colour, (*place, place[0] + w, place[1] + h))
    return image


def look(path: Path, plan: Plan | None = None, side: int = 400) -> tuple[MediaInfo, list[Frame]]:
    with decode(path, plan or Every(1.0), side) as decoding:
        return decoding.info, [f for f in decoding if isinstance(f, Frame)]


def quarters(pixels: np.ndarray) -> list[tuple[int, ...]]:
    h, w = pixels.shape[:2]
    return [tuple(int(c) for c in pixels[y, x]) for y in (h // 4, h * 3 // 4) for x in (w // 4, w * 3 // 4)]


def near(found: list[tuple[int, ...]], wanted: list[tuple[int, ...]], by: int = 6) -> bool:
    return bool((abs(np.array(found) - np.array(wanted)) <= by).all())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "BMP", "TIFF", "GIF"])
def test_formats(tmp_path: Path, kind: str) -> None:
    corners().save(tmp_path / "image", kind)
    info, frames = look(tmp_path / "image")
    assert (info.kind, info.container, info.width, info.height) == (MediaKind.IMAGE, kind.lower(), 80, 40)
    assert [(f.time, f.width, f.height) for f in frames] == [(0.0, 80, 40)]
    assert near(quarters(frames[0].pixels), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("tag", [1, 6, *(pytest.param(n, marks=pytest.mark.slow) for n in (2, 3, 4, 5, 7, 8))])
def test_exif_turns_it_upright(tmp_path: Path, tag: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = corners()
    exif = Image.Exif()
    exif[0x0112] = tag
    (image.transpose(undo[tag]) if tag in undo else image).save(tmp_path / "i.jpg", exif=exif, quality=95)
    info, frames = look(tmp_path / "i.jpg")
    assert (info.width, info.height, frames[0].width) == (80, 40, 80)
    assert near(quarters(frames[0].pixels), [RED, GREEN, BLUE, WHITE])


@pytest.mark.slow
def test_cmyk_palette_grey_16_bits_and_alpha(tmp_path: Path) -> None:
    image = corners()
    clear = image.convert("RGBA")
    clear.putalpha(Image.new("L", image.size, 0))
    deep = Image.fromarray(np.full((40, 80), 40_000, np.uint16))
    cases: dict[str, tuple[Image.Image, list[tuple[int, ...]]]] = {
        "cmyk.jpg": (image.convert("CMYK"), [RED, GREEN, BLUE, WHITE]),
        "palette.png": (image.quantize(16), [RED, GREEN, BLUE, WHITE]),
        "clear.png": (clear, [WHITE] * 4),
        "clear.webp": (clear, [WHITE] * 4),
        "deep.png": (deep, [(156, 156, 156)] * 4),
        "deep.tiff": (deep, [(156, 156, 156)] * 4),
        "grey.png": (Image.new("L", (80, 40), 99), [(99, 99, 99)] * 4),
        "one-bit.png": (Image.new("1", (80, 40), 1), [WHITE] * 4),
    }
    for name, (made, wanted) in cases.items():
        made.save(tmp_path / name)
        assert near(quarters(look(tmp_path / name)[1][0].pixels), wanted, 12), name


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    image = Image.new("P", (80, 40), 1)
    image.putpalette([0, 0, 0, 200, 0, 0])
    image.save(tmp_path / "p.png", transparency=1)
    assert near(quarters(look(tmp_path / "p.png")[1][0].pixels), [WHITE] * 4)


def test_reduced_never_enlarged(tmp_path: Path) -> None:
    corners((1000, 500)).save(tmp_path / "large.jpg")
    info, frames = look(tmp_path / "large.jpg", side=100)
    assert frames[0].pixels.shape == (50, 100, 3)
    assert (info.width, frames[0].width, frames[0].height) == (1000, 1000, 500)
    assert near(quarters(frames[0].pixels), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animations_are_videos(tmp_path: Path, kind: str) -> None:
    pictures = [Image.new("RGB", (64, 32), (n * 40, 0, 255 - n * 40)) for n in range(6)]
    pictures[0].save(tmp_path / "a", kind, save_all=True, append_images=pictures[1:], duration=500, loop=0)
    info, frames = look(tmp_path / "a")
    assert info.kind is MediaKind.VIDEO
    assert [f.time for f in frames] == [0, 1, 2]
    assert [int(f.pixels[0, 0, 0]) for f in frames] == pytest.approx([0, 80, 160], abs=8)
    info, frames = look(tmp_path / "a", Count(3))
    assert info.duration == pytest.approx(3)
    assert [f.time for f in frames] == [0, 1, 2.5]


def test_pages_of_a_tiff_are_all_looked_at(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (32, 32), (n * 100, 0, 0)) for n in range(3)]
    pages[0].save(tmp_path / "t.tiff", save_all=True, append_images=pages[1:])
    assert [int(f.pixels[0, 0, 0]) for f in look(tmp_path / "t.tiff")[1]] == [0, 100, 200]


def test_a_torn_picture_is_taken_as_far_as_it_goes(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "torn.jpg").write_bytes(data[: len(data) // 2])
    with decode(tmp_path / "torn.jpg", Every(1.0), 200) as decoding:
        assert sum(isinstance(f, Frame) for f in decoding) == 1
    assert decoding.stats["damaged"]
    (tmp_path / "stub.jpg").write_bytes(data[:200])
    with pytest.raises((MediaDamaged, NotMedia)):
        look(tmp_path / "stub.jpg")
