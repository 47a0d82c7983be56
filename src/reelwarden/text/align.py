"""How far a reading is from a word: the cheapest way to explain each letter, or INFINITE.

Every change has a price, so that one rule (cost against length) judges all disguises and all mixtures of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from reelwarden.text.fold import Script
from reelwarden.text.reading import LEET as IS_LEET
from reelwarden.text.reading import LOOK as IS_LOOK
from reelwarden.text.reading import MASK as IS_MASK
from reelwarden.text.reading import PLAIN as IS_PLAIN

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


_OTHERS = {
    piece: tuple(
        [(spelled, len(piece), SPELLED) for spelled in SPELLINGS.get(piece, ())]
        + [(spelled, len(piece), SPELLED_ALIKE) for spelled in ALIKE.get(piece, ())]
    )
    for piece in (*SPELLINGS, *ALIKE)
}
"""{of the word: (in the text, letters of the word, price) of each other way to write it}."""

_LONGEST_PIECE = max(map(len, _OTHERS))
_EXTRA = {IS_LEET: LEET, IS_LOOK: LOOK}
"""What it costs that a letter is not quite one."""

KEPT = 30_000


class _Plan(NamedTuple):
    """What is known of a word before any text is read."""

    classes: str
    vowels: tuple[bool, ...]
    spellings: tuple[tuple[tuple[str, int, float], ...], ...]


@lru_cache(KEPT)
def _plan(word: str, script: Script) -> _Plan:
    spellings = tuple([_spellings(word, place) for place in range(len(word))])
    return _Plan(script.classed(word), tuple([letter in script.vowels for letter in word]), spellings)


def _spellings(word: str, place: int) -> tuple[tuple[str, int, float], ...]:
    found: tuple[tuple[str, int, float], ...] = ()
    for size in range(1, min(_LONGEST_PIECE, len(word) - place) + 1):
        found += _OTHERS.get(word[place : place + size], ())
    return found


@lru_cache(KEPT)
def cost(letters: str, hows: str, word: str, script: Script, limit: float, typos: bool = False) -> float:
    """The cost of reading letters (as sure as `hows` says, without gaps) as `word`; INFINITE when above `limit`."""
    if letters == word:
        total = sum([_EXTRA.get(how, 0.0) for how in hows])
        return total if total <= limit else INFINITE
    n, m = len(letters), len(word)
    if n > 4 * m + 8 or n < m // 2:
        return INFINITE
    return _Alignment(letters, hows, word, script, limit, typos).run()


def is_spelled(letters: str, hows: str, word: str, script: Script) -> bool:
    """Whether the letters are those of the word one after another, but for repeats and leet."""
    read, classes = script.classed(letters), script.classed(word)
    place = 0
    for letter, how, kind in zip(letters, hows, read, strict=True):
        if place < len(word) and (letter == word[place] or (how == IS_LEET and kind == classes[place])):
            place += 1
        elif not place or kind != classes[place - 1]:
            return False
    return place == len(word)


class _Alignment:
    """The cheapest way through the pairs of places in text and word; only places within the limit are kept."""

    def __init__(self, letters: str, hows: str, word: str, script: Script, limit: float, typos: bool) -> None:
        self.letters, self.hows, self.word, self.limit, self.typos = letters, hows, word, limit, typos
        self.plan = _plan(word, script)
        self.classes = script.classed(letters)
        self.script = script
        self.rows: list[dict[int, float]] = [{} for _ in range(len(letters) + 1)]

    def run(self) -> float:
        n, m = len(self.letters), len(self.word)
        self.rows[0][0] = 0.0
        for i, row in enumerate(self.rows):
            if not row:
                continue
            more = self._more(i) if 0 < i < n else INFINITE
            for j in range(min(row), m + 1):
                spent = row.get(j)
                if spent is not None:
                    if i < n and spent + more <= self.limit:
                        self._offer(i + 1, j, spent + more)
                    if j < m:
                        self._spread(i, j, spent)
        return self.rows[n].get(m, INFINITE)

    def _spread(self, i: int, j: int, spent: float) -> None:
        """Every way to go on that uses the next letter of the word."""
        n, m, limit = len(self.letters), len(self.word), self.limit
        if i < n:
            price = spent + self._instead(i, j)
            if price <= limit:
                self._offer(i + 1, j + 1, price)
        if i and j:
            price = spent + self._less(j, spent)
            if price <= limit:
                self._offer(i, j + 1, price)
        if i + 1 < n and j + 1 < m and self._swapped(i, j):
            self._offer(i + 2, j + 2, spent + SWAPPED)
        for spelled, size, price in self.plan.spellings[j]:
            if self.letters.startswith(spelled, i):
                self._offer(i + len(spelled), j + size, spent + price)

    def _offer(self, i: int, j: int, price: float) -> None:
        if price <= self.limit:
            row = self.rows[i]
            if price < row.get(j, INFINITE):
                row[j] = price

    def _instead(self, i: int, j: int) -> float:
        """One letter for the other."""
        read, letter, how = self.letters[i], self.word[j], self.hows[i]
        if how == IS_MASK:
            return MASKED if self.plan.vowels[j] else MASKED_CONSONANT
        extra = 0.0 if how == IS_PLAIN else _EXTRA.get(how, 0.0)
        if read == letter:
            return extra
        if self.classes[i] == self.plan.classes[j]:
            return LEET if how == IS_LEET else SAME_CLASS + extra
        if letter + read in CONFUSIONS:
            return CONFUSED + extra
        if i and j and len(self.word) > 4 and self.plan.vowels[j] and read in self.script.vowels:
            return OTHER_VOWEL + extra
        return WRONG if self.typos and i and j and how == IS_PLAIN else INFINITE

    def _more(self, i: int) -> float:
        """A letter that the word does not have: a repeated one, a mask too many."""
        classes = self.classes
        mask = self.hows[i] == IS_MASK
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
