"""Words that are spelled letter by letter: `k i l l`, `y.o.u`; rows of single letters as the words that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

FEWEST = 4
"""So many single letters in a row may be a spelled word; fewer are initials."""

LONGEST_ROW = 60
LONGEST_WORD = 16
ALONE = frozenset("aiu")
"""Letters that are words by themselves."""


def rows(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First and end of every row of single letters that is long enough."""
    first = 0
    for place in range(len(words) + 1):
        if place < len(words) and len(words[place]) == 1 and words[place].isalpha():
            continue
        if FEWEST <= place - first <= LONGEST_ROW:
            yield first, place
        first = place + 1


def divided(letters: str, known: Callable[[str], bool]) -> list[str]:
    """The fewest known words that the letters make; none where they make none."""
    size = len(letters)
    best: list[int] = [0] + [size + 1] * size
    back = [0] * (size + 1)
    for end in range(1, size + 1):
        for start in range(max(0, end - LONGEST_WORD), end):
            if best[start] + 1 < best[end] and _is_word(letters[start:end], known):
                best[end], back[end] = best[start] + 1, start
    if best[size] > size // 2 + 1:
        return []
    words, end = [], size
    while end:
        words.append(letters[back[end] : end])
        end = back[end]
    return words[::-1]


def _is_word(piece: str, known: Callable[[str], bool]) -> bool:
    return piece in ALONE if len(piece) == 1 else known(piece)
