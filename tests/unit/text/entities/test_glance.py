"""The glance never says no where the search finds something."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwarden.text import entities
from reelwarden.text.entities import glance
from reelwarden.text.match import ENTITIES

PIECES = (
    *(
        "call",
        "me",
        "at",
        "on",
        "john",
        "gmail",
        "dot",
        "com",
        "punkt",
        "arobase",
        "yahoo",
        "org",
        "t",
        "w",
        "o",
        "5",
        "55",
    ),
    *(
        "two",
        "five",
        "twotwo",
        "quatre",
        "vingt",
        "одно",
        "два",
        "собака",
        "точка",
        "골뱅이",
        "점",
        "点",
        "一",
        "二三",
        "구일",
    ),
    *(
        "@",
        ".",
        ",",
        " ,",
        "_",
        ":",
        "//",
        "http",
        "www.",
        "(",
        ")",
        "[",
        "]",
        "·",
        "+",
        "-",
        "#",
        "１２",
        "②",
        "𝟓",
        "\u200b",
    ),
    *(
        "insta",
        "snap:",
        "인스타",
        "微信",
        "acct",
        "name_1",
        "::1",
        "fe80",
        "10",
        "é",
        "ä",
        "ı",
        "com,",
        "x@y",
        "co.uk",
        "пример.рф",
    ),
)
BLANKS = ("", "", " ", " ", "  ", "\n", "\u3000", "\u2028")
TEXTS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(BLANKS)), max_size=14).map(
    lambda pairs: "".join(map("".join, pairs))
)


def found(text: str, source: str) -> list[str]:
    whole = entities.search(text, frozenset(ENTITIES), ("us", "gb", "fr"), ("en",), source, None)
    return [match.category for match in whole]


@given(TEXTS | st.text(max_size=60), st.sampled_from(("clean", "ocr")))
@settings(max_examples=120, deadline=None)
def test_what_is_found_was_worth_a_look(text: str, source: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    assert glance.may_hold(text.split()) or not found(text, source)


@pytest.mark.parametrize(
    "text",
    [
        "so what are you doing tonight, my friend?",
        "I don't know... it stopped, and then we took a big drop",
        "Ich weiß es nicht, aber es war schön.",
        "Где ты был вчера?",
        "你今天好吗",
        "mail it to me",
    ],
)
def test_everyday_texts_are_not_worth_one(text: str) -> None:
    assert not glance.may_hold(text.split())
