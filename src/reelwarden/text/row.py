"""A sentence as patterns read it: its words, and for each word the tags of what it may stand for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from reelwarden.text.groups import Groups
from reelwarden.text.sentence import Sentence
from reelwarden.text.tokens import number_slots

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
        self.sentence = sentence
        self.question = sentence.question
        self.held: dict[tuple[str, tuple[int, int]], bool] = {}
        """Which classes are known to have a word in it, and which not."""
        self.words = sentence.words
        self.tags = list(map(groups.of, self.words))
        if sentence.numbers:
            for place, start in enumerate(sentence.starts):
                if start in sentence.numbers:
                    self.tags[place] += _counts(*sentence.numbers[start])
        for spot in spots:
            self._lay(spot)

    @cached_property
    def all_tags(self) -> frozenset[str]:
        return frozenset("".join(self.tags))

    def _lay(self, spot: Spot) -> None:
        sign = TAGS[spot.slot]
        starts, ends = self.sentence.starts, self.sentence.ends
        for place in range(bisect_right(ends, spot.start), len(ends)):
            if starts[place] >= spot.end:
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
        return self.sentence.starts[first], self.sentence.ends[end - 1]


def within(spots: Sequence[Spot], sentence: Sentence) -> Sequence[Spot]:
    """The spots of a sentence, of spots in order; one that began long before it is not looked for."""
    first = bisect_left(spots, sentence.starts[0] - LONGEST_SPOT, key=_START)
    last = bisect_left(spots, sentence.ends[-1], key=_START)
    return spots[first:last]


_START = attrgetter("start")


def _counts(value: int | None, ordinal: int | None) -> str:
    """The tags of a number."""
    return "".join([TAGS[slot] for slot in number_slots(value, ordinal)])
