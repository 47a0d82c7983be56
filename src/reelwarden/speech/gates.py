"""What a recogniser makes up when nobody speaks, or when it loses its way, is thrown away here. Pure.

Over music or noise Whisper writes a polite sentence with little confidence, or one phrase again and again.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace

from reelwarden.domain import Word
from reelwarden.speech.recogniser import Heard

LEAST_CONFIDENCE = -1.0
DOUBTFUL_CONFIDENCE = -0.6
MOST_NO_SPEECH = 0.6
MOST_COMPRESSION = 2.4
"""Ordinary speech compresses to half; a text that compresses better than this repeats itself."""
MOST_REPEATS = 4
MOST_WORDS_A_SECOND = 9.0


def trusted(heard: Heard) -> Heard:
    """The same with the words only that may be believed; without words where none may."""
    words = once(heard.words)
    text = replace(heard, words=words).text
    doubts = (
        heard.confidence < LEAST_CONFIDENCE
        or (heard.no_speech > MOST_NO_SPEECH and heard.confidence < DOUBTFUL_CONFIDENCE)
        or compression(text) > MOST_COMPRESSION
        or not any(map(str.isalnum, text))
        or _hurried(words)
    )
    return replace(heard, words=() if doubts else words)


def repeats(text: str) -> bool:
    """Whether the recogniser lost its way and says one phrase over and over."""
    return compression(text) > MOST_COMPRESSION


def compression(text: str) -> float:
    """How many times shorter the text becomes; short texts hardly become shorter."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def once(words: Sequence[Word]) -> tuple[Word, ...]:
    """A phrase of up to eight words that is said more than MOST_REPEATS times in a row stays once."""
    kept = list(words)
    for size in range(1, 9):
        at = 0
        while at + size <= len(kept):
            times = _times(kept, at, size)
            if times > MOST_REPEATS:
                del kept[at + size : at + size * times]
            at += 1
    return tuple(kept)


def _times(words: Sequence[Word], at: int, size: int) -> int:
    phrase = [w.text.lower().strip(".,!?") for w in words[at : at + size]]
    times = 1
    while [w.text.lower().strip(".,!?") for w in words[at + size * times : at + size * (times + 1)]] == phrase:
        times += 1
    return times


def _hurried(words: Sequence[Word]) -> bool:
    if len(words) < 8:
        return False
    return len(words) > MOST_WORDS_A_SECOND * max(0.1, words[-1].end - words[0].start)
