"""Large sets of words as tags on tokens: a pattern then asks for one sign instead of two hundred spellings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

FIRST_TAG = 0xE100
LAST_TAG = 0xF8FF

Spelling = tuple[str, bool, bool]
"""A word, and whether other letters may come before and after it."""


class Groups:
    """Gives each set of spellings a tag, and tells which tags a word has."""

    def __init__(self) -> None:
        self._tags: dict[frozenset[Spelling], str] = {}
        self._whole: dict[str, str] = defaultdict(str)
        self._heads: dict[str, str] = defaultdict(str)
        self._tails: dict[str, str] = defaultdict(str)
        self._cores: dict[str, str] = defaultdict(str)
        self.of = lru_cache(20_000)(self._of)

    def tag(self, spellings: frozenset[Spelling]) -> str | None:
        """The tag of a set of spellings; None when there are none left to give."""
        found = self._tags.get(spellings)
        if found is None and FIRST_TAG + len(self._tags) <= LAST_TAG:
            found = self._tags[spellings] = chr(FIRST_TAG + len(self._tags))
            for word, before, after in spellings:
                self._place(before, after)[word] += found
            self.of.cache_clear()
        return found

    def _place(self, before: bool, after: bool) -> dict[str, str]:
        if before:
            return self._cores if after else self._tails
        return self._heads if after else self._whole

    def _of(self, word: str) -> str:
        """The tags of a word."""
        tags: list[str] = [self._whole.get(word, "")]
        sizes: Iterable[int] = range(1, len(word) + 1)
        if self._heads:
            tags += [self._heads.get(word[:size], "") for size in sizes]
        if self._tails:
            tags += [self._tails.get(word[-size:], "") for size in sizes]
        tags += [found for core, found in self._cores.items() if core in word]
        return "".join(tags)
