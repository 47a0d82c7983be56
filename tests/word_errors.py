"""How many words a transcript gets wrong, after both sides are written the same way."""

from __future__ import annotations

import re

NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
SAME = {"mr": "mister", "mrs": "missus", "dr": "doctor", "ok": "okay", "#": "pound"}


def plain(text: str) -> list[str]:
    """Lower case, no punctuation, small numbers in words."""
    words = re.sub(r"[^\w\s'#]", " ", text.lower().replace("'", "")).split()
    return [NUMBERS[int(w)] if w.isdecimal() and int(w) <= 10 else SAME.get(w, w) for w in words]


def errors(said: str, heard: str) -> tuple[int, int]:
    """(words wrong, left out or added; words said)."""
    a, b = plain(said), plain(heard)
    row = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1], len(a)
