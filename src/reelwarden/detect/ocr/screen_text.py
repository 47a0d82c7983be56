"""Words on screen: lines are found on the small picture, cut from the large one, and read when they have changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.ocr import reader, tesseract
from reelwarden.detect.ocr.lines import Line, cut, find
from reelwarden.detect.ocr.memory import Memory, Remembered, look
from reelwarden.detect.ocr.reader import NOTHING, Reader, Reading
from reelwarden.detect.view import FrameView, Pixels
from reelwarden.domain import Evidence, Signal
from reelwarden.models.store import ModelStore

FIND, READ = "ocr_detect", "ocr_read"
LABEL = "text.screen"
FLOOR = 0.7
"""Readings of textures and of scripts that the model does not know are below."""
SHORT, SHORT_FLOOR = 2, 0.9
"""One or two letters are often a pattern: rings are an O, windows are 日."""
AT_MOST_TESSERACT = 8
"""Lines a frame that Tesseract is asked about: each costs a process of 40 to 90 ms."""


class ScreenText(FrameDetector):
    """`text.screen` for each line, with its words, its box, and how sure the letters are."""

    name: ClassVar[str] = "screen_text"
    tells: ClassVar[Tells] = {LABEL: (FIND, READ)}
    side: ClassVar[int] = 1280

    def __init__(self, store: ModelStore, asked: frozenset[str]) -> None:
        super().__init__(store, asked)
        self._memory = Memory()
        self._reader: Reader | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        return tesseract.notes()

    def reset(self) -> None:
        self._memory.forget()

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: FrameView) -> list[Signal]:
        known = self._known(frame.pixels, find(frame, self.store.session(FIND)))
        self._memory.keep(known)
        height, width = frame.pixels.shape[:2]
        return [
            self.signal(frame, LABEL, one.reading.score, Evidence(one.line.box(width, height), one.reading.text))
            for one in known
            if one.reading.text
        ]

    def _known(self, pixels: Pixels, lines: Sequence[Line]) -> tuple[Remembered, ...]:
        """Each line with its reading, the old one where the pixels have not changed."""
        known, asked = [], 0
        for line in lines:
            found = self._memory.recall(pixels, line)
            if found is None:
                picture = cut(pixels, line, reader.HEIGHT, reader.WIDEST)
                reading = self._read(picture)
                if not reading.text and asked < AT_MOST_TESSERACT:
                    asked += 1
                    reading = tesseract.read(picture)
                found = Remembered(line, look(pixels, line), reading)
            known.append(found)
        return tuple(known)

    def _read(self, picture: Pixels) -> Reading:
        self._reader = self._reader or Reader(self.store.session(READ))
        reading = self._reader.read(picture)
        return reading if believed(reading) else NOTHING


def believed(reading: Reading) -> bool:
    """Whether it has a letter or a digit, and is sure enough for its length."""
    letters = sum(letter.isalnum() for letter in reading.text)
    return letters > 0 and reading.score >= (FLOOR if letters > SHORT else SHORT_FLOOR)
