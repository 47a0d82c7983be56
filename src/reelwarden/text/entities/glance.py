"""Whether a text can hold an entity at all, told from its chunks between blanks: nearly every text cannot.

Each chunk gets one letter for what it may contribute, which is found once and kept; what only several chunks together
can be (digits said in words, letters that stand apart, ", com") shows in the row of letters. The glance is generous:
it never says no where `entities.find` finds something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

from reelwarden.text.entities import digits, hidden, username
from reelwarden.text.entities.glyphs import plain
from reelwarden.text.entities.hosts import COMMON_TLDS
from reelwarden.text.entities.number_words import parts_of
from reelwarden.text.recent import Recent, unknown

_KEPT = 60_000
_LONGEST_KEPT = 60

_NUMBER, _ENDING, _COMMA, _AT, _PROVIDER, _TELLING = (1 << bit for bit in range(6))
"""A number word or a single letter; a top-level domain; what may go before one in place of a dot; a word for @; a mail
provider; what is reason enough to look at the whole text."""


def _with(trait: int) -> str:
    """A class of the letters that have a trait."""
    return f"[{re.escape(''.join(chr(64 + traits) for traits in range(64) if traits & trait))}]"


_WORTH = re.compile(f"{_with(_TELLING)}|{_with(_NUMBER)}{{2}}|{_with(_COMMA)}{_with(_ENDING)}")
_SAYS_AT, _NAMES_PROVIDER = re.compile(_with(_AT)), re.compile(_with(_PROVIDER))

_WORD = re.compile(r"[^\W\d_]+")
_SIGN = re.compile(r"[\d@_·•∙⋅＠﹫]|\.\w|^\.|\s")
_BEHIND = ".,;:!?"
_PLAIN, _LETTERED = re.compile(r"[a-z]+[.,;:!?]*"), re.compile(r"[^\W\d_]+[.,;:!?]*")
_COMMA_INSIDE = re.compile(r",.*\w", re.DOTALL)
_TLD = re.compile(rf"(?:{'|'.join(sorted(COMMON_TLDS))})\b")
_LATIN = re.compile("[a-z]")


NOTHING, _COMMA_BEHIND = chr(64), chr(64 + _COMMA)
"""The letters of a chunk that contributes nothing, and of one with no more than a comma behind it."""


class Letters(Recent[str]):
    """The letters of chunks; nothing for those without words, so that their neighbours become neighbours. `is_dull`
    tells words that contribute nothing."""

    def __init__(self, is_dull: Callable[[str], bool] = unknown) -> None:
        super().__init__(self._letter, _KEPT, _LONGEST_KEPT)
        self._is_dull = is_dull

    def _letter(self, chunk: str) -> str:
        if self._is_dull(chunk):
            return _COMMA_BEHIND if chunk.endswith(",") else NOTHING
        text = plain(chunk)
        if _PLAIN.fullmatch(text) and (chunk.isascii() or _LETTERED.fullmatch(chunk)):
            words = [text.rstrip(_BEHIND)]
            traits = _of_word(words[0]) | _COMMA * text.endswith(",") | _NUMBER * (len(text) == 1)
        else:
            words = _WORD.findall(text)
            traits = _traits(chunk, text, words)
        return chr(64 + traits) if words or traits else ""


@cache
def _letters(is_dull: Callable[[str], bool]) -> Letters:
    return Letters(is_dull)


def may_hold(chunks: Sequence[str], is_dull: Callable[[str], bool] = unknown) -> bool:
    """Whether a text of these chunks (as `str.split` gives them) is worth a look. `is_dull` tells words of its language
    that contribute nothing."""
    row = "".join(map(_letters(is_dull).__getitem__, chunks))
    if _WORTH.search(row):
        return True
    at = _SAYS_AT.search(row)
    return at is not None and _NAMES_PROVIDER.search(row, at.start()) is not None


@lru_cache(_KEPT)
def _of_word(word: str) -> int:
    """What a word in ASCII with nothing but the marks of a sentence behind it may contribute, the comma apart: as
    `_traits`, without what needs signs or letters beyond ASCII."""
    words = (word,)
    if hidden.ends_like_a_host(word) or username.introduces(words):
        return _TELLING
    parts = parts_of(word)
    if parts > 1:
        return _TELLING
    return (
        _NUMBER * (parts > 0)
        + _ENDING * (word in COMMON_TLDS)
        + _AT * hidden.says_at(words)
        + _PROVIDER * hidden.names_a_provider(words)
    )


def _traits(chunk: str, text: str, words: Sequence[str]) -> int:
    """What a chunk, folded to `text`, may contribute."""
    if _SIGN.search(text) or hidden.near_a_host(f" {text} ", words) or username.introduces(words):
        return _TELLING
    if _COMMA_INSIDE.search(text) or (not chunk.isascii() and _is_telling(chunk, text)):
        return _TELLING
    parts = sum(map(parts_of, words))
    if parts > 1:
        return _TELLING
    dot = text.endswith(",") or (not text.isascii() and hidden.has_glued_sign(text))
    return (
        _NUMBER * (parts > 0 or len(text) == 1 or digits.has_numeral_edge(text))
        + _ENDING * (_TLD.match(text) is not None)
        + _COMMA * dot
        + _AT * hidden.says_at(words)
        + _PROVIDER * hidden.names_a_provider(words)
    )


def _is_telling(chunk: str, text: str) -> bool:
    """The same for what the fold hides, and for scripts in which words are not divided."""
    glued = _LATIN.search(text) is not None and hidden.has_glued_sign(text)
    return glued or _SIGN.search(chunk) is not None or username.introduces_glued(chunk) or digits.has_numerals(text)
