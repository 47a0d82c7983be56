"""A sentence as patterns read it: its words, and for each word the tags of what it may stand for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from reelwarden.text.groups import Groups
from reelwarden.text.tokens import Sentence, Token

LONGEST_SPOT = 200

TAGS = {
    name: chr(0xE000 + number)
    for number, name in enumerate(
        (
            *("platform", "sexual", "insult", "discriminatory", "inappropriate", "weapon", "drug", "medical"),
            *("extremism", "phone", "email", "link", "handle", "number", "age", "age<18", "age<16", "age<13"),
            *("ordinal", "more"),
        )
    )
}
"""The signs of the slots that a word may fill; `more`: it goes on with what fills a slot."""


class Spot(NamedTuple):
    """A place that fills a slot."""

    slot: str
    start: int
    end: int


class Row:
    """The words of a sentence with their tags."""

    def __init__(self, sentence: Sentence, spots: Sequence[Spot], groups: Groups) -> None:
        self.tokens = sentence.tokens
        self.question = sentence.question
        self.held: dict[tuple[str, tuple[int, int]], bool] = {}
        """Which classes are known to have a word in it, and which not."""
        self.words = [token.word for token in self.tokens]
        self.tags = [
            groups.of(token.word)
            if token.value is None and token.ordinal is None
            else groups.of(token.word) + _counts(token)
            for token in self.tokens
        ]
        for spot in spots:
            self._lay(spot)

    @cached_property
    def all_tags(self) -> frozenset[str]:
        return frozenset("".join(self.tags))

    def _lay(self, spot: Spot) -> None:
        sign = TAGS[spot.slot]
        for place in range(bisect_right(self.tokens, spot.start, key=lambda token: token.end), len(self.tokens)):
            if self.tokens[place].start >= spot.end:
                return
            self.tags[place] += sign
            sign = TAGS["more"]

    def is_spelling(self, first: int, end: int) -> bool:
        """Whether a match is single letters only, and more of them stand beside it: part of a spelled word."""
        words = self.words
        if any(len(word) > 1 or not word.isascii() for word in words[first:end]):
            return False
        beside = [*words[max(first - 1, 0) : first], *words[end : end + 1]]
        return any(len(word) == 1 and word.isalpha() and word not in "aiu" for word in beside)

    def span(self, first: int, end: int) -> tuple[int, int]:
        """The place in the original text of some of the words."""
        return self.tokens[first].start, self.tokens[end - 1].end


def within(spots: Sequence[Spot], tokens: Sequence[Token]) -> Sequence[Spot]:
    """The spots of a sentence, of spots in order; one that began long before it is not looked for."""
    first = bisect_left(spots, tokens[0].start - LONGEST_SPOT, key=lambda spot: spot.start)
    last = bisect_left(spots, tokens[-1].end, key=lambda spot: spot.start)
    return spots[first:last]


def _counts(token: Token) -> str:
    """The tags of a number."""
    tags = ""
    if token.value is not None:
        tags = TAGS["number"]
        if 4 <= token.value <= 99:
            tags += TAGS["age"]
            tags += "".join(TAGS[f"age<{bound}"] for bound in (18, 16, 13) if token.value < bound)
    if token.ordinal is not None and 1 <= token.ordinal <= 12:
        tags += TAGS["ordinal"]
    return tags
