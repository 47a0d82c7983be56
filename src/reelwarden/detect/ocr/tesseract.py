"""Reads scripts that PP-OCR does not know, with the program Tesseract where it and that language are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import unicodedata
from functools import cache

import cv2
import numpy as np

from reelwarden.detect.ocr.reader import NOTHING, Reading
from reelwarden.detect.view import Pixels

SCRIPTS = {"kor": "HANGUL SYLLABLE", "rus": "CYRILLIC"}
"""Tesseract's language, and the word with which Unicode's names of the script's letters begin."""
NAMES = {"kor": "Korean", "rus": "Cyrillic"}
SURE, CERTAIN = 0.7, 0.9
SECONDS = 10
FRAME = 12
LIGHTEST = 0.22
TOGETHER = 0.33


@cache
def program() -> str | None:
    return shutil.which("tesseract")


@cache
def languages() -> tuple[str, ...]:
    """Which of `SCRIPTS` are installed."""
    if not program():
        return ()
    listed = _run(["--list-langs"], b"").split()
    return tuple(language for language in SCRIPTS if language in listed)


def notes() -> tuple[str, ...]:
    """A sentence for each script that is not read on this machine."""
    missing = (language for language in SCRIPTS if language not in languages())
    return tuple(
        f"{NAMES[language]} words on screen are not read: install {_package(language)}" for language in missing
    )


def read(line: Pixels) -> Reading:
    """The words of a level line, RGB, if they are in one of the installed scripts; otherwise nothing."""
    if not languages():
        return NOTHING
    best = NOTHING
    for picture in (light_ink(line), line[:, :, ::-1]):
        reading = _ask(picture)
        if in_script(reading.text):
            best = max(best, reading, key=lambda r: r.score)
        if best.score >= CERTAIN:
            break
    return best if best.score >= SURE else NOTHING


def _ask(picture: Pixels) -> Reading:
    framed = cv2.copyMakeBorder(picture, FRAME, FRAME, FRAME, FRAME, cv2.BORDER_REPLICATE)
    _, png = cv2.imencode(".png", framed)
    return words(_run(["stdin", "stdout", "-l", "+".join(languages()), "--psm", "7", "tsv"], png.tobytes()))


def light_ink(line: Pixels) -> Pixels:
    """Subtitles are nearly the lightest pixels of their line: those in black, and all else in white."""
    brightness = cv2.cvtColor(line, cv2.COLOR_RGB2GRAY)
    dark, light = np.percentile(brightness, (3, 97))
    return np.where(brightness > light - LIGHTEST * (light - dark), 0, 255).astype(np.uint8)


def words(table: str) -> Reading:
    """The words of Tesseract's table and the mean of how sure they are.

    Its columns from the 7th: left, top, width, height, how sure from 0 to 100, the word. Words of Hangul nearer to each
    other than a third of their height are one: Tesseract parts them by syllables.
    """
    rows = [row.split("\t") for row in table.splitlines()[1:]]
    read = [row for row in rows if len(row) == 12 and row[11].strip() and float(row[10]) >= 0]
    if not read:
        return NOTHING
    text, end = read[0][11], int(read[0][6]) + int(read[0][8])
    for row in read[1:]:
        near = int(row[6]) - end < TOGETHER * int(row[9])
        text += row[11] if near and _hangul(text[-1]) and _hangul(row[11][0]) else f" {row[11]}"
        end = int(row[6]) + int(row[8])
    return Reading(text, sum(float(row[10]) for row in read) / len(read) / 100)


def _hangul(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(SCRIPTS["kor"])


def in_script(text: str) -> bool:
    """Whether most letters are of a script that only Tesseract reads here."""
    letters = [unicodedata.name(letter, "") for letter in text if letter.isalpha()]
    ours = sum(name.startswith(tuple(SCRIPTS.values())) for name in letters)
    return len(letters) >= 2 and ours * 2 > len(letters)


def _package(language: str) -> str:
    return f"tesseract-ocr-{language}" if program() else f"tesseract-ocr and tesseract-ocr-{language}"


def _run(options: list[str], given: bytes) -> str:
    """What Tesseract prints, on one thread; nothing where it fails or takes too long."""
    command = [program() or "tesseract", *options]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=SECONDS, env=environment, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
