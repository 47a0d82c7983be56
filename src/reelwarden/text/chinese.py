"""Chinese terms in a text: simplified, without what is put between the characters, and where words divide there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from ahocorasick_rs import AhoCorasick, Implementation

from reelwarden.text.dictionary import Dictionary, simplified
from reelwarden.text.division import Division
from reelwarden.text.found import Found, best

LONG = 4
"""A term of so many characters is taken as it is; shorter ones must stand where words divide."""

LONGEST_WORD = 5
WINDOW = 6
TERM_COST = 470
UNKNOWN = 640
"""The cost of a character that is not in the dictionary."""

_STOPS = frozenset("，。！？；：、\n,.!?;: \t\u3000")


def is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or char >= "\U00020000"


def has_han(text: str) -> bool:
    return any(map(is_han, text))


@cache
def _table() -> Mapping[int, str]:
    """Traditional to simplified, full width to ASCII small letters."""
    table = dict(simplified())
    table |= {0xFEE0 + code: chr(code).lower() for code in range(0x21, 0x7F)}
    table |= {code: chr(code).lower() for code in range(0x41, 0x5B)}
    return table


def simple(text: str) -> str:
    """The text in simplified characters and small letters, of the same length."""
    return text.translate(_table())


class ChineseMatcher:
    """Finds terms that hold Chinese characters; `terms` maps them to their owner and weight."""

    def __init__(self, terms: Mapping[str, tuple[int, int]], dictionary: Dictionary) -> None:
        self._terms = {_squeezed(simple(text))[0]: owner for text, owner in terms.items()}
        self._texts = list(self._terms)
        self._division = Division(self._terms, dictionary.cost, TERM_COST, UNKNOWN, LONGEST_WORD, late=True)
        self._automaton = AhoCorasick(self._texts, implementation=Implementation.ContiguousNFA)

    def find(self, text: str) -> list[Found]:
        if text.isascii() or not self._texts:
            return []
        plain = simple(text)
        squeezed, places = _squeezed(plain)
        found = []
        for number, start, end in self._automaton.find_matches_as_indexes(squeezed, overlapping=True):
            term = self._texts[number]
            first, last = places[start], places[end - 1] + 1
            gapped = last - first > end - start
            if gapped and not _may_gap(plain, places[start:end]):
                continue
            if end - start < LONG and not self._divides(squeezed, start, end):
                continue
            owner, weight = self._terms[term]
            found.append(Found(owner, first, last, 0.2 if gapped else 0.0, weight))
        return best(found)

    def _divides(self, text: str, start: int, end: int) -> bool:
        """Whether the likeliest division of the neighbourhood into words begins and ends one at the term's edges."""
        left, right = max(0, start - WINDOW), min(len(text), end + WINDOW)
        cuts = self._division.cuts(text[left:right])
        return start - left in cuts and end - left in cuts


def _squeezed(text: str) -> tuple[str, list[int]]:
    """Chinese characters, letters and digits only, with their places."""
    kept = [(char, place) for place, char in enumerate(text) if char.isalnum()]
    return "".join(char for char, _ in kept), [place for _, place in kept]


def _may_gap(text: str, places: list[int]) -> bool:
    """Whether what stands between the characters is there to hide: everywhere, or no mark of a sentence."""
    gaps = [text[a + 1 : b] for a, b in pairwise(places)]
    if any(len(gap) > 3 or "\n" in gap for gap in gaps):
        return False
    hidden = all(gaps) and len(set(gaps)) == 1
    return (hidden and len(places) > 2) or not any(char in _STOPS for gap in gaps for char in gap)


def pinyin(text: str) -> str:
    """A term in Latin letters without tones; empty where it has other characters."""
    if len(text) < 3 or not all(map(is_han, text)):
        return ""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text)).replace("ü", "v")
