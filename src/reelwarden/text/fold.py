"""What a character stands for: the fold tables of the scripts that words are written and disguised in.

A fold brings a character to small letters of one alphabet; a *class* then joins letters that look or sound alike,
so that all disguises of a word share one skeleton. Folds never decide: they only propose what to verify.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import resources

GAP = " "
"""What separators fold to."""

LEET = {
    "@": "a",
    "4": "a",
    "8": "b",
    "(": "c",
    "<": "c",
    "{": "c",
    "[": "c",
    "3": "e",
    "€": "e",
    "6": "g",
    "9": "g",
    "#": "h",
    "1": "i",
    "!": "i",
    "|": "i",
    "¡": "i",
    "0": "o",
    "$": "s",
    "5": "s",
    "7": "t",
    "+": "t",
    "2": "z",
}
DIGRAPHS = {
    "|<": "k",
    "|{": "k",
    "|)": "d",
    "|]": "d",
    "(|": "d",
    "|_|": "u",
    "()": "o",
    "[]": "o",
    "/\\": "a",
    "|-|": "h",
    "\\/": "v",
    "\\/\\/": "w",
    "/\\/\\": "m",
    "|\\/|": "m",
    "|\\|": "n",
    "/\\/": "n",
    "|3": "b",
    "><": "x",
    "|=": "f",
    "|*": "p",
    "|2": "r",
    "'/": "y",
    "]-[": "h",
    "}{": "h",
    "|_": "l",
}
"""Letters drawn with several signs; tried from the longest."""

MASKS = frozenset("*#%&@$!?+^~=•✱∗×_-.°█▪■★☆♥")
"""Signs that stand for a letter left out."""

SIGNS = frozenset(char for char in LEET if not char.isdigit())
"""Leet that is also punctuation: it is no part of a word at its edges."""

LATIN_CLASSES = {"y": "i", "l": "i", "j": "i", "c": "k", "q": "k", "z": "s", "v": "u"}
CYRILLIC_CLASSES = {"й": "и", "ё": "е", "э": "е", "з": "с", "ъ": "ь", "щ": "ш", "ц": "с", "ы": "и"}

CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
LATIN_TO_CYRILLIC = dict(zip("abcdefghijklmnopqrstuvwxyz", "авсдефгнижклмпорqгстиvшхуз", strict=True)) | {
    "b": "в",
    "d": "д",
    "q": "к",
    "v": "в",
    "w": "ш",
    "n": "п",
    "h": "н",
    "i": "и",
    "j": "ж",
    "l": "л",
}
CYRILLIC_LEET = {
    "0": "о",
    "3": "з",
    "4": "ч",
    "6": "б",
    "8": "в",
    "9": "д",
    "@": "а",
    "1": "и",
    "$": "с",
    "!": "и",
    "|": "и",
    "#": "н",
    "*": "ж",
    "(": "с",
    "€": "е",
    "7": "т",
    "+": "т",
}


@dataclass(frozen=True, eq=False)
class Script:
    """The folds of one alphabet.

    `letters` maps a character to the letters it is (styled, accented or plain); `looks` to those it only looks like.
    """

    name: str
    letters: Mapping[str, str]
    looks: Mapping[str, str]
    leet: Mapping[str, str]
    invisible: frozenset[str]
    classes: Mapping[str, str]
    vowels: frozenset[str]

    @cached_property
    def class_table(self) -> dict[int, str]:
        return str.maketrans(dict(self.classes))

    @cached_property
    def raw_table(self) -> RawTable:
        return RawTable(self)

    def classed(self, letters: str) -> str:
        return letters.translate(self.class_table)

    def all_plain(self, words: Sequence[str]) -> list[str]:
        """Many words at once; they hold letters only."""
        joined = "\n".join(words)
        table = {ord(char): self.raw_table[ord(char)] for char in set(joined) - {"\n"}}
        return joined.translate(table).split("\n")

    def plain(self, word: str) -> str:
        """A word of a lexicon in the letters of the script, separators gone."""
        return word.casefold().translate(self._plain_table)

    @cached_property
    def _plain_table(self) -> _Letters:
        return _Letters(self)


class _Letters(dict[int, str]):
    """For `str.translate`: what is a letter of the script, and nothing else."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = letters = self._script.letters.get(char) or self._script.looks.get(char, "")
        return letters


