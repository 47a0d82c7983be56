"""Words of a dictionary that bring nothing to any text: no term or piece of one, nothing to patterns or entities.

The others, some thirty thousand of up to 730,000, are *telling*. They are reckoned when a lexicon was changed
(`python -m reelwarden.text.lexicon telling`) and kept in `lexicon/dull/<language>.bin`: a mark of all that they hang
on, then the CRC-32 of each, of four bytes, the lowest first. A dull word whose sum is that of a telling one only goes
the long way. Where the mark is another (a lexicon that was changed since, another dictionary) no word is dull: nothing
is missed, and all takes longer.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Collection, Iterator
from functools import cache, partial
from hashlib import blake2b
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from zlib import crc32

from reelwarden.text.dictionary import Dictionary, open_dictionary
from reelwarden.text.entities.hosts import COMMON_TLDS
from reelwarden.text.match import LANGUAGES
from reelwarden.text.recent import Recent, unknown

WRITTEN_APART = tuple(language for language in LANGUAGES if language not in ("zh", "ko"))
"""The languages whose words stand between blanks as the dictionary has them."""

FORMAT = 1
MARK_SIZE = 16
KEPT = 60_000
LONGEST = 48

PLAIN = re.compile(r"([^\W\d_]{4,40})(?:[.,;:]{0,3}|[!?])")
"""A word, with no more behind it than what follows words everywhere."""

_TEXT = resources.files("reelwarden.text")


@cache
def dull_words(language: str) -> Callable[[str], bool]:
    """Tells whether a chunk between blanks, of a text that was typed, is a dull word of the language. The answers are
    kept."""
    file = _file(language)
    telling = parse(file.read_bytes(), mark(language)) if file.is_file() else None
    if telling is None:
        return unknown
    return Recent(partial(_is_dull, telling, open_dictionary(language)), KEPT, LONGEST).__getitem__


def parse(data: bytes, wanted: bytes) -> frozenset[int] | None:
    """The sums in a file; None where it has another mark than it should have."""
    if data[:MARK_SIZE] != wanted:
        return None
    return frozenset(one for (one,) in struct.iter_unpack("<I", data[MARK_SIZE:]))


def packed(telling: Collection[str], wanted: bytes) -> bytes:
    """The file that says which words are telling."""
    sums = sorted(set(map(_sum, telling)))
    return wanted + struct.pack(f"<{len(sums)}I", *sums)


def mark(language: str) -> bytes:
    """What tells whether lexicons, words of addresses and dictionary are those that the words were reckoned with."""
    found = blake2b(f"{FORMAT} {metadata.version('wordfreq')} {sorted(COMMON_TLDS)}".encode(), digest_size=MARK_SIZE)
    for file in _causes(language):
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.digest()


def _causes(language: str) -> Iterator[Traversable]:
    lexicons = _TEXT.joinpath("lexicon")
    homes = [lexicons.joinpath(one) for one in dict.fromkeys(("any", "en", language))]
    for home in (*homes, _TEXT.joinpath("entities")):
        files = [file for file in home.iterdir() if file.name.endswith((".tsv", ".patterns", ".txt", ".toml"))]
        yield from sorted(files, key=lambda file: file.name)


def _file(language: str) -> Traversable:
    return _TEXT.joinpath("lexicon", "dull", f"{language}.bin")


def _sum(word: str) -> int:
    return crc32(word.encode())


def _is_dull(telling: Collection[int], dictionary: Dictionary, chunk: str) -> bool:
    plain = PLAIN.fullmatch(chunk)
    if plain is None:
        return False
    word = plain[1].lower()
    return word.isalpha() and dictionary.lists(word) and _sum(word) not in telling
