"""What a text must hold for an element of a pattern: for each of its phrases the rarest word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from reelwarden.text.chinese import is_han
from reelwarden.text.lexicon.grammar import Choice, Phrase, Slot, Word
from reelwarden.text.tokens import SIGNS, Tokenizer

ENDLESS = 400
"""The length of what has no longest match, in tokens; sentences are shorter."""


def filler(slot: Slot) -> str:
    """What must be there for a slot to be filled: for money a number."""
    return "number" if slot.name == "money" else slot.name


class Needs(NamedTuple):
    """`anchors` are strings one of which must be there, or else something that fills one of the `slots`, of which the
    phrases without a word have one each. `free`: a phrase asks for neither. `longest` is the most tokens that the
    element takes."""

    anchors: frozenset[str]
    slots: frozenset[str]
    free: bool
    longest: int

    @property
    def needs_words(self) -> bool:
        """Whether nothing but a word will do."""
        return not self.free and not self.slots


class Anchors:
    """The needs of the elements of one language; words are as rare as `cost` says."""

    def __init__(self, tokenizer: Tokenizer, cost: Callable[[str], int]) -> None:
        self._tokenizer = tokenizer
        self._cost = cost
        self._open = tokenizer.language == "ko"
        self._known: dict[tuple[Phrase, ...], Needs] = {}
        self._rarities: dict[str, tuple[int, int]] = {}

    def of(self, choice: Choice) -> Needs:
        found = self._known.get(choice.phrases)
        if found is None:
            found = self._known[choice.phrases] = self._needs(choice.phrases)
        return found

    def _needs(self, phrases: tuple[Phrase, ...]) -> Needs:
        found: set[str] = set()
        slots: set[str] = set()
        free, longest = False, 0
        for phrase in phrases:
            longest = max(longest, sum(map(self._size, phrase)))
            words = [anchor for item in phrase if isinstance(item, Word) for anchor in self._anchors(item)]
            if words:
                found.add(words[0] if len(words) == 1 else max(words, key=self._rarity))
            elif slot := next((item for item in phrase if isinstance(item, Slot)), None):
                slots.add(filler(slot))
            else:
                free = True
        return Needs(frozenset(found), frozenset(slots), free, longest)

    def _size(self, item: Word | Slot) -> int:
        return ENDLESS if isinstance(item, Slot) else len(self._tokenizer.words(item.text))

    def _rarity(self, anchor: str) -> tuple[int, int]:
        found = self._rarities.get(anchor)
        if found is None:
            found = self._rarities[anchor] = self._cost(anchor.strip()), len(anchor)
        return found

    def _anchors(self, item: Word) -> Iterator[str]:
        words = self._tokenizer.words(item.text)
        if words and all(is_han(word[0]) for word in words):
            yield "".join(words)
            return
        for place, word in enumerate(words):
            before = item.before and place == 0
            after = (item.after or self._open) and place == len(words) - 1
            glued = word[0].isdigit() or word[-1].isdigit() or word in SIGNS or is_han(word[0])
            yield word if glued else ("" if before else " ") + word + ("" if after else " ")
