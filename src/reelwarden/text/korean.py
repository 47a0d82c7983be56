"""Korean terms in a text, also where syllables are split into letters, stretched, tensed or sprinkled with signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from reelwarden.text.dictionary import RAREST, Dictionary
from reelwarden.text.division import Division
from reelwarden.text.found import Found, best

ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS: tuple[str, ...] = (
    "",
    *"ㄱㄲ",
    "ㄱㅅ",
    "ㄴ",
    "ㄴㅈ",
    "ㄴㅎ",
    *"ㄷㄹ",
    "ㄹㄱ",
    "ㄹㅁ",
    "ㄹㅂ",
    "ㄹㅅ",
    "ㄹㅌ",
    "ㄹㅍ",
    "ㄹㅎ",
)
CODAS += (*"ㅁㅂ", "ㅂㅅ", *"ㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
PLAIN = str.maketrans("ㄲㄸㅃㅆㅉㅐㅒㅖ", "ㄱㄷㅂㅅㅈㅔㅖㅖ")
CLUSTERS = {
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
}
CLUSTERS |= {"ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ"}
LAUGHS = frozenset("ㅋㅎㅠㅜㅡㅉㄷㅗㅏㅣ")
"""Letters that stand for laughing and crying around initials."""

TERM_COST = 500
UNKNOWN = 700
LONGEST_WORD = 6
WINDOW = 5
_BLANK_RUN = 8

_TEXT = re.compile(r"[가-힣ㄱ-ㆎ]")


class Letter(NamedTuple):
    letter: str
    place: int
    opens: bool
    """Whether it is the first letter of its character."""


def is_hangul(char: str) -> bool:
    return "가" <= char <= "힣" or "ㄱ" <= char <= "ㆎ"


def has_hangul(text: str) -> bool:
    return _TEXT.search(text) is not None


def letters(text: str) -> list[Letter]:
    """The letters of the Korean characters of a text, plain for tense, stretches and repeats undone."""
    found: list[Letter] = []
    for place, char in enumerate(text):
        spelled = _spelled(char)
        if not spelled:
            continue
        if _stretches(found, spelled):
            spelled = spelled[2:]
        for number, letter in enumerate(spelled):
            if not found or found[-1].letter != letter:
                found.append(Letter(letter, place, number == 0))
    return found


def _spelled(char: str) -> str:
    if "가" <= char <= "힣":
        onset, rest = divmod(ord(char) - 0xAC00, 588)
        vowel, coda = divmod(rest, 28)
        return (ONSETS[onset] + VOWELS[vowel] + CODAS[coda]).translate(PLAIN)
    if "ㄱ" <= char <= "ㆎ":
        cluster: str = CLUSTERS.get(char, char)
        return cluster.translate(PLAIN)
    return ""


def _stretches(before: list[Letter], spelled: str) -> bool:
    """Whether a syllable only draws out the vowel before it (씨이발)."""
    return len(spelled) > 1 and spelled[0] == "ㅇ" and bool(before) and before[-1].letter == spelled[1]


class KoreanMatcher:
    """Finds terms that hold Korean characters; `terms` maps them to their owner and weight."""

    def __init__(self, terms: Mapping[str, tuple[int, int]], dictionary: Dictionary) -> None:
        self._terms = {text.replace(" ", ""): owner for text, owner in terms.items()}
        self._cost = dictionary.cost
        self._division = Division(self._terms, dictionary.cost, TERM_COST, UNKNOWN, LONGEST_WORD)
        self._plain = list(self._terms)
        self._automaton = AhoCorasick(self._plain, implementation=Implementation.ContiguousNFA)
        self._split: dict[str, str] = {}
        for text in self._plain:
            spelled = "".join(letter.letter for letter in letters(text))
            if len(spelled) >= 4 and _syllables(text) >= 2:
                self._split.setdefault(spelled, text)
        self._bones = list(self._split)
        self._letters = AhoCorasick(self._bones, implementation=Implementation.ContiguousNFA)

    def find(self, text: str) -> list[Found]:
        if text.isascii() or not self._plain or not has_hangul(text):
            return []
        found = [*self._as_written(text), *self._taken_apart(text)]
        return best(found)

    def _as_written(self, text: str) -> list[Found]:
        found = []
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            term = self._plain[number]
            fits = self._initials(text, start, end) if _syllables(term) == 0 else self._divides(text, start, end)
            if fits:
                found.append(self._found(term, start, end, 0.0))
        return found

    def _taken_apart(self, text: str) -> list[Found]:
        row = letters(text)
        spelled = "".join([letter.letter for letter in row])
        found = []
        for number, first, last in self._letters.find_matches_as_indexes(spelled, overlapping=True):
            start, end = row[first].place, row[last - 1].place + 1
            whole = row[first].opens and (last == len(row) or row[last].place != row[last - 1].place)
            term = self._split[self._bones[number]]
            if whole and text[start:end] != term and self._hides(text, start, end, term):
                found.append(self._found(term, start, end, 0.3))
        return found

    def _hides(self, text: str, start: int, end: int, term: str) -> bool:
        """Whether a spelling other than the term's is a disguise rather than other words."""
        piece = text[start:end]
        if any(char.isspace() for char in piece):
            return self._spaced(text, start, end, term)
        begins = start == 0 or not is_hangul(text[start - 1])
        single = any("ㄱ" <= char <= "ㆎ" for char in piece)
        signs = any(not is_hangul(char) for char in piece)
        if single or signs:
            return begins or _syllables(term) > 2
        stretched = _syllables(piece) > _syllables(term)
        return (stretched or (begins and _syllables(term) > 2)) and self._cost(piece) == RAREST

    def _spaced(self, text: str, start: int, end: int, term: str) -> bool:
        """Syllables one by one with blanks between, and nothing else joined to them."""
        alone = (start == 0 or not is_hangul(text[start - 1])) and (end == len(text) or not is_hangul(text[end]))
        pieces = text[start:end].split()
        return alone and all(_syllables(piece) <= 1 for piece in pieces) and len(pieces) <= _BLANK_RUN

    @staticmethod
    def _initials(text: str, start: int, end: int) -> bool:
        """Initials count when no other initials are joined to them, but for laughing."""
        before = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        return not any("ㄱ" <= char <= "ㅎ" and char not in LAUGHS for char in (before, after))

    def _divides(self, text: str, start: int, end: int) -> bool:
        """Whether the likeliest division of the word around into words begins one where the term begins."""
        left, right = start, end
        while left > 0 and start - left < WINDOW and is_hangul(text[left - 1]):
            left -= 1
        while right < len(text) and right - end < WINDOW and is_hangul(text[right]):
            right += 1
        if left == start and end - start > 2:
            return True
        cuts = self._division.cuts(text[left:right])
        return start - left in cuts and (end - left in cuts or end - start > 2)

    def _found(self, term: str, start: int, end: int, cost: float) -> Found:
        owner, weight = self._terms[term]
        return Found(owner, start, end, cost, weight)


def _syllables(text: str) -> int:
    return sum("가" <= char <= "힣" for char in text)
