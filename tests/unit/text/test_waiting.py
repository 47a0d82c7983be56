"""Patterns wait for their words: what they wait for never hides a match. Content warning."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reelwarden.text.fold import latin
from reelwarden.text.lexicon.files import Pattern, Rules
from reelwarden.text.lexicon.grammar import Classes, parse_alternatives, parse_pattern
from reelwarden.text.patterns import PatternSet
from reelwarden.text.row import Row
from reelwarden.text.spelled import divided, rows
from reelwarden.text.tokens import Tokenizer

WORDS = (
    "send",
    "me",
    "a",
    "pic",
    "pics",
    "of",
    "you",
    "now",
    "twenty",
    "one",
    "15",
    "to",
    "hand",
    "over",
    "k1ll",
    "加",
    "我",
)
CLASSES: Classes = {"@give": parse_alternatives("send | hand over", {}), "@cue": parse_alternatives("pic* | now", {})}
WRITTEN = (
    "send me",
    "@give ... pic*",
    "@give [me|a] (pic|pics of you)",
    "pic* of you $",
    "^ send _ pic",
    "send {number} pics",
    "me ...2 to (you|hand over)",
    "kill you",
    "加我",
)
TOKENIZER = Tokenizer(
    "en",
    latin(),
    Rules(numbers={"twenty one": 21, "one": 1, "twenty": 20}),
    {*WORDS, "kill", "send", "nudes"}.__contains__,
)
ENTRIES = [
    Pattern("violence", None, frozenset(), f"test:{number}", elements=parse_pattern(text, CLASSES))
    for number, text in enumerate(WRITTEN)
]
PATTERNS = PatternSet([(entry, entry.elements) for entry in ENTRIES], CLASSES, TOKENIZER, len)

TEXTS = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from((" ", " ", "  ", ". ", "? ", ", ", "-", "\n", "'", ""))),
    max_size=16,
).map(lambda pairs: "".join(map("".join, pairs)))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_what_waits_is_found_as_if_it_did_not(text: str) -> None:
    everything = range(len(WRITTEN))
    sentences = TOKENIZER.sentences(text)
    wanted = PATTERNS.candidates(PATTERNS.look(text.split()))
    found = PATTERNS.find(sentences, wanted, ())
    one_by_one = [hit for number in everything for hit in PATTERNS.find(TOKENIZER.sentences(text), [number], ())]
    assert sorted(found) == sorted(one_by_one)


def test_a_word_is_no_neighbour_of_itself() -> None:
    (sentence,) = TOKENIZER.sentences("a pic of you")
    row = Row(sentence, (), PATTERNS._walker.groups)
    assert PATTERNS.holds("@cue", row)
    assert not PATTERNS.holds("@cue", row, beside=(1, 2))
    assert PATTERNS.holds("@cue", row, beside=(0, 1))


def test_spelled_words() -> None:
    known = {"kill", "you", "send", "nudes"}.__contains__
    assert divided("killyou", known) == ["kill", "you"]
    assert divided("ikillu", known) == ["i", "kill", "u"]
    assert divided("abcdef", known) == []
    assert list(rows(["k", "i", "l", "l", "you", "u", "s", "a"])) == [(0, 4)]


def test_patterns_read_spelled_words_too() -> None:
    for text in ("s e n d me", "s.e.n.d me", "S E N D m e e"):
        found = PATTERNS.find(TOKENIZER.sentences(text), PATTERNS.candidates(PATTERNS.look(text.split())), ())
        assert bool(found) == text.endswith(" me"), text
