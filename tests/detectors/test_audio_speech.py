"""Real speech: how many words are wrong, in which language, at which second; and nothing where nobody speaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hearing import listener, of, silence, spoken, told
from real_sound import (
    RATE,
    VOICES,
    Samples,
    at_level,
    librivox,
    load,
    long_prompts,
    music,
    package,
    prompt_texts,
    prompts,
    synthetic,
)
from word_errors import errors

from reelwarden.detect.listener import Listener
from reelwarden.domain import Signal
from reelwarden.words import JUDGED, Reader

pytestmark = [pytest.mark.slow, pytest.mark.models]

Hear = Callable[[Samples], list[Signal]]


@pytest.fixture(scope="module")
def words(models_dir: Path) -> Listener:
    return listener(models_dir, ["text.speech"])


def test_words_of_an_audio_book(words: Listener) -> None:
    wrong, said = np.sum([errors(text, spoken(told(words, samples))) for samples, text in librivox()], axis=0)
    assert said == 71
    assert wrong / said <= 0.04


def test_words_of_telephone_prompts(words: Listener) -> None:
    texts, wrong, said = prompt_texts(), 0, 0
    heard = {name: sound for name, sound in long_prompts("en", 4.0, 60).items() if name in texts}
    for name, samples in heard.items():
        more_wrong, more_said = errors(texts[name], spoken(told(words, samples)))
        wrong, said = wrong + more_wrong, said + more_said
    assert len(heard) >= 40
    assert wrong / said <= 0.05


def test_words_of_somebody_who_hardly_stops(words: Listener) -> None:
    """Prompts a third of a second apart, many alike: what is repeated is not made up, and nothing is passed over."""
    texts = prompt_texts()
    said = [(s, texts[name]) for name, s in long_prompts("en", 4.0, 8).items() if name in texts]
    track = np.concatenate([part for samples, _ in said for part in (samples, silence(0.3))])
    for hearing, most in ((words, 0.06), (Listener(words.detectors, live=True), 0.10)):
        wrong, count = errors(" ".join(text for _, text in said), spoken(told(hearing, track)))
        assert count > 100
        assert wrong / count <= most


def test_the_language_of_150_clips(models_dir: Path) -> None:
    hearing = listener(models_dir, ["voice.language"])
    right = asked = 0
    for language in VOICES:
        for samples in long_prompts(language, 4.0, 30).values():
            found = of(told(hearing, samples[: 8 * RATE]), "voice.language")
            longest = max(found, key=lambda s: s.end - s.start, default=None)
            asked += 1
            right += longest is not None and longest.evidence.facts["language"] == language
    assert asked == 150
    assert right / asked >= 0.95


def test_words_come_at_their_second_also_late_and_over_music(words: Listener) -> None:
    """Four prompts at known times in a minute with music 12 dB below; every first word within half a second."""
    texts, heard = prompt_texts(), prompts("en")
    names = ["agent-alreadyon", "conf-invalid", "demo-nogo", "pls-hold-while-try"]
    track = at_level(music(60), -38)
    begins = {}
    for at, name in zip((3.0, 17.0, 29.0, 44.0), names, strict=True):
        clip = at_level(load(heard[name]), -26)
        track[round(at * RATE) : round(at * RATE) + clip.size] += clip
        begins[name] = at + float(np.flatnonzero(np.abs(clip) > 0.02)[0]) / RATE
    found = of(told(words, track, start=100.0), "text.speech")
    for name in names:
        begin = 100.0 + begins[name]
        near = min(found, key=lambda s: abs(s.start - begin))
        assert abs(near.start - begin) <= 0.5, (name, near)
    wrong, said = np.sum([errors(" ".join(texts[n] for n in names), spoken(found))], axis=0)
    assert wrong / said <= 0.12


def voice(*names: str, pause: float = 0.08) -> Samples:
    """Prompts of the same real voice, one after the other."""
    folder = package("asterisk-core-sounds-en-g722") / "usr/share/asterisk/sounds" / VOICES["en"]
    parts = [_trimmed(load(folder / f"{name}.g722")) for name in names]
    return np.concatenate([piece for part in parts for piece in (part, silence(pause))])


def _trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[max(0, loud[0] - 800) : loud[-1] + 800]


def over_music(said: Samples, below: float, at: float = 20.0) -> tuple[Samples, float]:
    """Music with something said at a time, so many dB louder; and when it ends."""
    said = at_level(said, -24)
    track = at_level(music(at + said.size / RATE + 10), -24 - below)
    track[round(at * RATE) :][: said.size] += said
    return track, at + said.size / RATE


@pytest.mark.parametrize("below", [15.0, 8.0], ids=lambda db: f"music {db:g} dB below")
def test_a_spoken_telephone_number_is_found_at_its_second(words: Listener, below: float) -> None:
    number = voice("telephone-number", *(f"digits/{d}" for d in "2125550147"))
    track, end = over_music(number, below)
    (told_number,) = of(Reader(JUDGED).read(told(words, track)), "text.phone_number")
    assert "".join(c for c in told_number.evidence.text or "" if c.isdecimal()) == "2125550147"
    # The words "telephone number" come first and take about a second.
    assert 20.0 < told_number.start < 21.6
    assert told_number.end == pytest.approx(end, abs=0.5)


def test_a_spelled_address_is_found_at_its_second(words: Listener) -> None:
    letters = [*"john", "at", *"gmail", "dot", *"com"]
    track, end = over_music(voice(*(f"letters/{name}" for name in letters)), below=12.0)
    (address,) = of(Reader(JUDGED).read(told(words, track)), "text.email")
    assert address.evidence.facts["value"] == "john@gmail.com"
    assert (address.start, address.end) == pytest.approx((20.0, end), abs=0.5)


@pytest.mark.parametrize(
    ("said", "label", "word"),
    [
        ("Good evening. I am going to kill you tonight.", "text.violence", "kill"),
        ("Well then. You are a stupid fucking idiot.", "text.insult", "idiot"),
    ],
)
def test_threats_and_insults_are_found_at_their_second(words: Listener, said: str, label: str, word: str) -> None:
    """In a synthetic voice: no package has anybody really say such things."""
    track, end = over_music(synthetic(said), below=12.0)
    found = of(Reader(JUDGED).read(told(words, track)), label)
    hit = next(s for s in found if word in (s.evidence.text or ""))
    assert 20.5 <= hit.start < hit.end <= end + 0.5
    spoken_word = next(w for w in hit.evidence.words if word in w.text)
    before = synthetic(said[: said.index(word)])  # as long as it takes to say what stands before the word
    begin = 20.0 + float(np.flatnonzero(np.abs(before) > 0.01)[-1]) / RATE
    assert spoken_word.start == pytest.approx(begin, abs=0.3)


def test_where_nobody_speaks_nothing_is_written(words: Listener) -> None:
    noise = np.random.default_rng(5).normal(0, 0.05, 40 * RATE).astype(np.float32)
    hum = (0.3 * np.sin(2 * np.pi * 50 * np.arange(20 * RATE) / RATE)).astype(np.float32)
    for samples in (silence(60), noise, hum, music(180)):
        assert told(words, samples) == []


def test_two_tracks_in_two_languages_are_both_heard(models_dir: Path) -> None:
    from hearing import chunks

    hearing = listener(models_dir, ["text.speech", "voice.language"])
    english, russian = (load(prompts(code)["agent-alreadyon"]) for code in ("en", "ru"))
    both = sorted([*chunks(english), *chunks(russian, track=1)], key=lambda c: c.time)
    found = list(hearing.run(both))
    told_languages = {s.evidence.facts["track"]: s.evidence.facts["language"] for s in of(found, "voice.language")}
    assert told_languages == {0: "en", 1: "ru"}
    assert "logged on" in spoken([s for s in found if s.evidence.facts["track"] == 0])


def test_nothing_is_opened_for_what_was_not_asked(models_dir: Path) -> None:
    hearing = listener(models_dir, ["sound.silence", "sound.loud"])
    assert [d.name for d in hearing.detectors] == ["levels"]
    quiet = listener(models_dir, ["text.speech"])
    told(quiet, silence(5))
    assert quiet.detectors[0].store.held == {"silero_vad"}
