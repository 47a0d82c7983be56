"""Most words take a short way through the readers of chunks; it must say what the long way says."""

from __future__ import annotations

import pytest

from reelwarden.text.chunks import Notes
from reelwarden.text.engine import engine
from reelwarden.text.entities import glance
from reelwarden.text.entities.glyphs import plain
from reelwarden.text.vocabulary import vocabulary

pytestmark = pytest.mark.slow

WORDS = {
    "en": "house gmail five com fuck fucking shlt asses the dot kik Istanbul xylqr wantafive pls",
    "fr": "été maîtresse pute château cinq arobase naïve Élysée déjà con ŒUVRE",
    "ru": "дом собака сука хуй пять Точка ёлка МОСКВА house привет",
    "tr": "İstanbul ışık şerefsiz güzel beş",
    "de": "Straße Fünf SCHEISSE Arschloch Größe",
}
TAILS = ("", ".", ",", "!", "?!", ".,", ";", ":")
CHUNKS = [
    (language, form + tail)
    for language, words in WORDS.items()
    for word in words.split()
    for form in (word, word.upper(), word.capitalize())
    for tail in TAILS
]


def test_a_plain_word_is_judged_as_any_chunk() -> None:
    short = 0
    for language, chunk in CHUNKS:
        matcher = vocabulary(language).matcher
        verdict = matcher._of_plain(chunk)
        if verdict is not None:
            short += 1
            assert verdict == matcher._judge(chunk), (language, chunk)
    assert short > len(CHUNKS) / 3


def test_a_plain_word_is_glanced_at_as_any_chunk() -> None:
    for _, chunk in CHUNKS:
        text = plain(chunk)
        traits = glance._traits(chunk, text, glance._WORD.findall(text))
        short = ord(glance.Letters()[chunk]) - 64
        # What is reason enough by itself need not say what else it is.
        assert short == traits or short & traits & glance._TELLING, chunk


def test_a_sole_word_is_noted_as_any_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    for language, chunk in CHUNKS:
        patterns = engine(language).patterns
        tokenizer = patterns.tokenizer
        short = Notes(tokenizer, patterns._choices_in, patterns._leads_of)[chunk]
        with monkeypatch.context() as patch:
            patch.setattr(tokenizer, "sole_word", lambda _: "")
            assert short == Notes(tokenizer, patterns._choices_in, patterns._leads_of)[chunk], (language, chunk)
