"""Keys under which a disguised word and the word itself meet, for disguises that a skeleton does not undo.

Each key throws away what one kind of disguise changes; what meets under a key is then aligned letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from operator import ne

from reelwarden.text.fold import Script
from reelwarden.text.reading import RUN, collapsed

KEPT = 5_000
SHORTEST = 4
LONG = 6

_SOUNDS = (
    *(("ph", "f"), ("sch", "sh"), ("ck", "k"), ("x", "ks"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ea", "i")),
    *(("igh", "y"), ("wh", "h"), ("ah", "a"), ("er", "a"), ("uh", "a"), ("kw", "qu"), ("au", "o"), ("aw", "o")),
)
_GLYPHS = (("rn", "m"), ("nn", "m"), ("lc", "k"), ("cl", "d"), ("vv", "w"), ("uu", "w"), ("ii", "u"), ("ri", "n"))
_HAS_SOUNDS, _HAS_GLYPHS = (re.compile("|".join(one for one, _ in table)).search for table in (_SOUNDS, _GLYPHS))
_GLYPH_CLASSES = str.maketrans("eofbnkqvylj", "ccthhhguiii")
_CYRILLIC_GLYPHS = str.maketrans("еоэщцйёъп", "ссешциеьн")


@lru_cache(KEPT)
def keys(letters: str, script: Script) -> tuple[str, ...]:
    """The keys of a word of SHORTEST letters or more; masks in it are `*`. Kept, as lexicon and lists ask in turn."""
    if "*" in letters:
        return "v" + consonants(letters.replace("*", ""), script), _framed(letters)
    return (
        "v" + consonants(letters, script),
        "s" + "".join(sorted(script.classed(letters))),
        "o" + glyphs(letters),
        "p" + sounds(letters, script),
    )


def all_keys(words: Sequence[str], script: Script) -> Iterator[tuple[str, ...]]:
    """The keys of many words of a lexicon at once: each step runs over all of them as one string."""
    if not words:
        return iter(())
    joined = "\n".join(words)
    columns = (
        ("v", consonants(joined, script).split("\n")),
        ("o", glyphs(joined).split("\n")),
        ("p", sounds(joined, script).split("\n")),
        ("s", ["".join(sorted(word)) for word in script.classed(joined).split("\n")]),
    )
    named = [[name + key for key in column] for name, column in columns]
    return zip(*named, map(_framed, words), strict=True)


def _framed(letters: str) -> str:
    return f"m{letters[0]}{letters[-1]}{len(letters)}"


def plausible(key: str, letters: str, word: str) -> bool:
    """Whether two words that share a key can be what the key is for; a glance that spares most alignments."""
    kind, same = key[0], len(letters) == len(word)
    if kind == "s":
        return same and _differences(letters, word) <= 2
    if kind == "o":
        return not same or _differences(letters, word) <= (2 if len(word) < 8 else 3)
    if kind == "v" and "*" not in letters:
        return _within(letters, word) or (same and len(word) > 4 and _differences(letters, word) <= 2)
    return True


def _differences(a: str, b: str) -> int:
    return sum(map(ne, a, b))


def _within(letters: str, word: str) -> bool:
    """Whether the letters stand in the word in this order, but for letters of the same sound."""
    rest = iter(word.translate(_CONSONANTS))
    return all(letter in rest for letter in RUN.sub("", letters.translate(_CONSONANTS)))


@lru_cache(KEPT)
def gaps(letters: str, script: Script) -> tuple[str, ...]:
    """The skeleton, and it with one letter left out, of long words only: words with a typo between share one."""
    if len(letters) < LONG:
        return ()
    whole = "d" + collapsed(letters, script)
    return whole, *[whole[:place] + whole[place + 1 :] for place in range(2, len(whole))]


def consonants(letters: str, script: Script) -> str:
    """Without vowels, but for the first letter; classes and runs joined. `l` and `i` stay apart here."""
    kept = _inner_vowels(script.vowels).sub("", letters)
    return RUN.sub("", kept.translate(_CONSONANTS))


@cache
def _inner_vowels(vowels: frozenset[str]) -> re.Pattern[str]:
    return re.compile(f"(?<=[^\\n])[{''.join(sorted(vowels))}]")


_CONSONANTS = str.maketrans("cqzv", "kksu")


def glyphs(letters: str) -> str:
    if _HAS_GLYPHS(letters):
        for drawn, letter in _GLYPHS:
            letters = letters.replace(drawn, letter)
    return RUN.sub("", letters.translate(_GLYPH_CLASSES).translate(_CYRILLIC_GLYPHS))


def sounds(letters: str, script: Script) -> str:
    if _HAS_SOUNDS(letters):
        for heard, letter in _SOUNDS:
            letters = letters.replace(heard, letter)
    return collapsed(letters, script)
