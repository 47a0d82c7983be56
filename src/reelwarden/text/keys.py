"""Keys under which a disguised word and the word itself meet, for disguises that a skeleton does not undo.

Each key throws away what one kind of disguise changes; what meets under a key is then aligned letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterator

from reelwarden.text.fold import Script
from reelwarden.text.reading import RUN, collapsed

SHORTEST = 4
LONG = 6

_SOUNDS = (
    *(("ph", "f"), ("sch", "sh"), ("ck", "k"), ("x", "ks"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ea", "i")),
    *(("igh", "y"), ("wh", "h"), ("ah", "a"), ("er", "a"), ("uh", "a"), ("kw", "qu"), ("au", "o"), ("aw", "o")),
)
_GLYPHS = (("rn", "m"), ("nn", "m"), ("lc", "k"), ("cl", "d"), ("vv", "w"), ("uu", "w"), ("ii", "u"), ("ri", "n"))
_GLYPH_CLASSES = str.maketrans("eofbnkqvylj", "ccthhhguiii")
_CYRILLIC_GLYPHS = str.maketrans("еоэщцйёъп", "ссешциеьн")


def keys(letters: str, script: Script) -> Iterator[str]:
    """The keys of a word of SHORTEST letters or more; masks in it are `*`."""
    bare = letters.replace("*", "")
    yield "v" + consonants(bare, script)
    if "*" in letters:
        yield f"m{letters[0]}{letters[-1]}{len(letters)}"
        return
    classed = script.classed(letters)
    yield "s" + "".join(sorted(classed))
    yield "o" + glyphs(letters)
    yield "p" + sounds(letters, script)


def word_keys(letters: str, script: Script) -> Iterator[str]:
    """The keys under which a word of a lexicon is filed."""
    yield from keys(letters, script)
    yield f"m{letters[0]}{letters[-1]}{len(letters)}"


def gaps(letters: str, script: Script) -> Iterator[str]:
    """The skeleton, and it with one letter left out, of long words only: words with a typo between share one."""
    if len(letters) >= LONG:
        whole = collapsed(letters, script)
        yield "d" + whole
        for place in range(1, len(whole)):
            yield "d" + whole[:place] + whole[place + 1 :]


def consonants(letters: str, script: Script) -> str:
    """Without vowels, but for the first letter; classes and runs joined. `l` and `i` stay apart here."""
    vowels = script.vowels
    kept = letters[:1] + "".join(letter for letter in letters[1:] if letter not in vowels)
    joined = kept.translate(_CONSONANTS)
    return RUN.sub(r"\1", joined)


_CONSONANTS = str.maketrans("cqzv", "kksu")


def glyphs(letters: str) -> str:
    for drawn, letter in _GLYPHS:
        letters = letters.replace(drawn, letter)
    return RUN.sub(r"\1", letters.translate(_GLYPH_CLASSES).translate(_CYRILLIC_GLYPHS))


def sounds(letters: str, script: Script) -> str:
    for heard, letter in _SOUNDS:
        letters = letters.replace(heard, letter)
    return collapsed(letters, script)
