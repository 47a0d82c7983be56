"""What speaks against a match: the word is a usual one, or the longer word falls apart differently."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cached_property, lru_cache

from reelwarden.text.dictionary import RAREST
from reelwarden.text.fold import Script
from reelwarden.text.reading import RUN

RARE = 600
"""Above this cost a dictionary word that begins with a word of the lexicon is taken for one of its kin."""

ALIAS_RAREST = 590
ALIAS_APART = 110

USUAL_OF_THREE = 470
"""The highest cost of a word of three letters that is taken for a word beside another."""

LONGEST_PIECE = 18
LONGEST_WORD = 40
UNKNOWN = 610
UNKNOWN_LETTER = 390
PIECE_RAREST = 650
LEXICON_COST = 670

_LONG_RUN = re.compile(r"(.)\1\1+")


class Judge:
    """Tells innocent words of one language; `forms` are the raw spellings that are not innocent, `cost` is a
    dictionary's.

    `noisy`: the dictionary was made of the net and holds the disguises of its own swear words.
    """

    def __init__(
        self,
        cost: Callable[[str], int],
        script: Script,
        forms: Collection[str],
        folded: dict[str, str],
        short: Collection[str],
        embeds: Callable[[str], bool],
        stemmed: Callable[[str], bool],
        elisions: Collection[str] = (),
        noisy: bool = False,
    ) -> None:
        self.noisy = noisy
        self.cost = cost
        self.script = script
        self.forms = forms
        self.folded = folded
        self.short = short
        self.embeds = embeds
        self.stemmed = stemmed
        self.elisions = elisions
        self.benign: Callable[[str], bool] = lru_cache(20_000)(self._benign)
        self.known: Callable[[str], bool] = lru_cache(20_000)(self._known)
        self.exposes: Callable[[str, str], bool] = lru_cache(5_000)(self._exposes)

    def _benign(self, word: str) -> bool:
        """Whether a word in small letters is a usual one and none of the lexicon's."""
        if word in self.forms or self.stemmed(word):
            return False
        if _LONG_RUN.search(word):
            shorter = _LONG_RUN.sub(r"\1\1", word), _LONG_RUN.sub(r"\1", word)
            if (
                any(form in self.forms or self.stemmed(form) for form in shorter)
                or self._bare(word) in self._bare_forms
            ):
                return False
            return any(map(self._usual, shorter))
        cost = self.cost(word)
        if cost < RAREST:
            plain = self.script.plain(word)
            listed = self.folded.get(plain)
            if listed is not None and plain == word and cost > self.cost(listed) + 20:
                return False
            return not (cost > RARE and self.embeds(plain))
        return False

    def outranks(self, word: str, listed: str) -> bool:
        """Whether `word`, though in the dictionary, is so rare beside `listed` that it is likelier its disguise."""
        cost = self.cost(word)
        rare = cost > ALIAS_RAREST and cost > self.cost(listed) + ALIAS_APART
        return rare and (self.noisy or _is_worn(self.script.plain(word), self.script.plain(listed)))

    @cached_property
    def _bare_forms(self) -> frozenset[str]:
        return frozenset(map(self._bare, self.forms))

    def _bare(self, word: str) -> str:
        """Without any doubled letter."""
        return RUN.sub("", self.script.plain(word))

    def _usual(self, word: str) -> bool:
        return self.cost(word) < RAREST

    def usual(self, word: str) -> bool:
        """Whether a word, of the lexicon or not, is known."""
        return word in self.forms or self.cost(word) <= ALIAS_RAREST

    def _known(self, word: str) -> bool:
        """Whether a piece is a usual word by itself, and not one of the accidents of two letters or of the net."""
        return word in self.short if len(word) < 3 else self.cost(word) <= ALIAS_RAREST and self.benign(word)

    def stands_alone(self, word: str) -> bool:
        """Whether a piece is more likely a word than a part of a broken one: short ones must be very usual."""
        return self.known(word) and (len(word) != 3 or self.cost(word) <= USUAL_OF_THREE)

    def _exposes(self, word: str, hidden: str) -> bool:
        """Whether the likeliest division of `word` into words has `hidden` as one, and knows all the others."""
        word = _LONG_RUN.sub(r"\1\1", word)
        size = len(word)
        if size > LONGEST_WORD:
            return False
        best = [0] + [10**9] * size
        back = [0] * (size + 1)
        for end in range(1, size + 1):
            for start in range(max(0, end - LONGEST_PIECE), end):
                price = best[start] + self._price(word[start:end], hidden)
                if price < best[end]:
                    best[end], back[end] = price, start
        return self._reads_well(word, back, hidden)

    def _reads_well(self, word: str, back: list[int], hidden: str) -> bool:
        exposed, end = False, len(word)
        while end:
            piece = word[back[end] : end]
            if piece == hidden or piece in self.forms:
                exposed = True
            elif self._price(piece, hidden) > PIECE_RAREST:
                return False
            end = back[end]
        return exposed

    def _price(self, piece: str, hidden: str) -> int:
        if len(piece) < 3 and piece not in self.short:
            return UNKNOWN + UNKNOWN_LETTER * len(piece)
        cost = self.cost(piece)
        if piece == hidden or piece in self.forms:
            return min(cost, LEXICON_COST)
        return cost if cost < RAREST else UNKNOWN + UNKNOWN_LETTER * len(piece)


def _is_worn(word: str, listed: str) -> bool:
    """Whether a word is the listed one with letters left out (`pta`), or with its letters in another order."""
    rest = iter(listed)
    return all(letter in rest for letter in word) or sorted(word) == sorted(listed)
