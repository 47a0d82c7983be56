"""Other ways to see a text in which number words may hide: "tw0 f1ve", "t w o f i v e"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from reelwarden.text.entities.digits import number_word_count
from reelwarden.text.entities.glyphs import Folded
from reelwarden.text.entities.hidden import letters_joined
from reelwarden.text.entities.number_words import all_words

Place = Callable[[int, int], tuple[int, int]]
"""From a span of the version to one of the folded text."""

_MIXED = re.compile(r"(?<![a-z0-9])(?:[a-z]+[0-9$@!]|[0-9$@!]+[a-z])[a-z0-9$@!]{0,10}(?![a-z0-9])")
_LEET = str.maketrans("0134579$@!", "oieastgsai")
_FEWEST_LETTERS = 12


def worth_a_look(folded: Folded) -> bool:
    """Whether there is any digit, number word or row of single letters at all: without them no version has a number."""
    return (
        folded.digits >= 2 or number_word_count(folded) > 0 or list(map(len, folded.words)).count(1) >= _FEWEST_LETTERS
    )


def versions(folded: Folded) -> Iterator[tuple[Folded, Place]]:
    """The text itself, then what it looks like with digits as letters, and with letters that stand apart joined."""
    yield folded, _same
    if folded.digits >= 2:
        spelled = _MIXED.sub(_as_word, folded.text)
        if spelled != folded.text:
            yield Folded.of_plain(spelled), _same
    if list(map(len, folded.words)).count(1) >= _FEWEST_LETTERS:
        joined = letters_joined(folded.text)
        yield Folded.of_plain(joined.text), joined.span


def _same(start: int, end: int) -> tuple[int, int]:
    return start, end


def _as_word(match: re.Match[str]) -> str:
    word = match[0].translate(_LEET)
    return word if word in all_words() else match[0]
