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
SURE = 0.7
SECONDS = 10


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
    found, picture = cv2.imencode(".png", cv2.copyMakeBorder(line[:, :, ::-1], 8, 8, 8, 8, cv2.BORDER_REPLICATE))
    if not found:
        return NOTHING
    options = ["stdin", "stdout", "-l", "+".join(languages()), "--psm", "7", "tsv"]
    reading = words(_run(options, np.asarray(picture).tobytes()))
    return reading if reading.score >= SURE and in_script(reading.text) else NOTHING


def words(table: str) -> Reading:
    """The words of Tesseract's table (columns 11 and 12: how sure from 0 to 100, and the word) and their mean."""
    rows = [row.split("\t") for row in table.splitlines()[1:]]
    read = [(row[11], float(row[10])) for row in rows if len(row) == 12 and row[11].strip() and float(row[10]) >= 0]
    if not read:
        return NOTHING
    return Reading(" ".join(word for word, _ in read), sum(sure for _, sure in read) / len(read) / 100)


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
