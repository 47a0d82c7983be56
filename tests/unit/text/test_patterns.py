"""Patterns over tokens: gaps, slots, classes, sentences, numbers."""

from __future__ import annotations

import pytest

from reelwarden.text.fold import latin
from reelwarden.text.lexicon.files import Pattern, Rules
from reelwarden.text.lexicon.grammar import Classes, parse_alternatives, parse_pattern
from reelwarden.text.patterns import PatternSet
from reelwarden.text.row import Spot
from reelwarden.text.tokens import Tokenizer

RULES = Rules(numbers={"fifteen": 15, "dix-sept": 17, "twenty": 20}, ordinals={"ninth": 9})
CLASSES: Classes = {
    "@give": parse_alternatives("send | give | hand over", {}),
    "@currency": parse_alternatives("dollar* | bucks", {}),
    "@fair": parse_alternatives("receipt | invoice", {}),
}


def found(
    pattern: str, text: str, spots: tuple[Spot, ...] = (), flags: frozenset[str] = frozenset(), **named: str
) -> list[str]:
    tokenizer = Tokenizer("en", latin(), RULES, lambda word: word in {"send", "nudes", "pic", "soon"})
    entry = Pattern("violence", None, flags, "test:1", elements=parse_pattern(pattern, CLASSES), **named)
    patterns = PatternSet([(entry, entry.elements)], CLASSES, tokenizer, lambda word: 500)
    sentences = tokenizer.sentences(text)
    numbers = patterns.candidates(patterns.look(text.split()))
    return [text[hit.start : hit.end] for hit in patterns.find(sentences, numbers, spots)]


@pytest.mark.parametrize(
    ("pattern", "text", "match"),
    [
        ("send nudes", "pls SEND nudes now", "SEND nudes"),
        ("send nudes", "s3nd nud3s", "s3nd nud3s"),
        ("send nudes", "śend nudes", "śend nudes"),
        ("send nudes", "ｓｅｎｄ ｎｕｄｅｓ", "ｓｅｎｄ ｎｕｄｅｓ"),
        ("send nudes", "sennnnnd nudes", "sennnnnd nudes"),
        ("send ... nudes", "send me some hot nudes", "send me some hot nudes"),
        ("send [me|us] nudes", "send us nudes", "send us nudes"),
        ("@give me", "hand over me", "hand over me"),
        ("pic* of (you|your face)", "a picture of your face", "picture of your face"),
        ("*self", "kill yourself", "yourself"),
        ("im {age<18}", "I'm 15 years", "I'm 15"),
        ("im {age<18}", "im fifteen", "im fifteen"),
        ("im {age<18} yo", "im 15yo", "im 15yo"),
        ("jai {age<18} ans", "jai dix-sept ans", "jai dix-sept ans"),
        ("in {ordinal} grade", "in 9th grade", "in 9th grade"),
        ("in {ordinal} grade", "in ninth grade", "in ninth grade"),
        ("@give me {money}", "give me 20 bucks", "give me 20 bucks"),
        ("@give me {money}", "give me $20", "give me $20"),
        ("@give me {money}", "give me 5k dollars", "give me 5k dollars"),
        ("^ send nudes $", "Hi. Send nudes! Bye", "Send nudes"),
        ("wanna meet ?", "wanna meet?", "wanna meet"),
    ],
)
def test_a_pattern_matches(pattern: str, text: str, match: str) -> None:
    assert found(pattern, text) == [match]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("send nudes", "send. nudes"),
        ("send ... nudes", "send one two three four nudes"),
        ("im {age<18}", "im 18"),
        ("im {age<18}", "im 3"),
        ("im {age<18} yo", "im 15 minutes late"),
        ("in {ordinal} grade", "in 19th grade"),
        ("wanna meet ?", "wanna meet."),
        ("send", "resend sender"),
    ],
)
def test_a_pattern_does_not_match(pattern: str, text: str) -> None:
    assert found(pattern, text) == []


def test_a_slot_is_filled_by_what_was_found_there() -> None:
    text = "add me on snap chat now"
    assert found("add me on {platform}", text, (Spot("platform", 10, 19),)) == ["add me on snap chat"]
    assert found("add me on {platform}", text) == []


def test_flags_look_at_the_sentence() -> None:
    assert found("send ... pic", "send the pic of the receipt", unless="@fair") == []
    assert found("send ... pic", "send the pic. The receipt is here", unless="@fair") == ["send the pic"]
    assert found("send ... pic", "send the pic of the receipt", with_="@fair") == ["send the pic"]
    assert found("send pic", "send pic", flags=frozenset(("question",))) == []
    assert found("send pic", "send pic?", flags=frozenset(("question",))) == ["send pic"]


def test_chinese_characters_are_words() -> None:
    tokenizer = Tokenizer("zh", latin(), Rules(), lambda word: False)
    entry = Pattern("violence", None, frozenset(), "test:1", elements=parse_pattern("加我 ...4 微信", {}))
    patterns = PatternSet([(entry, entry.elements)], {}, tokenizer, lambda word: 500)
    text = "你好，请加我的微信吧"
    hits = patterns.find(tokenizer.sentences(text), patterns.candidates(patterns.look(text.split())), ())
    assert [text[hit.start : hit.end] for hit in hits] == ["加我的微信"]
