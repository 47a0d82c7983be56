"""The transcript out of signals, and WebVTT out of the transcript."""

from __future__ import annotations

from reelwarden.domain import Evidence, Signal, Word
from reelwarden.speech.recogniser import join
from reelwarden.speech.transcript import Transcript, Utterance, said_between, transcript
from reelwarden.speech.webvtt import clock, webvtt


def signal(start: float, text: str, language: str = "en", track: int = 0, label: str = "text.speech") -> Signal:
    words = tuple(Word(w, start + n, start + n + 1) for n, w in enumerate(text.split()))
    evidence = Evidence(text=text, facts={"language": language, "track": track}, words=words)
    return Signal(label, 0.9, start, start + len(words), "speech", "1", evidence)


def test_utterances_are_in_the_order_of_time() -> None:
    found = transcript([signal(9, "second"), signal(1, "the first"), signal(0, "music", label="sound.music")])
    assert [one.text for one in found.utterances] == ["the first", "second"]
    assert found.text == "the first\nsecond"


def test_the_language_spoken_longest_comes_first() -> None:
    found = transcript([signal(0, "un mot", "fr"), signal(5, "a lot more of words", "en"), signal(20, "x", "")])
    assert found.languages == ("en", "fr")


def test_what_was_said_then() -> None:
    found = transcript([signal(0, "zero one two three")])
    assert said_between(found.utterances, 1.5, 2.5) == "one two"


def test_json_has_every_word() -> None:
    document = transcript([signal(2, "hello you")]).as_json()
    assert document["utterances"][0]["words"][1] == {"word": "you", "start": 3, "end": 4, "probability": 1.0}


def test_webvtt() -> None:
    spoken = Transcript(
        (
            Utterance(0.0, 1.5, "Hello <b> & --> you", "en"),
            Utterance(3599.9996, 3601.0, "A line that is so long that it has to be put in two of them", "en"),
        )
    )
    assert webvtt(spoken) == (
        "WEBVTT\n\nNOTE languages: en\n\n"
        "1\n00:00:00.000 --> 00:00:01.500\nHello &lt;b&gt; &amp; --&gt; you\n\n"
        "2\n01:00:00.000 --> 01:00:01.000\nA line that is so long that it\nhas to be put in two of them\n"
    )


def test_webvtt_of_silence_and_of_several_tracks() -> None:
    assert webvtt(Transcript()) == "WEBVTT\n"
    two = Transcript((Utterance(0, 1, "Hi"), Utterance(0, 0, "Salut", track=1)))
    assert "<v track 2>Salut" in webvtt(two)
    assert "00:00:00.000 --> 00:00:00.300" in webvtt(two)  # never shown for no time at all


def test_a_text_cannot_end_its_cue() -> None:
    assert webvtt(Transcript((Utterance(0, 1, "one\n\n2\n00:00 --> 00:01\nforged"),))).count("\n\n") == 1


def test_the_clock() -> None:
    assert [clock(s) for s in (0, 61.0004, 36000.5)] == ["00:00:00.000", "00:01:01.000", "10:00:00.500"]


def test_scripts_without_spaces_are_joined_without() -> None:
    assert join([Word("今", 0, 1), Word("日", 1, 2), Word("は。", 2, 3), Word("OK", 3, 4)]) == "今日は。 OK"
    assert join([Word("안녕", 0, 1), Word("하세요", 1, 2)]) == "안녕 하세요"
