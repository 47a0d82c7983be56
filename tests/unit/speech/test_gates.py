"""What a recogniser makes up is thrown away; what people say is kept, also when they repeat themselves."""

from __future__ import annotations

import pytest

from reelwarden.domain import Word
from reelwarden.speech.gates import once, repeats, trusted
from reelwarden.speech.recogniser import Heard


def words(text: str, each: float = 0.4) -> tuple[Word, ...]:
    return tuple(Word(w, n * each, (n + 1) * each) for n, w in enumerate(text.split()))


def test_what_is_heard_well_is_kept() -> None:
    heard = Heard(words("Please enter your number."), "en", 0.99, confidence=-0.2, no_speech=0.05)
    assert trusted(heard) == heard


@pytest.mark.parametrize(
    ("said", "confidence", "no_speech"),
    [
        ("Do you know the way?", -1.3, 0.2),  # no confidence
        ("Thanks for watching!", -0.8, 0.9),  # probably nobody speaks
        (".", -0.2, 0.0),  # no words at all
        ("la la la " * 60, -0.1, 0.0),  # one phrase for ever
    ],
)
def test_what_is_made_up_is_not(said: str, confidence: float, no_speech: float) -> None:
    assert trusted(Heard(words(said), "en", 0.9, confidence, no_speech)).words == () or said.startswith("la")
    if said.startswith("la"):
        assert len(trusted(Heard(words(said), "en", 0.9, confidence, no_speech)).words) <= 1


def test_nobody_speaks_that_fast() -> None:
    assert trusted(Heard(words("so many words in so little time indeed", each=0.05), confidence=-0.1)).words == ()


def test_a_phrase_said_over_and_over_stays_once() -> None:
    said = words("we go " + "around and around " * 9 + "home")
    assert [w.text for w in once(said)] == ["we", "go", "around", "and", "around", "home"]


def test_people_may_say_a_thing_four_times() -> None:
    said = words("no no no no stop")
    assert once(said) == said


def test_repetition_is_seen_in_the_text() -> None:
    assert repeats("Please enter your conference number followed by the pound key. " * 8)
    assert not repeats("Please press 1 to mute or unmute yourself, 2 to lock or unlock the conference, 3 to leave.")
    assert not repeats("")
