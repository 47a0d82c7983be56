"""A text in pieces that a model can judge: neighbouring sentences together, up to a length, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 200
"""Characters of a window. Short enough that one bad sentence is not lost among good ones."""

MOST = 64
"""So many windows of a text are judged; the rest of a very long text is left to words and patterns."""

_SENTENCE = re.compile(r"[^.!?。！？…\n]*[.!?。！？…\n]*")
_LETTERS = re.compile(r"[^\W\d_]")
_FEWEST = 4
"""Fewer letters (two characters of Chinese or Korean say as much) are no sentence."""
_WORDS = 3
"""Nor are fewer words, where blanks part them: on single words the lexicons know better."""
_DENSE = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]")

Span = tuple[int, int]


def windows(text: str) -> list[Span]:
    """The windows of a text as start and end, in order, without blanks around them."""
    found: list[Span] = []
    for start, end in _joined(_sentences(text)):
        first, last = _stripped(text, start, end)
        if _says_something(text[first:last]):
            found.append((first, last))
        if len(found) == MOST:
            break
    return found


def _sentences(text: str) -> Iterator[Span]:
    for found in _SENTENCE.finditer(text):
        for start in range(found.start(), found.end(), LONGEST):
            yield start, min(start + LONGEST, found.end())


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    start = end = 0
    for first, last in spans:
        if last - start > LONGEST:
            yield start, end
            start = first
        end = last
    if end > start:
        yield start, end


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _says_something(piece: str) -> bool:
    dense = len(_DENSE.findall(piece))
    return len(_LETTERS.findall(piece)) + dense >= _FEWEST and (dense > 0 or len(piece.split()) >= _WORDS)
