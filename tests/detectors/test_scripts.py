"""Scripts on screen: what PP-OCR reads alone, and what only Tesseract reads where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from footage import still
from PIL import Image, ImageDraw, ImageFont

from reelwarden.detect import registry
from reelwarden.detect.ocr import tesseract
from reelwarden.detect.ocr.screen_text import ScreenText
from reelwarden.detect.view import FrameView
from reelwarden.domain import Frame
from reelwarden.models.store import ModelStore

pytestmark = [pytest.mark.models, pytest.mark.slow]

FONTS = ("dejavu/DejaVuSans.ttf", "liberation/LiberationSans-Regular.ttf", "noto/NotoSans-Regular.ttf")


@pytest.fixture
def detector(models_dir: Path) -> ScreenText:
    store = ModelStore(models_dir)
    if "text.screen" not in registry.available(store):
        pytest.skip("MODELS MISSING: ocr_detect, ocr_read: run `reelwarden models install`")
    return ScreenText(store, frozenset({"text.screen"}))


@pytest.fixture
def font() -> Path:
    paths = [Path("/usr/share/fonts/truetype") / name for name in FONTS]
    found = next((path for path in paths if path.is_file()), None)
    if found is None:
        pytest.skip("FONT MISSING: none that we know with accents and Cyrillic letters is installed")
    return found


def words(detector: ScreenText, frame: Frame) -> list[str | None]:
    return [signal.evidence.text for signal in detector.detect([FrameView(frame)])[0]]


def slide(lines: list[str], points: int, font: Path | None = None) -> Frame:
    """White words with a black edge on a gradient, 1280 x 720, with JPEG's noise."""
    shade = np.linspace(40, 140, 1280)[None, :, None] + np.linspace(0, 40, 720)[:, None, None]
    picture = Image.fromarray(np.broadcast_to(shade, (720, 1280, 3)).astype(np.uint8))
    face = ImageFont.truetype(str(font), points) if font else ImageFont.load_default(points)
    for number, line in enumerate(lines):
        place = (80 + 30 * number, 60 + number * 70)
        ImageDraw.Draw(picture).text(place, line, "white", face, stroke_width=points // 16, stroke_fill="black")
    return still(np.asarray(picture))


@pytest.mark.parametrize("points", [14, 20, 40])
def test_plain_letters_of_all_sizes(detector: ScreenText, points: int) -> None:
    lines = ["Send 50 dollars to @somebody now", "CALL 555-0142", "https://example.com/free?id=7"]
    assert words(detector, slide(lines, points)) == lines


def test_accents(detector: ScreenText, font: Path) -> None:
    lines = ["Größere Äpfel für Füchse", "Où êtes-vous, ça va?", "¿Cuánto cuesta el año?"]
    assert words(detector, slide(lines, 36, font)) == lines


def test_a_line_that_stands_upright(detector: ScreenText) -> None:
    frame = slide(["FOLLOW FOR MORE"], 40)
    assert words(detector, still(np.rot90(frame.pixels))) == ["FOLLOW FOR MORE"]


def test_cyrillic_is_read_by_tesseract_or_not_made_up(detector: ScreenText, font: Path) -> None:
    read = words(detector, slide(["Пишите прямо сейчас"], 36, font))
    if "rus" in tesseract.languages():
        assert read == ["Пишите прямо сейчас"]
        assert not any("Cyrillic" in note for note in detector.notes)
    else:
        assert read == []
        assert any("Cyrillic" in note and "tesseract-ocr" in note for note in detector.notes)
