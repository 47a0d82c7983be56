"""Clean text stays clean: hard negatives of our own, and ordinary sentences of 17 languages."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from conftest import shared_path
from unit.text.entities import hard_negatives

from reelwarden.text.entities import find

CASES = {
    "phone_number": hard_negatives.NOT_PHONES,
    "email": hard_negatives.NOT_EMAILS,
    "link": hard_negatives.NOT_LINKS,
    "ip": hard_negatives.NOT_IPS,
    "ssn": hard_negatives.NOT_SSNS,
    "username": hard_negatives.NOT_USERNAMES,
}


@pytest.mark.parametrize(
    ("category", "line"), [(category, line) for category, lines in CASES.items() for line in lines]
)
def test_hard_negative(category: str, line: str) -> None:
    found = [match.slice(line) for match in find(line, frozenset((category,)))]
    assert found == []


@pytest.mark.slow
def test_ordinary_sentences() -> None:
    path = shared_path("data/text/clean_17.jsonl")
    if not path.exists():
        pytest.skip("SHARED DATA MISSING: text/clean_17.jsonl")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    alarms = Counter(match.category for row in rows for match in find(row["text"], languages=(row["lang"],)))
    everything = tuple(sorted({row["lang"] for row in rows}))
    alarms += Counter(match.category for row in rows for match in find(row["text"], languages=everything))
    print(f"{len(rows)} sentences, twice: {dict(alarms)}")
    assert all(count <= 1 for count in alarms.values())
