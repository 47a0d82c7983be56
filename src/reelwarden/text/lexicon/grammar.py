"""The little language of `.patterns` files: a row of elements becomes a tuple of frozen nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

SLOTS = frozenset(
    [
        "platform",
        "sexual",
        "insult",
        "discriminatory",
        "inappropriate",
        "weapon",
        "drug",
        "medical",
        "extremism",
        "phone",
        "email",
        "link",
        "handle",
        "number",
        "age",
        "age<18",
        "age<16",
        "age<13",
        "ordinal",
        "money",
    ]
)
LONGEST_GAP = 8
PLAIN_GAP = 3


class GrammarError(ValueError):
    """A pattern or class is ill-formed; the message never quotes it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A literal; `before` and `after` say that other letters may come on that side."""

    text: str
    before: bool = False
    after: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


Phrase = tuple["Word | Slot", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the phrases, each a row of words and slots; may be absent when `optional`."""

    phrases: tuple[Phrase, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """From `least` to `most` words of any kind."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Edge:
    """The beginning or the end of a sentence; `question`: the end, with a question mark."""

    start: bool
    question: bool = False


Element = Choice | Gap | Edge
Classes = Mapping[str, tuple[Phrase, ...]]

_PIECE = re.compile(r"\([^()\[\]]*\)|\[[^()\[\]]*\]|[^\s()\[\]]+|[()\[\]]")
_GAP = re.compile(r"\.\.\.(\d*)")
_NAME = re.compile(r"@[a-z][a-z_0-9]*")


def parse_pattern(text: str, classes: Classes) -> tuple[Element, ...]:
    """The elements of one pattern. Raises GrammarError."""
    elements = tuple(_element(piece, classes) for piece in _PIECE.findall(text))
    if not any(isinstance(element, Choice) and not element.optional for element in elements):
        raise GrammarError("a pattern needs an element that is a word, a class or a slot")
    return elements


def parse_alternatives(text: str, classes: Classes, *, slots: bool = True) -> tuple[Phrase, ...]:
    """`a | b c | @class` as phrases, classes unfolded."""
    phrases: list[Phrase] = []
    for part in text.split("|"):
        found = _phrases(part.split(), classes)
        if not slots and any(isinstance(word, Slot) for phrase in found for word in phrase):
            raise GrammarError("no slots here")
        phrases.extend(found)
    return tuple(dict.fromkeys(phrases))


def _element(piece: str, classes: Classes) -> Element:
    if gap := _GAP.fullmatch(piece):
        most = int(gap[1] or PLAIN_GAP)
        if not 1 <= most <= LONGEST_GAP:
            raise GrammarError(f"a gap spans 1 to {LONGEST_GAP} words")
        return Gap(0, most)
    if piece == "_":
        return Gap(1, 1)
    if piece in ("^", "$", "?"):
        return Edge(start=piece == "^", question=piece == "?")
    optional = piece[0] == "["
    if piece[0] in "([":
        if len(piece) < 3:
            raise GrammarError("unbalanced or empty brackets")
        piece = piece[1:-1]
    elif piece in ")]":
        raise GrammarError("unbalanced brackets")
    return Choice(parse_alternatives(piece, classes), optional)


def _phrases(pieces: list[str], classes: Classes) -> tuple[Phrase, ...]:
    """The phrases that one row of words stands for: a class within it multiplies them."""
    if not pieces:
        raise GrammarError("an empty alternative")
    rows: tuple[Phrase, ...] = ((),)
    for piece in pieces:
        options = _options(piece, classes)
        rows = tuple(row + option for row in rows for option in options)
        if len(rows) > 20_000:
            raise GrammarError("the classes within one phrase multiply to too many")
    return rows


def _options(piece: str, classes: Classes) -> tuple[Phrase, ...]:
    if piece[0] == "@":
        if not _NAME.fullmatch(piece) or piece not in classes:
            raise GrammarError("a class that is not defined above")
        return classes[piece]
    if piece[0] == "{":
        name = piece[1:-1]
        if piece[-1] != "}" or name not in SLOTS:
            raise GrammarError(f"a slot that does not exist; there are {', '.join(sorted(SLOTS))}")
        return ((Slot(name),),)
    return ((word(piece),),)


def word(piece: str) -> Word:
    """A literal with its stars. Raises GrammarError when nothing but stars and punctuation is left."""
    text = piece.strip("*")
    if not any(c.isalnum() or ord(c) > 0x2000 for c in text) or "*" in text:
        raise GrammarError("a word needs letters, and stars stand only at its ends")
    return Word(text.casefold(), piece[0] == "*", piece[-1] == "*")


def opened(phrases: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
    """Every word with any ending: the reading of languages that hang particles on words."""
    return tuple(
        tuple(replace(item, after=True) if isinstance(item, Word) else item for item in phrase) for phrase in phrases
    )
