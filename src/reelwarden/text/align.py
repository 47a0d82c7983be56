"""How far a reading is from a word: the cheapest way to explain each letter, or INFINITE.

Every change has a price, so that one rule (cost against length) judges all disguises and all mixtures of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from reelwarden.text.fold import Script
from reelwarden.text.reading import How, Unit

INFINITE = 99.0

SAME_CLASS = 0.4
CONFUSED = 0.45
LEET = 0.15
LOOK = 0.05
MASKED = 0.2
MASKED_CONSONANT = 0.35
REPEAT = 0.03
VOWEL_LEFT_OUT = 0.45
NEXT_VOWEL_LEFT_OUT = 0.25
TWIN_LEFT_OUT = 0.35
TWIN_LEFT_OUT_SHORT = 1.2
CONSONANT_LEFT_OUT = 0.7
SWAPPED = 0.5
SPELLED = 0.4
SPELLED_ALIKE = 0.25
MASK_MORE = 0.05
WRONG = 0.85
OTHER_VOWEL = 0.65

SPELLINGS = {
    "f": ("ph",),
    "u": ("oo", "ou", "ii"),
    "i": ("ee", "ea"),
    "er": ("a", "ah", "uh"),
    "ck": ("x",),
    "ks": ("x",),
    "h": ("wh",),
    "w": ("vv", "uu"),
    "igh": ("y",),
    "m": ("rn", "nn"),
    "d": ("cl",),
    "n": ("ri",),
    "k": ("lc",),
    "sh": ("sch",),
    "qu": ("kw",),
    "g": ("qq",),
    "o": ("au", "aw"),
    "ei": ("ai",),
    "s": ("ss",),
}
"""Other ways to write or to misread letters; {of the word: in the text}."""

ALIKE = {"ck": ("k", "c", "q", "kk", "cc", "kc"), "gg": ("qq",), "c": ("k", "kk"), "s": ("z", "zz")}
"""Spellings that sound the same."""

CONFUSIONS = frozenset(
    a + b
    for a, b in ("ce", "ec", "eo", "oe", "oc", "co", "tf", "ft", "hb", "bh", "hn", "nh", "kh", "gq", "qg", "nm", "ao")
) | {"ес", "се", "ео", "ое", "пн", "нп", "шщ", "иц"}
"""Pairs of letters that readers of pictures take for each other: word's letter, read letter."""


class _Plan(NamedTuple):
    """What is known of a word before any text is read."""

    classes: tuple[str, ...]
    vowels: tuple[bool, ...]
    spellings: tuple[tuple[tuple[str, int, float], ...], ...]


@lru_cache(50_000)
def _plan(word: str, script: Script) -> _Plan:
    classes = tuple(script.classes.get(letter, letter) for letter in word)
    spellings = tuple(tuple(_spellings(word, place)) for place in range(len(word)))
    return _Plan(classes, tuple(letter in script.vowels for letter in word), spellings)


def _spellings(word: str, place: int) -> list[tuple[str, int, float]]:
    found: list[tuple[str, int, float]] = []
    for size in (1, 2, 3):
        piece = word[place : place + size]
        if len(piece) == size:
            found += [(spelled, size, SPELLED) for spelled in SPELLINGS.get(piece, ())]
            found += [(spelled, size, SPELLED_ALIKE) for spelled in ALIKE.get(piece, ())]
    return found


def cost(units: Sequence[Unit], word: str, script: Script, limit: float, *, typos: bool = False) -> float:
    """The cost of reading `units` (without gaps) as `word`; INFINITE when above `limit`."""
    letters = "".join([unit.letter for unit in units])
    if letters == word:
        return _exact(units, limit)
    n, m = len(units), len(word)
    if n > 4 * m + 8 or n < m // 2:
        return INFINITE
    return _Alignment(units, letters, word, script, limit, typos).run()


def is_spelled(units: Sequence[Unit], word: str, script: Script) -> bool:
    """Whether the units are the letters of the word one after another, but for repeats and leet."""
    classes = script.classes
    place = 0
    for unit in units:
        letter = unit.letter
        if place < len(word):
            alike = unit.how == How.LEET and classes.get(letter, letter) == classes.get(word[place], word[place])
            if letter == word[place] or alike:
                place += 1
                continue
        if not place or classes.get(letter, letter) != classes.get(word[place - 1], word[place - 1]):
            return False
    return place == len(word)


