"""Which spellings of a word count: with its flags, its endings, its capitals. Content warning."""

from __future__ import annotations

import pytest

from reelwarden.text.dictionary import open_dictionary
from reelwarden.text.fold import latin
from reelwarden.text.index import Index, Word
from reelwarden.text.matcher import Matcher
from reelwarden.text.moderation import TextOptions, moderate_text
from reelwarden.text.suppress import Judge


def matcher(*words: Word, suffixes: tuple[str, ...] = (), foreign: tuple[str, ...] = ()) -> Matcher:
    index = Index(words, latin(), suffixes, foreign)
    judge = Judge(open_dictionary("en").cost, latin(), index.forms, index.folded, (), lambda word: False, index.stemmed)
    return Matcher(index, judge)


def found(matcher: Matcher, text: str) -> list[str]:
    return [text[one.start : one.end] for one in matcher.find(text, text.split())]


@pytest.mark.parametrize("text", ["wyliz", "wylizac", "WYLIZAĆ", "wyl1zac", "wyllizzac", "ｗｙｌｉｚ"])
def test_a_strict_stem_is_found_as_it_is_spelled(text: str) -> None:
    assert found(matcher(Word("wyliz", "wyliz", 0, after=True, guess=False, strict=True)), text) == [text]


@pytest.mark.parametrize("text", ["wyzwa", "wyizac", "wilyzac"])
def test_a_strict_stem_is_not_guessed(text: str) -> None:
    assert found(matcher(Word("wyliz", "wyliz", 0, after=True, guess=False, strict=True)), text) == []


def test_capitals_that_are_asked_for() -> None:
    cased = matcher(Word("water", "WATER", 0, exact=True, case=True))
    assert found(cased, "some WATER, water and Water (WATER)") == ["WATER", "WATER"]


def test_a_foreign_word_takes_the_endings_of_its_own_language() -> None:
    words = (Word("blorp", "blorp", 0, embed=False), Word("frink", "frink", 1, embed=False, foreign=True))
    both = matcher(*words, suffixes=("issa",), foreign=("ing",))
    assert found(both, "blorpissa frinkissa blorping frinking") == ["blorpissa", "frinking"]


def test_an_operator_s_own_sites() -> None:
    options = TextOptions(languages=("en",), sites={"blorpo.com": "rivals"})
    (match,) = moderate_text("see shop.blorpo.com/x", options).matches
    assert (match.category, match.detail) == ("link", "rivals")


def test_a_name_across_an_accident_of_endings() -> None:
    assert "extremism" not in moderate_text("Det er en farce", TextOptions(languages=("da",))).categories
