"""Whisper's vocabulary: token numbers to bytes, to text, to words.

Its tokens are pieces of UTF-8, written with one printable letter for each byte; a character may be split over tokens.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reelwarden.errors import ModelDamaged

WITHOUT_SPACES = frozenset({"zh", "ja", "th", "lo", "my", "yue", "km"})
"""Languages whose words cannot be told by spaces: every character counts as a word."""
OPENING = frozenset("\"'“¿([{«„¡")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word and the range of tokens that makes it; `text` has no space around it."""

    text: str
    first: int
    last: int


class Vocabulary:
    """The tokens of one model directory (vocabulary.txt, or vocabulary.json as newer models have it)."""

    def __init__(self, directory: Path) -> None:
        self.tokens = _read(directory)
        self.numbers = {token: number for number, token in enumerate(self.tokens)}
        self.end = self._special("<|endoftext|>")
        self.start = self._special("<|startoftranscript|>")
        self.transcribe = self.numbers.get("<|transcribe|>")
        self.no_times = self._special("<|notimestamps|>")

    def prompt(self, language: str | None) -> list[int]:
        """The tokens before the first word. `language` is None for a model that knows one language only."""
        if language is None or self.transcribe is None:
            return [self.start, self.no_times]
        return [self.start, self._special(f"<|{language}|>"), self.transcribe, self.no_times]

    def languages(self) -> tuple[str, ...]:
        """The codes of all languages that stand in the vocabulary."""
        between = self.tokens[self.start + 1 : self.transcribe]
        return tuple(token.strip("<|>") for token in between if token != "<|translate|>")  # noqa: S105

    def bytes_of(self, number: int) -> bytes:
        return b"" if number >= self.end else bytes(_letters()[letter] for letter in self.tokens[number])

    def text(self, numbers: Sequence[int]) -> str:
        return b"".join(map(self.bytes_of, numbers)).decode("utf-8", "replace")

    def words(self, numbers: Sequence[int], language: str) -> list[Piece]:
        """The words that the tokens make, in order; punctuation stays with its word."""
        pieces: list[Piece] = []
        by_character = language in WITHOUT_SPACES
        for raw in self._characters(numbers):
            begins = raw.text[:1].isspace() or by_character
            bare = raw.text.strip()
            joins = not begins or not (any(map(str.isalnum, bare)) or bare in OPENING)
            opened = bool(pieces) and pieces[-1].text in OPENING
            if pieces and (joins or opened):
                last = pieces.pop()
                gap = " " if begins and bare and not by_character and not opened else ""
                pieces.append(Piece(last.text + gap + bare, last.first, raw.last))
            elif bare:
                pieces.append(Piece(bare, raw.first, raw.last))
        return pieces

    def _characters(self, numbers: Sequence[int]) -> list[Piece]:
        """The shortest runs of tokens that are whole UTF-8."""
        runs: list[Piece] = []
        first, waiting = 0, b""
        for at, number in enumerate(numbers):
            waiting += self.bytes_of(number)
            try:
                text = waiting.decode("utf-8")
            except UnicodeDecodeError as error:
                if error.reason == "unexpected end of data" and at + 1 < len(numbers):
                    continue
                text = waiting.decode("utf-8", "ignore")
            if text:
                runs.append(Piece(text, first, at + 1))
            first, waiting = at + 1, b""
        return runs

    def _special(self, token: str) -> int:
        try:
            return self.numbers[token]
        except KeyError:
            raise ModelDamaged(f"the vocabulary has no {token}", "is this a Whisper model?") from None


def _read(directory: Path) -> list[str]:
    plain, structured = directory / "vocabulary.txt", directory / "vocabulary.json"
    try:
        if plain.is_file():
            return plain.read_text("utf-8").rstrip("\n").split("\n")
        found: list[str] = json.loads(structured.read_text("utf-8"))
        return found
    except (OSError, ValueError) as error:
        raise ModelDamaged(f"{directory.name} has no readable vocabulary: {error}") from error


@cache
def _letters() -> dict[str, int]:
    """Letter = byte. Printable bytes of Latin-1 stand for themselves, the others for letters from U+0100 on."""
    own = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in set(own)]
    return {chr(b): b for b in own} | {chr(0x100 + n): b for n, b in enumerate(others)}
