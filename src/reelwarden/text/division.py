"""The likeliest division into words of a text in which words are not divided."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass

from reelwarden.text.dictionary import RAREST

NO_WORD = 10**6


@dataclass(frozen=True, slots=True)
class Division:
    """`terms` count as words of at most `term_cost`, characters that are no words as ones of `unknown`.

    `late`: of two divisions as likely, the one whose last words are shorter.
    """

    terms: Container[str]
    cost: Callable[[str], int]
    term_cost: int
    unknown: int
    longest: int
    late: bool = False

    def cuts(self, text: str) -> set[int]:
        """Where words begin and end; the beginning and the end of the text always."""
        size = len(text)
        costs, back = [0] + [10**9] * size, [0] * (size + 1)
        for last in range(1, size + 1):
            for first in range(max(0, last - self.longest), last):
                price = costs[first] + self._price(text[first:last])
                if price < costs[last] or (self.late and price == costs[last]):
                    costs[last], back[last] = price, first
        found, place = {size}, size
        while place:
            place = back[place]
            found.add(place)
        return found

    def _price(self, word: str) -> int:
        cost = self.cost(word)
        if word in self.terms:
            return min(cost, self.term_cost)
        if cost < RAREST:
            return cost
        return self.unknown if len(word) == 1 else NO_WORD