def _exact(units: Sequence[Unit], limit: float) -> float:
    total = sum(LEET if unit.how == How.LEET else LOOK if unit.how == How.LOOK else 0.0 for unit in units)
    return total if total <= limit else INFINITE


class _Alignment:
    """The cheapest way through the pairs of places in text and word; only places within the limit are kept."""

    def __init__(
        self, units: Sequence[Unit], letters: str, word: str, script: Script, limit: float, typos: bool
    ) -> None:
        self.units, self.letters, self.word, self.limit, self.typos = units, letters, word, limit, typos
        self.plan = _plan(word, script)
        self.classes = [script.classes.get(letter, letter) for letter in letters]
        self.script = script
        self.rows: list[dict[int, float]] = [{} for _ in range(len(units) + 1)]

    def run(self) -> float:
        n, m = len(self.units), len(self.word)
        self.rows[0][0] = 0.0
        for i in range(n + 1):
            row = self.rows[i]
            for j in range(min(row, default=m + 1), m + 1):
                spent = row.get(j)
                if spent is not None:
                    self._spread(i, j, spent)
        return self.rows[n].get(m, INFINITE)

    def _spread(self, i: int, j: int, spent: float) -> None:
        n, m = len(self.units), len(self.word)
        if i < n and j < m:
            self._offer(i + 1, j + 1, spent + self._instead(i, j))
        if i and i < n:
            self._offer(i + 1, j, spent + self._more(i))
        if j and j < m and i:
            self._offer(i, j + 1, spent + self._less(j, spent))
        if i + 1 < n and j + 1 < m and self._swapped(i, j):
            self._offer(i + 2, j + 2, spent + SWAPPED)
        if j < m:
            for spelled, size, price in self.plan.spellings[j]:
                if self.letters.startswith(spelled, i):
                    self._offer(i + len(spelled), j + size, spent + price)

    def _offer(self, i: int, j: int, price: float) -> None:
        if price <= self.limit:
            row = self.rows[i]
            if price < row.get(j, INFINITE):
                row[j] = price

    def _instead(self, i: int, j: int) -> float:
        """The unit for the letter."""
        unit, letter = self.units[i], self.word[j]
        if unit.how == How.MASK:
            return MASKED if self.plan.vowels[j] else MASKED_CONSONANT
        extra = LEET if unit.how == How.LEET else LOOK if unit.how == How.LOOK else 0.0
        if unit.letter == letter:
            return extra
        if self.classes[i] == self.plan.classes[j]:
            return LEET if unit.how == How.LEET else SAME_CLASS + extra
        if letter + unit.letter in CONFUSIONS:
            return CONFUSED + extra
        if i and j and len(self.word) > 4 and self.plan.vowels[j] and unit.letter in self.script.vowels:
            return OTHER_VOWEL + extra
        return WRONG if self.typos and i and j and unit.how == How.PLAIN else INFINITE

    def _more(self, i: int) -> float:
        """A unit that the word does not have: a repeated letter, a mask too many."""
        classes = self.classes
        mask = self.units[i].how == How.MASK
        if classes[i] != classes[i - 1]:
            return MASKED if mask else INFINITE
        if mask:
            return MASK_MORE
        run = (i > 1 and classes[i - 2] == classes[i]) or (i + 1 < len(classes) and classes[i + 1] == classes[i])
        return REPEAT if run or len(self.word) > 4 else 2 * LEET

    def _less(self, j: int, spent: float) -> float:
        """A letter of the word that is left out."""
        plan, size = self.plan, len(self.word)
        if plan.classes[j] == plan.classes[j - 1]:
            return TWIN_LEFT_OUT if size > 3 else TWIN_LEFT_OUT_SHORT
        if plan.vowels[j]:
            if size < 4:
                return INFINITE
            return VOWEL_LEFT_OUT if spent < VOWEL_LEFT_OUT else NEXT_VOWEL_LEFT_OUT
        return CONSONANT_LEFT_OUT if self.typos and j < size - 1 else INFINITE

    def _swapped(self, i: int, j: int) -> bool:
        a, b = self.letters[i], self.letters[i + 1]
        return a != b and a == self.word[j + 1] and b == self.word[j]


def allowance(form: str) -> float:
    """What a word may cost: longer words stay themselves through more changes."""
    return 0.45 + 0.1 * min(len(form), 6) + 0.05 * max(len(form) - 6, 0)
