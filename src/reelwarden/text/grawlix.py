"""Swearing spelled in signs: `@#$%!`. Masked words (`f**k`) are the matcher's, links and smileys are nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

_RUN = re.compile(r"[@#$%&*^!?+~=¿¡§]{3,}")
_CORE = frozenset("@#$%&*^§")
_FAIR = frozenset(("$%^", "@*", "*^*", "^*^", "*~*", "&&", "%%", "?&", "&#", "#$", "!==", "**="))
_ADDRESS = re.compile(r"://|www\.|%[0-9A-Fa-f]{2}|[?&]\w+=")
_LONGEST_TOKEN = 300


def find(text: str) -> Iterator[tuple[int, int]]:
    """The places of runs of signs that stand for a curse."""
    for run in _RUN.finditer(text):
        start, end = run.span()
        if _curses(run[0]) and not _inside_word(text, start, end) and not _in_address(text, start, end):
            yield start, end


def _curses(run: str) -> bool:
    core = set(run) & _CORE
    return len(core) >= 2 and (len(set(run)) >= 3 or len(run) >= 4) and run not in _FAIR and len(run) <= 40


def _inside_word(text: str, start: int, end: int) -> bool:
    before = start > 0 and text[start - 1].isalnum()
    after = end < len(text) and text[end].isalnum()
    return before and after


def _in_address(text: str, start: int, end: int) -> bool:
    """Whether the word around is a link or part of one."""
    left, right = max(0, start - _LONGEST_TOKEN), end + _LONGEST_TOKEN
    head, tail = text[left:start].split(), text[end:right].split()
    near = (head[-1] if head and not text[start - 1].isspace() else "") + text[start:end]
    near += tail[0] if tail and not text[end].isspace() else ""
    return _ADDRESS.search(near) is not None
