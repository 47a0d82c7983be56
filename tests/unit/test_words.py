"""Words become signals at their place, their second and once."""

from __future__ import annotations

import pytest

from reelwarden.domain import Box, Evidence, Signal, Word
from reelwarden.text.moderation import TextOptions
from reelwarden.words import JUDGED, Reader, unavailable

ENGLISH = TextOptions(languages=("en",), countries=("us",))


def line(text: str, time: float, top: float = 0.1, same_as: float | None = None) -> Signal:
    return Signal(
        "text.screen", 0.98, time, time, "screen_text", "1", Evidence(Box(0.1, top, 0.9, top + 0.1), text), same_as
    )


def utterance(text: str, start: float, track: int = 0) -> Signal:
    """Half a second a word."""
    words = tuple(Word(w, start + 0.5 * n, start + 0.5 * n + 0.4) for n, w in enumerate(text.split()))
    evidence = Evidence(text=text, facts={"track": track}, words=words)
    return Signal("text.speech", 0.9, start, words[-1].end, "speech", "1", evidence)


def test_words_on_screen_keep_their_box_and_their_instant() -> None:
    signals = Reader({"text.email"}, ENGLISH).read(
        [line("hello", 4.0), line("write to jane.roe@example.com", 4.0, 0.5)]
    )
    [found] = signals
    assert (found.label, found.start, found.evidence.text) == ("text.email", 4.0, "jane.roe@example.com")
    assert found.evidence.box == Box(0.1, 0.5, 0.9, 0.6)
    assert found.evidence.facts["source"] == "screen"


def test_a_sentence_over_two_lines_is_one_text() -> None:
    [found] = Reader({"text.insult"}, ENGLISH).read([line("you fucking", 1.0, 0.1), line("idiot", 1.0, 0.3)])
    assert found.evidence.facts["severity"] in ("medium", "high")


def test_words_of_a_frame_that_did_not_change_say_so() -> None:
    [found] = Reader({"text.email"}, ENGLISH).read([line("jane.roe@example.com", 5.0, same_as=4.0)])
    assert found.same_as == 4.0


def test_words_heard_keep_their_seconds() -> None:
    spoken = utterance("well my address is jane.roe@example.com thank you", 10.0)
    [found] = Reader({"text.email"}, ENGLISH).read([spoken])
    assert (found.start, found.end) == (pytest.approx(12.0), pytest.approx(12.4))
    assert [word.text for word in found.evidence.words] == ["jane.roe@example.com"]


def test_a_number_in_two_breaths_is_found_and_told_once() -> None:
    reader = Reader({"text.phone_number"}, ENGLISH)
    first = reader.read([utterance("call me at 212 555", 0.0)])
    second = reader.read([utterance("1234 tonight", 3.5)])
    third = reader.read([utterance("and that is all", 5.0)])
    assert first == [] and third == []
    [found] = second
    assert (found.start, found.evidence.facts["country"]) == (pytest.approx(1.5), "us")


def test_two_tracks_are_not_mixed() -> None:
    reader = Reader({"text.phone_number"}, ENGLISH)
    reader.read([utterance("call me at 212 555", 0.0, track=0)])
    assert reader.read([utterance("1234 tonight", 3.5, track=1)]) == []


def test_nothing_is_read_when_no_text_label_was_asked() -> None:
    assert Reader({"qr", "text.screen"}, ENGLISH).read([line("jane.roe@example.com", 1.0)]) == []


def test_without_eyes_and_ears_words_are_unavailable() -> None:
    missing = unavailable(JUDGED | {"text.blacklist"}, {"qr"})
    assert {entry.label for entry in missing} == JUDGED | {"text.blacklist"}
    assert unavailable(JUDGED, {"text.screen"}) == ()
