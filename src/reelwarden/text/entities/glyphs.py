"""Every way to draw a letter or a digit becomes the plain one, and the way back to the original is kept.

The fold does no guessing: a 0 stays a 0 and never becomes an o. It makes small letters; removes accents, marks and
what cannot be seen; and resolves styled letters, other scripts' digits and look-alikes (UTS 39).
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cached_property
from importlib.resources import files

_LETTER = re.compile(r"(?:LETTER|SMALL CAPITAL) ([A-Z])(?: WITH .*)?$")
_DIE = re.compile(r"DIE FACE-([1-6])$")
_DIGIT = re.compile("[0-9]")
_CHARACTER = re.compile("&#[0-9]{2,8};")
_WORD = re.compile(r"[^\W\d_]+")
_NAMED = {
    "ß": "ss",
    "ẞ": "ss",
    "æ": "ae",
    "Æ": "ae",
    "œ": "oe",
    "Œ": "oe",
    "ð": "d",
    "Ð": "d",
    "þ": "th",
    "Þ": "th",
    "。": ".",
    "｡": ".",
    "\N{KEYCAP TEN}": "10",
    "\N{BRAILLE PATTERN BLANK}": " ",
    "\N{LINE SEPARATOR}": "\n",
    "\N{PARAGRAPH SEPARATOR}": "\n",
    "\N{HANGUL FILLER}": "",
    "\N{HALFWIDTH HANGUL FILLER}": "",
    "\N{HANGUL CHOSEONG FILLER}": "",
    "\N{HANGUL JUNGSEONG FILLER}": "",
}
_HANGUL = ("\uac00", "\ud7a3")


def _confusables() -> dict[str, str]:
    lines = files(__package__).joinpath("confusables.txt").read_text("utf-8").splitlines()
    rows = (line.split(" ", 1) for line in lines if line and line[0] != "#")
    return {glyph: letter for letter, glyphs in rows for glyph in glyphs}


def _number(char: str) -> str:
    """The digits of a numeral that is not ASCII ("①", "Ⅷ", "⑳"), else an empty string."""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    value = unicodedata.numeric(char, None)
    if value is not None and unicodedata.category(char) == "No" and value == int(value) and 0 <= value < 100:
        return str(int(value))
    die = _DIE.match(unicodedata.name(char, ""))
    return die[1] if die else ""


class _Table(dict[int, str]):
    """A translation table that works out a character when it first meets it."""

    def __init__(self) -> None:
        super().__init__({ord(glyph): letter for glyph, letter in (_confusables() | _NAMED).items()})
        self.update({code: chr(code).lower() for code in range(128)})

    def __missing__(self, code: int) -> str:
        self[code] = folded = self._fold(chr(code))
        return folded

    def _fold(self, char: str) -> str:
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Cf"):
            return ""
        if category == "Zs":
            return " "
        if category == "Pd":
            return "-"
        if number := _number(char):
            return number
        if letter := _LETTER.search(unicodedata.name(char, "")):
            return letter[1].lower()
        return self._decompose(char)

    def _decompose(self, char: str) -> str:
        parts = unicodedata.normalize("NFKD", char)
        if parts == char or len(parts) > 4 or _HANGUL[0] <= char <= _HANGUL[1]:
            small = char.lower()
            return small if len(small) == 1 else char
        return "".join(self[ord(part)] for part in parts)


_TABLE = _Table()


def plain(text: str) -> str:
    """The folded text alone, where nobody needs the way back."""
    return text.lower() if text.isascii() else text.translate(_TABLE)


class Folded:
    """A text in plain small letters, whose places can be led back to the original."""

    def __init__(self, original: str, text: str | None = None) -> None:
        """`text` is the folded text where it is known."""
        self.original = original
        self.text = plain(original) if text is None else text
        self.words: list[str] = _WORD.findall(self.text)
        """The runs of letters in the folded text."""
        self.digits = sum(map(self.text.count, "0123456789")) if _DIGIT.search(self.text) else 0
        """How many digits the folded text has."""
        self.counted = self.digits - self._in_characters() if "&#" in self.text else self.digits
        """How many of the digits are not of a character's number (`&#8220;`), which is part of no other number."""

    @classmethod
    def of_plain(cls, text: str) -> Folded:
        """A text that is folded already."""
        return cls(text, text)

    def _in_characters(self) -> int:
        return sum([len(number) - 3 for number in _CHARACTER.findall(self.text)])

    @cached_property
    def _origin(self) -> array[int] | None:
        """For each folded character its place in the original; None where the two run side by side."""
        if self.original.isascii():
            return None
        origin = array("q")
        for place, char in enumerate(self.original):
            for _ in _TABLE[ord(char)]:
                origin.append(place)
        return origin

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of a folded one that is not empty; marks that belong to its last character come along."""
        origin = self._origin
        if origin is None:
            return start, end
        first, last = origin[start], origin[end - 1] + 1
        while last < len(self.original) and unicodedata.category(self.original[last]) in ("Mn", "Me"):
            last += 1
        return first, last
