"""What a speech recogniser takes and gives, whichever it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelwarden.domain import Word

Samples = NDArray[np.float32]

WINDOW = 30.0
"""The longest piece, in seconds, that a recogniser is given at once."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of one piece; times are seconds from the piece's start.

    `language` is an ISO 639-1 code ("" where the recogniser does not tell), `language_probability` how sure it is.
    `confidence` is the mean log-probability of the tokens, `no_speech` the probability that nobody speaks; where a
    recogniser does not tell them, they are 0.
    """

    words: tuple[Word, ...] = ()
    language: str = ""
    language_probability: float = 0.0
    confidence: float = 0.0
    no_speech: float = 0.0

    @property
    def text(self) -> str:
        return join(self.words)


class Recogniser(ABC):
    """Turns speech into words. `languages` are those that it can tell apart (empty: it tells none).

    It remembers nothing between pieces, and several threads may ask it.
    """

    languages: tuple[str, ...] = ()

    @abstractmethod
    def recognise(self, samples: Samples, language: str | None = None, likely: str | None = None) -> Heard:
        """What is said in at most WINDOW seconds of 16 kHz samples.

        `language` fixes the language; `likely` is the one to take where the sound leaves it open.
        """

    @abstractmethod
    def tell_language(self, samples: Samples) -> tuple[str, float]:
        """The language (ISO 639-1, "" where it cannot tell) and how sure, which costs less than the words."""


def join(words: Sequence[Word]) -> str:
    """The words as a text: with spaces, except between words of scripts that are written without them."""
    parts: list[str] = []
    for word in words:
        if parts and not (_unspaced(parts[-1][-1:]) and _unspaced(word.text[:1])):
            parts.append(" ")
        parts.append(word.text)
    return "".join(parts)


def _unspaced(letter: str) -> bool:
    """Han, kana, Thai, Lao, Burmese, Khmer and the full-width punctuation between them."""
    return (
        "\u0e00" <= letter <= "\u0eff"
        or "\u1000" <= letter <= "\u109f"
        or "\u1780" <= letter <= "\u17ff"
        or ("\u2e80" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff" or "\uff00" <= letter <= "\uff65")
    )
