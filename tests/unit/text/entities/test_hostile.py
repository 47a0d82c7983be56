"""Any input: no crash, spans that slice the original, time in proportion to the length."""

from __future__ import annotations

import pytest
from growth import grows_in_proportion
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwarden.text.entities import find
from reelwarden.text.match import ENTITIES

PIECES = """
one two_ five zwanzig und quatre -vingt- dix_ 五 이 212 -555- 1234 ０６ ① 2️⃣ + ( ) @ _at_ _dot_ [at] gmail .com com
http:// www. xn-- :: ffff: 192.168. ssn_ 123-45-6789 insta:_ #1234 İ ß ﬁ 🔟 𝟚 l O | , % $ = double_ 🔥 ﷺ ~ a_b
"""
UNSEEN = ("\u200b", "\u202e", "\ud800", "\x00", "\n", " ", "\u0301")
FRAGMENTS = st.sampled_from([*PIECES.split(), *UNSEEN])


def check(text: str, source: str = "clean") -> None:
    matches = find(text, countries=("us", "fr", "gb", "de"), languages=("en", "de", "ko"), source=source)
    place = 0
    for match in matches:
        assert match.category in ENTITIES
        assert place <= match.start < match.end <= len(text) or match.category == "phone_number"
        assert match.slice(text)
        place = match.end


@settings(max_examples=400, deadline=None)
@given(st.text(st.characters(codec=None), max_size=80), st.sampled_from(["clean", "ocr", "asr"]))
def test_any_unicode(text: str, source: str) -> None:
    check(text, source)


@settings(max_examples=600, deadline=None)
@given(st.lists(FRAGMENTS, max_size=30).map(lambda parts: "".join(parts).replace("_", " ")))
def test_fragments_in_any_order(text: str) -> None:
    check(text)


UNITS = {
    "digits": "7",
    "spaced digits": "7 ",
    "numbers": "212 555 1234 ",
    "number lines": "2125551234\n",
    "number words": "two one five ",
    "glued words": "twoonefive",
    "ambiguous words": "dixhuitsept",
    "almost words": "oneoneoneonex ",
    "han numerals": "二一五",
    "hangul numerals": "이일오",
    "at signs": "@",
    "spaced at signs": "a @ ",
    "dots": ".",
    "labels": "a.",
    "addresses": "a@b.com ",
    "hidden addresses": "john [at] gmail [dot] com ",
    "brackets": "[",
    "stars": "* ",
    "spaces": " ",
    "colons": "1:",
    "hex": "ffff:",
    "slashes": "http://",
    "underscores": "a_1",
    "lookalikes": "O0l1",
    "thousands": "1,234,",
    "money": "$1 ",
    "percent": "1,1,1",
    "sums": "1 + 1 ",
    "cards": "4111 ",
    "letters": "a",
    "spaced letters": "a b ",
    "zero width": "1\u200b",
    "styled": "𝟚",
    "surrogates": "\ud800",
    "platforms": "insta is ",
    "plus": "+1",
    "dashes": "12-",
    "scores": "3-2, ",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", UNITS)
def test_time_grows_with_the_length(name: str) -> None:
    unit = UNITS[name]
    assert grows_in_proportion(lambda length: check(unit * (length // len(unit))), 20_000, 200_000)
