"""Addresses that hide: "john [at] gmail (dot) com", "john arobase gmail point com", "j o h n @ g m a i l . c o m".

`reveal` rewrites a folded text so that plain patterns find them; every character still knows where it came from, and
every rewritten sign how sure it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from reelwarden.text.entities.glyphs import Folded, plain
from reelwarden.text.entities.hosts import COMMON_TLDS

_WORDS = tomllib.loads(files(__package__).joinpath("address_words.toml").read_text("utf-8"))


def word_set(name: str) -> frozenset[str]:
    """One of the lists of address_words.toml, folded."""
    return frozenset(plain(_WORDS[name]).split())


def _alternatives(*names: str) -> str:
    words: set[str] = set()
    for name in names:
        entry = _WORDS[name]
        words.update(plain(word) for word in (entry.split() if isinstance(entry, str) else entry))
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


_OPEN, _CLOSE = r"[\[({<«⟨【「『|\"'*_~-]", r"[\])}>»⟩】」』|\"'*_~-]"
_ANY, _SOME = r"\s{0,3}", r"\s{1,3}"
_BULLET = r"\s?[,·•∙⋅]\s?"
_AT, _DOT = _alternatives("at", "at_phrases"), _alternatives("dot")
_LONG_AT = "|".join(word for word in _AT.split("|") if len(word) > 3 or not word.isascii())
_LONG_AT_WORDS = _LONG_AT.split("|")
_PROVIDER = _alternatives("providers")
_PROVIDERS = frozenset(_PROVIDER.split("|"))
_ENDINGS = COMMON_TLDS | _PROVIDERS
_TLD = "|".join(sorted(COMMON_TLDS, key=lambda tld: (-len(tld), tld)))

_AT_WORDS = frozenset(part for word in _AT.split("|") for part in re.findall(r"[^\W\d_]+", word))
_DOT_WORDS = frozenset(_DOT.split("|")) | {"dt"}
_TELLING = tuple(word for word in (*_LONG_AT.split("|"), *_DOT.split("|")) if not word.isascii())
"""Words of scripts that may stand glued to their neighbours."""
_GLUED = (
    "dotcom",
    "dotnet",
    "dotorg",
    "pointcom",
    "punktcom",
    "puntocom",
    "pontocom",
    "atgmail",
    "atyahoo",
    "athotmail",
)
_HOST = re.compile(r"[a-z0-9]\.[a-z]{2}")
_BRACKETED = re.compile(rf"{_OPEN}\s?(?:@|\.|{_AT}|{_DOT})\s?{_CLOSE}")
_LOOSE = (" @", "@ ", " .", ". com", " com", "·", "•", "∙", "⋅")


_NUMBERED = [rf"{word}(?![a-z0-9])" for word in sorted(_PROVIDERS) if not word.isalpha()]
# Each alternative begins with a plain sign, so that a search passes over all else at once.
_NEAR_A_HOST = re.compile(
    r"\.(?:(?<=[^\W_]\.)[^\W_]|(?<=[\s\[({<|\"'*_~-]\.)|\s{1,3}com\b)|//|/ /| [a-z0-9@._+-] [a-z0-9@._+-] |d0t"
    rf"|,\s?(?:{'|'.join(sorted(COMMON_TLDS))})\b|{'|'.join(_NUMBERED)}"
)
_HAS_NUMBERED = re.compile("|".join(_NUMBERED)).search
_PROVIDER_ENDS = tuple(word for word in _PROVIDERS if word.isalpha())
_DOT_ENDS = tuple(word + tld for word in _DOT.split("|") if word.isascii() for tld in ("com", "net", "org"))
_HOST_ENDS = (*filter(str.isascii, _PROVIDER_ENDS), *_DOT_ENDS)
_AT_ENDS = tuple(plain(word) for word in _WORDS["at"].split())
_SAYS_AT = _AT_WORDS - {"a", "in", "een", "et"}
"""Of the words for @ those without which none is said."""


@lru_cache(65_536)
def _names_a_host(word: str) -> bool:
    return word in _DOT_WORDS or word.endswith(_HOST_ENDS)


def has_no_host(folded: Folded) -> bool:
    """Whether an ASCII text surely names no host, hidden or not: without one there is neither link nor address."""
    return (
        folded.original.isascii()
        and _NEAR_A_HOST.search(folded.text) is None
        and not any(map(_names_a_host, folded.words))
    )


def near_a_host(text: str, words: Sequence[str]) -> bool:
    """Whether a folded chunk, with blanks around, has a sign of a host that is no name of a mail provider."""
    return _NEAR_A_HOST.search(text) is not None or any(map(ends_like_a_host, words))


def ends_like_a_host(word: str) -> bool:
    """Whether a word is one for a dot, or has one and an ending, or an @ and a provider, glued to it."""
    return word in _DOT_WORDS or word.endswith(_DOT_ENDS) or _glues_an_address(word)


def names_a_provider(words: Sequence[str]) -> bool:
    return any(map(_names_a_provider, words))


@lru_cache(65_536)
def _names_a_provider(word: str) -> bool:
    return word.endswith(_PROVIDER_ENDS)


def says_at(words: Sequence[str]) -> bool:
    return not _SAYS_AT.isdisjoint(words)


def has_glued_sign(text: str) -> bool:
    """Whether a folded text has a word for @ or dot of a script in which words are not divided."""
    return any(word in text for word in _TELLING)


def _glues_an_address(word: str) -> bool:
    """`johnatgmail`"""
    return word.endswith(_PROVIDER_ENDS) and any(
        word.endswith(provider) and word.removesuffix(provider).endswith(_AT_ENDS) for provider in _PROVIDER_ENDS
    )


def _hides(folded: Folded) -> bool:
    """May an address hide in the text? Quick, and generous."""
    text, words = folded.text, folded.words
    at, dot = not _AT_WORDS.isdisjoint(words), not _DOT_WORDS.isdisjoint(words)
    if dot and any(word in _DOT_WORDS and after in _ENDINGS for word, after in pairwise(words)):
        return True
    if at and (_HOST.search(text) or not _PROVIDERS.isdisjoint(words)):
        return True
    if any(sign in text for sign in _LOOSE) or any(word in text for word in _GLUED):
        return True
    if not text.isascii() and any(word in text for word in _TELLING):
        return True
    signs = "@" in text or "." in text
    if (at or dot or signs) and list(map(len, words)).count(1) >= 4:
        return True
    return (at or dot or signs) and _BRACKETED.search(text) is not None


@dataclass(frozen=True, slots=True)
class Sign:
    """An @ or a dot that was written otherwise; `sure` where brackets or a plain sign leave no doubt."""

    char: str
    sure: bool


class Revealed:
    """A rewritten text: `origin[i]` and `until[i]` say which folded span its character i came from."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.origin: list[int] = list(range(len(text)))
        self.until: list[int] = list(range(1, len(text) + 1))
        self.signs: dict[int, Sign] = {}
        """Folded start of every rewritten sign."""

    def replace(self, pattern: re.Pattern[str], char: str, *, sure: bool) -> None:
        """Each match of the pattern's group 1 (or of the whole pattern) becomes `char`, which may be empty."""
        pieces: list[str] = []
        origin: list[int] = []
        until: list[int] = []
        place = 0
        for match in pattern.finditer(self.text):
            start, end = match.span(1) if pattern.groups else match.span()
            pieces += (self.text[place:start], char)
            origin += self.origin[place:start]
            until += self.until[place:start]
            if char:
                origin.append(self.origin[start])
                until.append(self.until[end - 1])
                self.signs.setdefault(self.origin[start], Sign(char, sure))
            place = end
        if not pieces:
            return
        self.text = "".join((*pieces, self.text[place:]))
        self.origin = origin + self.origin[place:]
        self.until = until + self.until[place:]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The folded span of a rewritten one."""
        return self.origin[start], self.until[end - 1]

    def signs_within(self, start: int, end: int) -> list[Sign]:
        """The rewritten signs between two places of the rewritten text."""
        return [self.signs[place] for place in self.origin[start:end] if place in self.signs]


_LETTERS_APART = re.compile(r"(?<=(?<![^\s])[a-z0-9@._+-])( )(?=[a-z0-9@._+-](?!\S))")
_ENOUGH_APART = re.compile(r"(?<!\S)(?:[a-z0-9@._+-] ){3,}[a-z0-9@._+-](?!\S)")


def _tells(*names: str) -> frozenset[str]:
    """The longest part of each word or phrase: without one of them none of the words is there."""
    alternatives = "|".join(_alternatives(name) for name in names).split("|")
    return frozenset(max(re.findall(r"[^\W\d_]+", word), key=len) for word in alternatives)


_AT_TELLS, _UNDERSCORE_TELLS, _DASH_TELLS = _tells("at", "at_phrases"), _tells("underscore"), _tells("dash")
_HAS_BRACKETED = re.compile(rf"{_OPEN}{_ANY}(?:@|\.|{_AT}|{_DOT}){_ANY}{_CLOSE}").search
_HAS_LOOSE_AT = re.compile(r"@(?:(?<=\s@)|\s)").search
_HAS_LOOSE_ENDING = re.compile(rf"[.,·•∙⋅]{_ANY}(?:{_TLD})\b").search
_HAS_LOOSE_DOT = re.compile(r"\.(?<=\s\.)\s").search


def _needed(text: str, words: Sequence[str]) -> tuple[bool, ...]:
    """Which of the steps may change an ASCII text: quick, and generous."""
    bracketed = _HAS_BRACKETED(text) is not None
    dots = not _DOT_WORDS.isdisjoint(words) or "d0t" in text
    return (
        bracketed,
        bracketed,
        "at" in text,
        not _AT_TELLS.isdisjoint(words),
        names_a_provider(words) or _HAS_NUMBERED(text) is not None,
        dots,
        dots or any(map(_names_a_host, words)),
        _HAS_LOOSE_AT(text) is not None,
        _HAS_LOOSE_ENDING(text) is not None,
        _HAS_LOOSE_DOT(text) is not None,
        not _UNDERSCORE_TELLS.isdisjoint(words),
        not _DASH_TELLS.isdisjoint(words),
    )


_STEPS = (
    (re.compile(rf"{_ANY}{_OPEN}{{1,3}}{_ANY}(?:@|{_AT}){_ANY}{_CLOSE}{{1,3}}{_ANY}(?=[\w])"), "@", True),
    (re.compile(rf"{_ANY}{_OPEN}{{1,3}}{_ANY}(?:\.|{_DOT}){_ANY}{_CLOSE}{{1,3}}{_ANY}(?=[\w])"), ".", True),
    (re.compile(rf"(at)(?<=[\w.]at)(?=(?:{_PROVIDER})(?:dot|\.))"), "@", True),
    (re.compile(rf"(?<=\w){_SOME}(?:{_AT}){_SOME}(?=\w)"), "@", False),
    (
        re.compile(rf"(?<=[a-z0-9]){_ANY}(?:{_alternatives('at')}){_ANY}(?=(?:{_PROVIDER})\b)(?<!\bat)(?<!\bat )"),
        "@",
        False,
    ),
    (re.compile(rf"(?<=\w){_SOME}(?:{_DOT}){_SOME}(?=\w)"), ".", False),
    (re.compile(rf"(?<=\w)(?:{_DOT})(?=(?:com|net|org)\b)"), ".", False),
    (re.compile(r"(?<=[\w.])(\s{1,3}@\s{0,3}|@\s{1,3})(?=\w)"), "@", False),
    (
        re.compile(rf"(?<=\w)({_SOME}\.{_ANY}|[.]{_SOME}(?=com\b)|\s?[,·•∙⋅]\s?)(?=(?:{_TLD})\b(?!\s?[a-z]))"),
        ".",
        False,
    ),
    (re.compile(r"(?<=\w)(\s{1,3}\.\s{1,3})(?=\w{1,30}\s{0,3}(?:@|\.\w))"), ".", False),
)
_SIGNS = (
    (re.compile(rf"(?<=\w){_SOME}(?:{_alternatives('underscore')}){_SOME}(?=\w)"), "_"),
    (re.compile(rf"(?<=\w){_SOME}(?:{_alternatives('dash')}){_SOME}(?=\w)"), "-"),
)
"""Steps for what only an address has."""

_ALL = (True,) * (len(_STEPS) + len(_SIGNS))


def reveal(folded: Folded) -> Revealed | None:
    """The folded text with hidden signs made plain; None where nothing hides."""
    if not _hides(folded):
        return None
    text = folded.text
    revealed = Revealed(text)
    needed = _needed(text, folded.words) if text.isascii() else _ALL
    if _ENOUGH_APART.search(text):
        revealed.replace(_LETTERS_APART, "", sure=True)
        needed = _ALL
    for (pattern, char, sure), may_change in zip(_STEPS, needed, strict=False):
        if may_change:
            revealed.replace(pattern, char, sure=sure)
    if "@" in revealed.text:
        for (pattern, char), may_change in zip(_SIGNS, needed[len(_STEPS) :], strict=True):
            if may_change:
                revealed.replace(pattern, char, sure=True)
    return revealed if revealed.text != text else None


def letters_joined(text: str) -> Revealed:
    """The text with letters that stand apart joined."""
    joined = Revealed(text)
    joined.replace(_LETTERS_APART, "", sure=True)
    return joined


@cache
def providers() -> frozenset[str]:
    return word_set("providers")
