"""Words up to a stop, with their places in the text and the numbers that they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST = 120
OVERLAP = 20

Numbers = dict[int, tuple[int | None, int | None]]
"""{place in the text: (value, rank)} of the words that are a number or a rank."""


@dataclass(slots=True)
class Sentence:
    """`words[n]` is at `text[starts[n]:ends[n]]`. `hits`, `choices` and `row` are notes of its readers."""

    words: list[str]
    starts: list[int]
    ends: list[int]
    numbers: Numbers = field(default_factory=dict)
    question: bool = False
    hits: list[tuple[int, int, int]] | None = None
    choices: int = 0
    row: object = None

    def part(self, first: int, end: int) -> Sentence:
        """Some of the words; what is found out of a number is known to both."""
        words, starts, ends = self.words[first:end], self.starts[first:end], self.ends[first:end]
        return Sentence(words, starts, ends, self.numbers, self.question)

    def cut(self) -> Iterator[Sentence]:
        """The sentence, in overlapping parts if it is long; nothing if it has no words."""
        size = len(self.words)
        if size <= LONGEST:
            if size:
                yield self
            return
        for start in range(0, size - OVERLAP, LONGEST - OVERLAP):
            yield self.part(start, start + LONGEST)

    def join(self, first: int, size: int, word: str) -> None:
        """Make some of the words one."""
        end = self.ends[first + size - 1]
        self.words[first : first + size] = [word]
        self.starts[first : first + size] = [self.starts[first]]
        self.ends[first : first + size] = [end]
