"""Rare words of a language are no disguises of its usual swear words; names of drugs and weapons need no company."""

from __future__ import annotations

import pytest

from reelwarden.text.match import LANGUAGES
from reelwarden.text.moderation import TextOptions, moderate_text

TOXIC = frozenset(("sexual", "insult", "discriminatory", "inappropriate"))

INNOCENT = {
    "sv": "kusken stod vid kattens korg efter ett skifte och borrade i vapen",
    "da": "de pakkede i nattens løb, og han ville snitte en pind i klitterne",
    "no": "fanene hang i hatten og nordlyset var tappert",
    "nl": "in het hutje lag een huls naast de sheets en een hulpje nekte",
    "fr": "un byte et une slope plissée dans la burette",
    "de": "die geflickte hose und die fötzchen papier",
    "en": "diced onions, a clicker, and the hitching post of the shifters",
}
WORN = {"es": "y esa mierd de coche", "en": "you cnt", "fr": "sale pte", "nl": "je bent een slt"}
NAMED = {
    "en": ("drug", "cocaine and heroin"),
    "de": ("drug", "Kokain"),
    "es": ("weapon", "armas de fuego"),
    "fr": ("drug", "cannabis"),
    "it": ("weapon", "esplosivi"),
    "nl": ("drug", "heroïne"),
    "sv": ("weapon", "skjutvapen"),
    "pl": ("drug", "kokaina"),
    "pt": ("drug", "cocaína"),
}


def categories(language: str, text: str) -> frozenset[str]:
    return frozenset(moderate_text(text, TextOptions(languages=(language,), semantic=False)).categories)


@pytest.mark.parametrize("language", INNOCENT)
def test_rare_words_are_not_taken_for_swear_words(language: str) -> None:
    assert language in LANGUAGES
    assert not categories(language, INNOCENT[language]) & TOXIC


@pytest.mark.parametrize("language", WORN)
def test_words_with_letters_left_out_still_are(language: str) -> None:
    assert categories(language, WORN[language]) & TOXIC


@pytest.mark.parametrize("language", NAMED)
def test_names_of_drugs_and_weapons_count_alone(language: str) -> None:
    category, text = NAMED[language]
    assert category in categories(language, text)


def test_a_year_is_no_age_in_korean() -> None:
    assert "minor" not in categories("ko", "2014년에 대학을 졸업했고 학교가 그립다")
    assert "minor" in categories("ko", "저는 2012년생인데요")


def test_a_surname_is_no_swear_word_in_finnish() -> None:
    assert not categories("fi", "Jukka Paskan kanssa") & TOXIC
    assert categories("fi", "ihan paskan makuista") & TOXIC
