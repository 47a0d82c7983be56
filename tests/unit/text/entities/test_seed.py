"""The examples that the seed names, letter for letter."""

from __future__ import annotations

import pytest

from reelwarden.text.entities import find
from reelwarden.text.match import Match


def only(text: str) -> Match:
    matches = find(text)
    assert len(matches) == 1, matches
    return matches[0]


@pytest.mark.parametrize("written", ["【2one2】5-fifty-five【twElve,3 four】", "②①②⑤⑤⑤①②③④", "𝟚1𝟚|⑤𝟝𝟝-𝟙𝟚③𝟜"])
def test_phone(written: str) -> None:
    for text, start in ((written, 0), (f"so {written} ok", 3)):
        match = only(text)
        assert (match.category, match.country, match.value) == ("phone_number", "us", "+12125551234")
        assert match.slice(text).strip("【】") == written.strip("【】")
        assert match.start - start <= 1


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("john.doe [at] gmail [dot] com", "john.doe@gmail.com"),
        ("john.doe@gmail", "john.doe@gmail"),
        ("𝒿𝑜𝒽𝓃.𝒹𝑜𝑒@𝑔𝓂𝒶𝒾𝓁.𝒸𝑜𝓂", "john.doe@gmail.com"),
        ("JօНn.ďÓe@g𝕄aìL.cÓʍ", "john.doe@gmail.com"),
        ("JօнN.đÓe@g𝗆aìL.cÓʍ", "john.doe@gmail.com"),
        ("JοΗn.ԀοЄ@gмaіL.cоm", "john.doe@gmail.com"),
    ],
)
def test_email(written: str, value: str) -> None:
    for text in (written, f"write to {written} now", f"({written})"):
        match = only(text)
        assert (match.category, match.slice(text), match.value) == ("email", written, value)


def test_phone_of_the_example_answer() -> None:
    text = "call +1 800 222 2408 today"
    match = only(text)
    assert (match.slice(text), match.country) == ("+1 800 222 2408", "us")


@pytest.mark.parametrize("name", ["@john_doe", "snapUser23", "tiktok_user123"])
def test_username(name: str) -> None:
    text = f"look for {name} there"
    assert (only(text).category, only(text).slice(text)) == ("username", name)
