"""Which signals of one label are about the same thing: one line of words, one code, one kind of object."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise

from reelwarden.domain import Signal

WORDS = "text"
SPEECH = "text.speech"
"""Every stretch of speech is a moment of its own: somebody who says a thing twice says it twice."""
NAMED = frozenset(
    {"qr", "logo", "known", "object", "animal", "plant", "scene"}
    | {
        "face.celebrity",
        "face.gender",
        "face.expression",
        "voice.language",
        "voice.gender",
        "voice.timbre",
        "sound.scene",
    }
)
"""Families and labels whose signals name what they found, in the evidence's text or in a fact."""
NAMING_FACTS = ("name", "class", "kind", "gender", "expression", "language", "seen")
SIMILAR = 0.6
SHORT = 4
"""Words of fewer letters must be equal: `on` and `no` share little but are near."""
NUMBERS = 7
"""A line with as many digits is a number that somebody shows; two that differ are two numbers."""


def reads_words(label: str) -> bool:
    """Whether the label's signals are lines of words, each read a little differently from frame to frame."""
    return label.startswith(f"{WORDS}.") and label != SPEECH


def identity(label: str, signal: Signal) -> str:
    """What the signal is about; empty where all signals of the label are about the same."""
    if label == SPEECH:
        return repr(signal.start)
    if reads_words(label):
        return normal(signal.evidence.text or "")
    if label in NAMED or label.partition(".")[0] in NAMED:
        return signal.evidence.text or _named(signal)
    return ""


def _named(signal: Signal) -> str:
    facts = signal.evidence.facts
    return next((str(facts[name]) for name in NAMING_FACTS if facts.get(name)), "")


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """Letters and digits in one case and width: what readings of one line have in common."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum()) or plain.strip()


def similar(one: str, other: str) -> bool:
    """Whether two normal texts are readings of one line (Dice coefficient of their letter pairs)."""
    if one == other:
        return True
    if min(len(one), len(other)) < SHORT or max(len(one), len(other)) > 4 * min(len(one), len(other)):
        return False
    digits, other_digits = _digits(one), _digits(other)
    if max(len(digits), len(other_digits)) >= NUMBERS and digits != other_digits:
        return False
    shared = len(_pairs(one) & _pairs(other))
    return 2 * shared >= SIMILAR * (len(one) + len(other) - 2)


@lru_cache(maxsize=8192)
def _pairs(text: str) -> frozenset[tuple[str, int]]:
    """The letter pairs, numbered where one comes more than once."""
    count: Counter[str] = Counter()
    found = []
    for pair in map("".join, pairwise(text)):
        count[pair] += 1
        found.append((pair, count[pair]))
    return frozenset(found)


@lru_cache(maxsize=8192)
def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
