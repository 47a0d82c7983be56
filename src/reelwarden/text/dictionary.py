"""How usual a word is: word frequencies of wordfreq, as a hash file that is mapped, not loaded.

Reading wordfreq's own lists takes a second and 100 MB a language; the hash file takes neither. It is built at the
first use into the cache directory, or in memory where that cannot be written.
"""

from __future__ import annotations

import gzip
import mmap
import os
import sys
import tempfile
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zlib import adler32, crc32

NAMES = {"tl": "fil", "no": "nb"}
"""wordfreq's names where they differ from ours."""

RAREST = 1000
"""The cost of a word that is not listed, in hundredths of a power of ten."""

FORMAT = 2
KEPT = 20_000


class Dictionary:
    """Words of one language with their frequency. A word's *cost* is -100·log10(frequency): 300 is very usual."""

    def __init__(self, slots: memoryview) -> None:
        self._slots = slots
        self._mask = len(slots) - 1
        self.cost: Callable[[str], int] = lru_cache(KEPT)(self._cost)
        """The cost of a word in small letters, RAREST when it is not listed. Kept, as many ask for the same word."""

    def lists(self, word: str) -> bool:
        """Whether the dictionary has a word in small letters; nothing of it is kept."""
        return self._cost(word) < RAREST

    def _cost(self, word: str) -> int:
        key = _key(word)
        place, mark = key & self._mask, key >> 10
        while slot := self._slots[place]:
            if slot >> 10 == mark:
                return int(slot & 1023)
            place = (place + 1) & self._mask
        return RAREST


def least_cost(costs: Sequence[Callable[[str], int]]) -> Callable[[str], int]:
    """The cost of a word in the dictionary in which it is the most usual."""
    if len(costs) == 1:
        return costs[0]
    return lru_cache(KEPT)(lambda word: min([cost(word) for cost in costs]))


def _key(word: str) -> int:
    data = word.encode("utf-8", "surrogatepass")
    return (adler32(data) * 0x9E3779B97F4A7C15 & 0xFFFFFFFF) << 32 | crc32(data)


def words(language: str) -> Iterator[tuple[str, int]]:
    """Every listed word with its cost, from the most usual."""
    path = _source(language)
    for cost, bucket in enumerate(_unpack(path)[1:]):
        for word in bucket:
            yield word, min(cost, RAREST - 1)


@cache
def open_dictionary(language: str) -> Dictionary:
    """The dictionary of a language; built when the cache does not have it."""
    path = cache_home() / f"words-{NAMES.get(language, language)}-{metadata.version('wordfreq')}-{FORMAT}.bin"
    if not path.exists():
        slots = _build(language)
        if not keep(path, slots.tobytes()):
            return Dictionary(memoryview(slots))
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return Dictionary(memoryview(mapped).cast("Q"))


def cache_home() -> Path:
    """Where built files are kept: as in settings, but without loading them (the engine starts in no time)."""
    base = os.environ.get("REELWARDEN_CACHE_DIR")
    if base:
        return Path(base).expanduser() / "text"
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "reelwarden" / "text"


def keep(path: Path, data: bytes) -> bool:
    """Write a cache file whole or not at all; False when the directory does not let us."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        Path(file.name).replace(path)
    except OSError:
        return False
    return True


def _build(language: str) -> array[int]:
    listed = list(words(language))
    size = 1 << (len(listed) * 2).bit_length()
    slots = array("Q", bytes(8 * size))
    for word, cost in listed:
        key = _key(word)
        place = key & (size - 1)
        while slots[place]:
            if slots[place] >> 10 == key >> 10:
                break
            place = (place + 1) & (size - 1)
        else:
            slots[place] = (key >> 10 << 10) | cost
    return slots


def _source(language: str) -> Path:
    """wordfreq's biggest list of the language, found without importing wordfreq (which loads much more)."""
    found = find_spec("wordfreq")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("wordfreq")
    home = Path(found.submodule_search_locations[0]) / "data"
    name = NAMES.get(language, language)
    sized = (home / f"{size}_{name}.msgpack.gz" for size in ("large", "small"))
    return next(path for path in sized if path.exists())


def _unpack(path: Path) -> list[Any]:
    import msgpack

    with gzip.open(path, "rb") as file:
        unpacked: list[Any] = msgpack.load(file, raw=False, strict_map_key=False)
    return unpacked


def simplified() -> dict[int, str]:
    """Traditional Chinese characters to simplified, for `str.translate` (wordfreq's table, from OpenCC)."""
    found: Any = _unpack(_source("zh").with_name("_chinese_mapping.msgpack.gz"))
    return {int(code): sys.intern(char) for code, char in found.items()}
