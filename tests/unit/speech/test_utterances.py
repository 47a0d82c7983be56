"""Words become utterances, and no longer than what was spoken."""

from __future__ import annotations

from reelwarden.domain import Word
from reelwarden.speech.utterances import PAD, missed, spelled_out, split, within_speech

STEP, OFF = 0.032, 0.35


def words(text: str, each: float = 0.4, start: float = 0.0) -> list[Word]:
    return [Word(w, start + n * each, start + (n + 1) * each) for n, w in enumerate(text.split())]


def texts(found: list[tuple[Word, ...]]) -> list[str]:
    return [" ".join(word.text for word in utterance) for utterance in found]


def test_sentences_and_pauses_part() -> None:
    later = words("and then more", start=20.0)
    assert texts(split(words("Hello there. How are you? Fine") + later)) == [
        "Hello there.",
        "How are you?",
        "Fine",
        "and then more",
    ]


def test_abbreviations_do_not_part() -> None:
    assert texts(split(words("Mr. Smith lives at No. 5 here."))) == ["Mr. Smith lives at No. 5 here."]


def test_a_long_sentence_is_parted_at_a_comma_and_never_goes_on_for_ever() -> None:
    long = words("word " * 17 + "stop, " + "word " * 60)
    found = split(long)
    assert found[0][-1].text == "stop,"
    assert all(utterance[-1].end - utterance[0].start <= 12.9 for utterance in found)


def test_a_number_is_not_parted_at_its_commas() -> None:
    said = words("my number is 2, 1, 2, 5, 5, 5, 0, 1, 4, 7", each=0.9)
    assert len(split(said)) == 1


def test_a_word_is_no_longer_than_its_speech() -> None:
    probabilities = [0.9] * 15 + [0.0] * 60 + [0.9] * 15  # half a second, two of silence, half a second
    (first, second) = within_speech([Word("one", 0.0, 2.4), Word("two", 2.4, 2.88)], probabilities, STEP, OFF)
    assert first.end <= 15 * STEP + PAD
    assert (second.start, second.end) == (2.4, 2.88)


def test_a_word_without_speech_stays_as_it_is() -> None:
    word = Word("ghost", 1.0, 1.5)
    assert within_speech([word], [0.0] * 100, STEP, OFF) == [word]


def test_speech_without_words_is_told() -> None:
    probabilities = [0.9] * 50 + [0.0] * 50 + [0.9] * 60
    assert missed([Word("only", 0.0, 1.5)], probabilities, STEP, OFF) == [(100, 160)]
    assert missed([Word("both", 0.0, 1.5), Word("parts", 3.2, 5.0)], probabilities, STEP, OFF) == []
    assert missed([], [0.9] * 10, STEP, OFF) == []  # too short to matter


def test_spelled_letters_become_words_again() -> None:
    found = spelled_out([Word("mail", 0.0, 1.0), Word("J-O-H-N-AT-G-M-X-DOT-C-O-M.", 1.0, 13.0)])
    assert " ".join(w.text for w in found) == "mail J O H N AT G M X DOT C O M."
    assert [(w.start, w.end) for w in found[1:3]] == [(1.0, 2.0), (2.0, 3.0)]
    assert texts(split(found)) == ["mail J O H N AT G M X DOT C O M."]


def test_ordinary_hyphens_stay() -> None:
    kept = [Word("ill-disposed", 0, 1), Word("X-ray", 1, 2), Word("e-mail", 2, 3), Word("A-B", 3, 4)]
    assert spelled_out(kept) == kept
