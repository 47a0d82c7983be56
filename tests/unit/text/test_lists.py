"""Text lists: exact is exact, standard sees through disguises, an allow entry vetoes, compiling is quick."""

from __future__ import annotations

import json
import random

import pytest
from growth import grows_in_proportion

from reelwarden.errors import UsageError
from reelwarden.text.lists import ListEntry, TextList, read_list
from reelwarden.text.moderation import TextOptions, moderate_text


def listed(entry: ListEntry, text: str, languages: tuple[str, ...] = ("en",)) -> list[str]:
    return [text[start:end] for _, start, end in TextList([entry]).find(text, languages)]


def test_exact_is_any_case_and_nothing_else() -> None:
    entry = ListEntry("Blorpo", match="exact")
    assert listed(entry, "a BLORPO, blorpo") == ["BLORPO", "blorpo"]
    for other in ("bl0rpo", "blorrpo", "b l o r p o", "blórpo", "blorpos", "ablorpo"):
        assert listed(entry, other) == [], other


def test_standard_sees_through_disguises() -> None:
    entry = ListEntry("blorpo")
    for text in (
        "blorpo",
        "BL0RPO",
        "b.l.o.r.p.o",
        "bloooorpo",
        "b l o r p o",
        "ｂｌｏｒｐｏ",
        "blörpo",
        "bl*rpo",
        "blropo",
    ):
        assert listed(entry, f"see {text} here") == [text], text
    for text in ("blow", "or po", "blorptar"):
        assert listed(entry, f"see {text} here") == [], text


def test_phrases_other_scripts_and_signs() -> None:
    assert listed(ListEntry("green turtle club"), "the Green-Turtle club") == ["Green-Turtle club"]
    assert listed(ListEntry("зелёный клуб"), "это зеленый клуб", ("ru",)) == ["зеленый клуб"]
    assert listed(ListEntry("绿色"), "我的绿色衣服", ("zh",)) == ["绿色"]
    assert listed(ListEntry("🐢"), "a 🐢!") == ["🐢"]
    assert listed(ListEntry("1488"), "in 1488, not 14880") == ["1488"]


@pytest.mark.parametrize(
    ("entry", "text", "language"),
    [
        ("love", "Han har overtrådt en lov.", "da"),
        ("comsi", "Arrête de faire comme si tu ne me connaissais pas !", "fr"),
        ("laehetae", "lähetä kuva kuitista", "fi"),
    ],
)
def test_usual_words_of_a_texts_own_language_are_no_disguises(entry: str, text: str, language: str) -> None:
    assert listed(ListEntry(entry), text, (language,)) == []
    disguised = f"{entry[:2]}.{entry[2:]}"
    assert listed(ListEntry(entry), f"{text} {disguised}", (language,)) == [disguised]


def test_an_entry_counts_in_its_language_only() -> None:
    entry = ListEntry("blorpo", language="de")
    assert listed(entry, "blorpo", ("en",)) == []
    assert listed(entry, "blorpo", ("de",)) == ["blorpo"]


def test_an_allow_entry_vetoes_and_a_disallow_entry_is_blacklist() -> None:
    bad = TextList([ListEntry("blorpo", category="spam")])
    fair = TextList([ListEntry("bloody bastard", match="exact")], kind="allow")
    text = "you blorpo, you bloody bastard"
    options = TextOptions(languages=("en",), lists=(bad,))
    assert set(moderate_text(text, options).categories) >= {"blacklist", "insult"}
    result = moderate_text(text, TextOptions(languages=("en",), lists=(bad, fair)))
    assert result.categories == ("blacklist",)
    assert result.as_json()["detections"]["blacklist"]["details"] == [
        {"match": "blorpo", "start": 4, "end": 10, "category": "spam"}
    ]


def test_compiling_grows_with_the_entries() -> None:
    """How long 10,000 take is told by benchmarks/text_speed.py."""
    source = random.Random(3)
    words = ["".join(source.choices("abcdefghijklmnoprstu", k=source.randint(5, 12))) for _ in range(10_000)]

    def compiled(size: int) -> None:
        TextList([ListEntry(word) for word in words[:size]]).find("nothing here", ("en",))

    assert grows_in_proportion(compiled, 1_000, 10_000)


def test_lists_are_read_from_json_and_from_lines() -> None:
    body = {"kind": "allow", "entries": ["a word", {"text": "b", "language": "fr", "match": "exact", "category": "c"}]}
    found = read_list(json.dumps(body))
    assert (found.kind, found.entries[0]) == ("allow", ListEntry("a word"))
    assert found.entries[1] == ListEntry("b", "fr", "exact", "c")
    assert [entry.text for entry in read_list("one\n\ntwo words\n").entries] == ["one", "two words"]


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"kind": "x", "entries": []}',
        '{"entries": 1}',
        '[{"x": 1}]',
        '[{"text": "a", "match": "fuzzy"}]',
        '[{"text": "a", "language": "xx"}]',
    ],
)
def test_a_bad_list_is_refused_in_a_line(body: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_list(body, "mine.json")
    assert "mine.json" in str(refused.value)