class RawTable(dict[int, str]):
    """For `str.translate`: raw text to letters, separators as GAP, invisible signs gone; filled as it is used."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script

    def __missing__(self, code: int) -> str:
        char, script = chr(code), self._script
        letters = script.letters.get(char) or script.leet.get(char) or script.looks.get(char)
        if letters is None:
            letters = "" if char in script.invisible else char if char.isalnum() else GAP
        self[code] = letters
        return letters


@cache
def fold_table() -> tuple[dict[str, tuple[str, str]], frozenset[str]]:
    """{character: (Latin letters, how)} and the invisible characters."""
    table: dict[str, tuple[str, str]] = {}
    invisible: frozenset[str] = frozenset()
    text = resources.files("reelwarden.text").joinpath("tables", "fold.tsv").read_text("utf-8")
    for line in text.split("\n"):
        letters, _, rest = line.partition("\t")
        how, _, chars = rest.partition("\t")
        if how == "none":
            invisible = frozenset(_ranges(chars.split()))
        else:
            table.update(dict.fromkeys(chars, (letters, how)))
    return table, invisible


def _ranges(ranges: Iterable[str]) -> Iterable[str]:
    for pair in ranges:
        first, _, last = pair.partition("-")
        yield from map(chr, range(int(first, 16), int(last, 16) + 1))


@cache
def latin() -> Script:
    table, invisible = fold_table()
    letters = {chr(code): chr(code) for code in range(ord("a"), ord("z") + 1)}
    letters |= {char.upper(): char for char in letters}
    letters |= {char: found for char, (found, how) in table.items() if how != "look" and found.isalpha()}
    looks = {char: found for char, (found, how) in table.items() if how == "look"}
    leet = LEET | {char: LEET[found] for char, (found, _) in table.items() if found in LEET}
    return Script("latin", letters, looks, leet, invisible, LATIN_CLASSES, frozenset("aeiouy"))


@cache
def cyrillic() -> Script:
    table, invisible = fold_table()
    letters = {char: char.replace("ё", "е") for char in CYRILLIC}
    letters |= {char.upper(): folded for char, folded in letters.items()}
    looks = {char: LATIN_TO_CYRILLIC[char] for char in LATIN_TO_CYRILLIC}
    looks |= {char.upper(): cyr for char, cyr in looks.items()} | {"H": "н", "B": "в", "P": "р", "N": "и", "R": "я"}
    for char, (found, _) in table.items():
        if char not in letters and len(found) == 1 and found in LATIN_TO_CYRILLIC:
            looks[char] = LATIN_TO_CYRILLIC[found]
    return Script("cyrillic", letters, looks, CYRILLIC_LEET, invisible, CYRILLIC_CLASSES, frozenset("аеёиоуыэюя"))


@cache
def hangul() -> Script:
    """Latin as it stands among Korean: Korean letters are themselves."""
    return _without_looks("hangul", "\u1100", "\ud7ff")


@cache
def han() -> Script:
    """Latin as it stands among Chinese: Chinese characters are themselves, simplified."""
    from reelwarden.text.dictionary import simplified

    base = _without_looks("han", "\u2e80", "\ufaff")
    letters = {**base.letters, **{chr(code): char for code, char in simplified().items()}}
    return replace(base, letters=letters)


def _without_looks(name: str, first: str, last: str) -> Script:
    base = latin()
    looks = {char: found for char, found in base.looks.items() if not first <= char <= last}
    return replace(base, name=name, looks=looks)
