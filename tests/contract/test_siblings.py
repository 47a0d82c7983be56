"""Several media at a time over one store: each set of detectors remembers for itself, models are loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
from clips import text_picture
from hearing import chunks, silence
from real_sound import Samples, at_level, load, music, prompts

from reelwarden.detect import registry
from reelwarden.detect.detector import AudioDetector, FrameDetector
from reelwarden.detect.listener import Listener
from reelwarden.detect.runner import Runner
from reelwarden.domain import AudioChunk, Frame, Signal
from reelwarden.models.store import ModelStore

pytestmark = [pytest.mark.models, pytest.mark.slow]


def memory() -> int:
    """Bytes that are ours alone; what is mapped from files is the system's to share."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024
    raise LookupError


@pytest.fixture(scope="module")
def store(models_dir: Path) -> ModelStore:
    return ModelStore(models_dir)


@pytest.fixture(scope="module")
def runner(store: ModelStore) -> Runner:
    chosen = registry.choose(registry.available(store), store)
    return Runner([d for d in chosen if isinstance(d, FrameDetector)])


@pytest.fixture(scope="module")
def listener(store: ModelStore) -> Listener:
    chosen = registry.choose(registry.available(store), store)
    return Listener([d for d in chosen if isinstance(d, AudioDetector)], 4.0)


def pictures(first: str, second: str) -> list[Frame]:
    """Words that stand still, other words in their place, and the last picture again."""
    drawn = [np.asarray(text_picture(text, (480, 270))) for text in (first, first, second)]
    frames = [Frame(float(n), float(n), pixels, 480, 270) for n, pixels in enumerate(drawn)]
    return [*frames, Frame(3.0, 3.0, np.zeros((0, 0, 3), np.uint8), 480, 270, same_as=2.0)]


def heard(language: str) -> Samples:
    """Somebody speaks, then music plays."""
    said = at_level(load(prompts(language)["agent-alreadyon"]), -24)
    return np.concatenate([silence(1), said, at_level(music(4), -24)])


def by_turns(first: list[Frame], second: list[Frame], runners: tuple[Runner, Runner]) -> tuple[list[Signal], ...]:
    told: tuple[list[Signal], list[Signal]] = ([], [])
    for pair in zip_longest(first, second):
        for frame, runner, signals in zip(pair, runners, told, strict=True):
            signals += runner.look(frame) if frame else []
    return told


def spoken_by_turns(sounds: tuple[Samples, Samples], listeners: tuple[Listener, Listener]) -> tuple[list[Signal], ...]:
    told: tuple[list[Signal], list[Signal]] = ([], [])
    each: tuple[Iterator[AudioChunk], ...] = tuple(map(chunks, sounds))
    for pair in zip_longest(*each):
        for chunk, listener, signals in zip(pair, listeners, told, strict=True):
            signals += listener.hear(chunk) if chunk else []
    for listener, signals in zip(listeners, told, strict=True):
        signals += listener.finish()
    return told


def test_pictures_of_two_media_by_turns_give_the_same_as_one_after_the_other(runner: Runner) -> None:
    media = pictures("SALE 50% OFF", "CALL 555 0147"), pictures("BUY NOW", "LIVE TODAY")
    alone = []
    for frames in media:
        runner.reset()
        alone.append(list(runner.run(frames)))
    assert all(alone)
    runner.reset()
    assert list(by_turns(*media, (runner, runner.sibling()))) == alone


def test_sounds_of_two_media_by_turns_give_the_same_as_one_after_the_other(listener: Listener) -> None:
    media = heard("en"), heard("ru")
    alone = []
    for samples in media:
        listener.reset()
        alone.append(list(listener.run(chunks(samples))))
    assert {s.label for signals in alone for s in signals} >= {"text.speech", "voice.speech", "sound.music"}
    listener.reset()
    assert list(spoken_by_turns(media, (listener, listener.sibling()))) == alone


def test_two_threads_hear_the_same_as_one(listener: Listener) -> None:
    media, listeners = (heard("en"), heard("ru")), (listener, listener.sibling())
    listener.reset()
    alone = [list(one.run(chunks(samples))) for one, samples in zip(listeners, media, strict=True)]
    for one in listeners:
        one.reset()
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda one, samples: list(one.run(chunks(samples))), listeners, media))
    assert together == alone


def test_a_second_set_opens_nothing_and_costs_little(store: ModelStore, runner: Runner, listener: Listener) -> None:
    """All models are open by now; two more streams take less than 20 MB each, sounds and pictures heard."""
    sound, frames = heard("en"), pictures("SALE 50% OFF", "CALL 555 0147")[1:3]
    list(listener.run(chunks(sound)))
    list(runner.run(frames))
    opened, before = store.held, memory()
    assert {"whisper_base", "yamnet", "silero_vad", "ocr_read"} <= opened
    others = [(runner.sibling(), listener.sibling()) for _ in range(2)]
    for looking, listening in others:
        list(looking.run(frames))
        for chunk in chunks(sound):
            listening.hear(chunk)
    assert store.held == opened
    assert (memory() - before) / len(others) < 20e6


def test_a_sibling_keeps_what_was_set_and_not_what_was_heard(listener: Listener) -> None:
    live = Listener(listener.detectors, 1.5, live=True)
    live.hear(next(chunks(heard("en"))))
    other = live.sibling()
    assert (other.live, other.block, other.seconds) == (True, 1.5, 0.0)
    assert [type(d) for d in other.detectors] == [type(d) for d in live.detectors]
    assert not {id(d) for d in other.detectors} & {id(d) for d in live.detectors}
    assert other.finish() == []
    live.finish()
