"""Dull words of a dictionary take the shortest way of all; whatever goes it must bring nothing by the long way."""

from __future__ import annotations

import random

import pytest

from reelwarden.text import dull
from reelwarden.text.dictionary import words
from reelwarden.text.recent import Recent, unknown
from reelwarden.text.telling import teller

LANGUAGES = ("da", "en", "fi", "ru", "tl", "tr")
"""Those whose telling words have been reckoned."""

TAILS = ("", "", ".", ",", "...", ";", ":", "!", "?")
SAMPLE = 2500


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_reckoned_is_current(language: str) -> None:
    again = "a lexicon was changed: python -m reelwarden.text.lexicon telling " + " ".join(LANGUAGES)
    assert dull.dull_words(language) is not unknown, again


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dull_word_brings_nothing_by_the_long_way(language: str) -> None:
    source = random.Random(5)
    listed = [word for word, _ in words(language)]
    is_dull, tells = dull.dull_words(language), teller(language)
    found = 0
    for word in source.sample(listed, min(SAMPLE, len(listed))):
        chunk = source.choice((word, word.title(), word.upper())) + source.choice(TAILS)
        if is_dull(chunk):
            found += 1
            assert not tells(chunk), "a word is called dull that is not"
    assert found > 0.6 * SAMPLE


def test_nothing_else_is_dull() -> None:
    is_dull = dull.dull_words("en")
    assert is_dull("Houses,")
    for chunk in (
        "fuck",
        "Gmail",
        "the",
        "xylqrv",
        "house-boat",
        "h0use",
        "houses,then",
        "www.house.com",
        "a@house",
        "",
    ):
        assert not is_dull(chunk), chunk


def test_a_file_counts_only_with_its_mark() -> None:
    data = dull.packed(["word", "other"], b"m" * dull.MARK_SIZE)
    found = dull.parse(data, b"m" * dull.MARK_SIZE)
    assert found is not None and len(found) == 2
    assert dull.parse(data, b"n" * dull.MARK_SIZE) is None
    assert dull.parse(b"", b"m" * dull.MARK_SIZE) is None


def test_a_language_that_was_not_reckoned_has_no_dull_words() -> None:
    assert dull.dull_words("zh") is unknown


def test_a_memory_keeps_what_is_asked_for() -> None:
    made: list[str] = []

    def make(text: str) -> int:
        made.append(text)
        return len(text)

    memory = Recent(make, 8, longest=5)
    for number in range(40):
        assert memory["usual"] == 5
        assert memory[f"{number:03}"] == 3
    assert made.count("usual") == 1
    assert len(memory) <= 4
    assert memory["000"] == 3 and made.count("000") == 2, "what was not asked for is made again"
    assert memory["longer"] == memory["longer"] == 6 and made.count("longer") == 2
