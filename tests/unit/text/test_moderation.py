"""The whole of text moderation: results, severities, JSON, and texts that try to break it. Content warning."""

from __future__ import annotations

import pytest
from growth import grows_in_proportion
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwarden.errors import UsageError
from reelwarden.text.match import CATEGORIES, ENTITIES, Severity
from reelwarden.text.moderation import TextOptions, moderate_text

WORDS = TextOptions(languages=("en",), categories=frozenset(CATEGORIES) - frozenset(ENTITIES))
ENGLISH = TextOptions(languages=("en",))


def test_a_result_as_json() -> None:
    result = moderate_text("shut up you moron, wanker", ENGLISH).as_json()
    assert result["language"] == "en"
    assert set(result["detected_categories"]) >= {"insult", "sexual"}
    detail = result["detections"]["insult"]["details"][-1]
    assert detail == {"match": "moron", "start": 12, "end": 17, "severity": "medium"}


def test_many_different_matches_weigh_a_step_more() -> None:
    one = moderate_text("you moron you moron you moron", ENGLISH)
    many = moderate_text("you moron, imbecile and cretin", ENGLISH)
    assert one.severities["insult"] == Severity.MEDIUM
    assert many.severities["insult"] == Severity.HIGH


def test_only_the_asked_categories_come_back() -> None:
    options = TextOptions(languages=("en",), categories=frozenset(("grawlix",)))
    assert moderate_text("you moron, what the @#$%!", options).categories == ("grawlix",)


def test_ambiguous_words_need_company() -> None:
    assert moderate_text("the cock crows at dawn", WORDS).matches == ()
    assert "sexual" in moderate_text("suck my cock you slut", WORDS).categories


def test_words_of_other_languages_that_everybody_knows() -> None:
    german = TextOptions(languages=("de",), categories=WORDS.categories)
    assert moderate_text("was für ein fucking Tag", german).matches


@pytest.mark.parametrize("wrong", [{"languages": ("xx",)}, {"categories": frozenset(("x",))}, {"languages": ()}])
def test_what_there_is_not_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        TextOptions(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["@#$%!", "what the #$@&%*!", "you @$#&!"])
def test_grawlix(text: str) -> None:
    assert "grawlix" in moderate_text(text, WORDS).categories


@pytest.mark.parametrize(
    "text", ["!!!", "???!!!", "$$$", "***", "wow!!!1", "a&&b", "https://x.org/?a=%20%41&b=#top", "C#", "--->"]
)
def test_no_grawlix(text: str) -> None:
    assert "grawlix" not in moderate_text(text, WORDS).categories


NASTY = st.text(st.characters(codec=None), max_size=200) | st.lists(
    st.sampled_from(
        [
            "fuck",
            "s h i t",
            "\u200b",
            "\u202e",
            "\ud800",
            "A\u0301",
            "1488",
            "$$",
            "\n",
            "你妈",
            "씨발",
            "ﷺ",
            "İ",
            "ß",
            "@",
            "http://",
            " ",
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=150)
@given(NASTY)
def test_any_text_gives_matches_that_lie_in_it(text: str) -> None:
    for options in (ENGLISH, TextOptions(languages=("zh", "ko", "ru", "tr"))):
        result = moderate_text(text, options)
        for match in result.matches:
            assert 0 <= match.start < match.end <= len(text)
            assert match.slice(text) == text[match.start : match.end]


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["fuck ", "f u c k ", "a", "send me 5 dollars ", "s\u0301", "@#$%! ", "fuck", "as sh it "]
)
def test_time_is_linear(piece: str) -> None:
    assert grows_in_proportion(lambda size: moderate_text(piece * (size // len(piece)), WORDS), 30_000, 240_000)
