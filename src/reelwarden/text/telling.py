"""Reckons which words of a dictionary bring something to a text: by the long way, which every chunk may go."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reelwarden.text.chunks import LAST_WORD, WORD
from reelwarden.text.dictionary import words
from reelwarden.text.dull import PLAIN
from reelwarden.text.engine import engine
from reelwarden.text.entities.glance import NOTHING, Letters
from reelwarden.text.matcher import Matcher

Teller = Callable[[str], bool]


def teller(language: str) -> Teller:
    """Tells whether a chunk brings something: to terms, to patterns or to entities."""
    of = engine(language)
    matcher = Matcher(of.words.matcher.index, of.words.matcher.judge)
    notes, letters = of.patterns.notes(), Letters()

    def tells(chunk: str) -> bool:
        return (
            not matcher.is_inert(chunk)
            or notes[chunk] not in (WORD, LAST_WORD)
            or letters[chunk.rstrip(",")] != NOTHING
        )

    return tells


def forms(word: str) -> Iterator[str]:
    """A word with what may change what it brings: a mark that is read as a letter, capitals."""
    yield word
    yield word + "!"
    capitals = word.upper()
    if capitals.lower() == word:
        yield capitals + "?"


def telling(language: str) -> list[str]:
    """The telling ones of the words of a dictionary that can be dull at all. Takes minutes."""
    tells = teller(language)
    listed = (word for word, _ in words(language) if word.isalpha() and PLAIN.fullmatch(word))
    return [word for word in listed if any(map(tells, forms(word)))]
