"""Words that count only beside others: from the first text on, and not in a plain sentence."""

from __future__ import annotations

from reelwarden.text.engine import Engine
from reelwarden.text.vocabulary import vocabulary


def found(language: str, text: str) -> list[str]:
    return [match.category for match in Engine(language, vocabulary(language)).find(text)]


def test_the_first_text_of_an_engine_knows_the_neighbours() -> None:
    assert "self_harm" in found("no", "Jeg tenker på selvmord")


def test_a_topic_alone_is_no_alarm() -> None:
    assert found("no", "Undersøkelsen handlet om selvmord i byene") == []
