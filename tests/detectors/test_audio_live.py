"""A live stream: sounds are told while they go on, within three seconds; words within a dozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hearing import chunks, listener, silence
from real_sound import RATE, Samples, at_level, effect, long_prompts, music

from reelwarden.decide.moments import merge
from reelwarden.decide.policy import load as load_policy
from reelwarden.detect.listener import Listener
from reelwarden.domain import Signal
from reelwarden.models.session import Session

pytestmark = [pytest.mark.slow, pytest.mark.models]

SOON, SPOKEN_SOON = 3.0, 13.0
SHOTS = (10.2, 14.7, 19.4)


def arrivals(hearing: Listener, samples: Samples) -> Iterator[tuple[float, Signal]]:
    """Each signal with the second of the stream at which it was told; at the end, the end."""
    hearing.reset()
    for chunk in chunks(samples):
        now = chunk.time + chunk.samples.size / RATE
        for signal in hearing.hear(chunk):
            yield now, signal
    for signal in hearing.finish():
        yield samples.size / RATE, signal


@pytest.fixture(scope="module")
def live(models_dir: Path) -> Listener:
    labels = ["sound.gunshot", "sound.explosion", "sound.music", "sound.silence", "voice.speech", "text.speech"]
    return Listener(listener(models_dir, labels).detectors, live=True)


@pytest.fixture(scope="module")
def stream() -> Samples:
    """Music, three shots at 10.2, 14.7 and 19.4 s, silence from 24 to 29 s, somebody speaks for twenty seconds."""
    track = np.concatenate([at_level(music(24), -40), silence(5), *long_prompts("en", 20.0, 1).values()])
    shot = at_level(effect("DSSHOTGN"), -20)
    for at in SHOTS:
        track[round(at * RATE) :][: shot.size] += shot
    return np.clip(track, -1, 1).astype(np.float32)


def test_sounds_are_told_while_somebody_waits(live: Listener, stream: Samples) -> None:
    told = list(arrivals(live, stream))
    shots = [(now, s) for now, s in told if s.label == "sound.gunshot"]
    for at in SHOTS:
        near = [now for now, s in shots if s.start - 0.5 <= at + 0.2 <= s.end + 0.5]
        assert near
        assert min(near) - at <= SOON
    for label, begin in (("sound.music", 0.0), ("sound.silence", 24.0), ("voice.speech", 29.0)):
        now, signal = next((now, s) for now, s in told if s.label == label)
        assert signal.start == pytest.approx(begin, abs=1.0)
        assert now - begin <= SOON + 2.0 * (label == "sound.silence")  # it counts from two seconds on
    for now, signal in told:
        for word in signal.evidence.words:
            assert now - word.end <= SPOKEN_SOON


def test_told_early_and_told_again_is_one_moment(live: Listener, stream: Samples) -> None:
    """The same moments as when nobody waits: what is told twice begins at the same second."""
    quiet = [detector.sibling() for detector in live.detectors if detector.name != "speech"]
    waited, whole = (list(hearing.run(chunks(stream))) for hearing in (Listener(quiet, live=True), Listener(quiet)))
    assert len(waited) > len(whole)
    early, late = ({(m.label, m.start, m.end, m.peak) for m in merge(s, load_policy())} for s in (waited, whole))
    assert early == late


def asked(hearing: Listener, samples: Samples, monkeypatch: pytest.MonkeyPatch) -> Counter[Session]:
    """How many windows each model was given: what hearing costs, whatever else the machine does."""
    windows: Counter[Session] = Counter()
    run = Session.run

    def counted(model: Session, *inputs: Any) -> Any:
        windows[model] += len(inputs[0])
        return run(model, *inputs)

    with monkeypatch.context() as patch:
        patch.setattr(Session, "run", counted)
        for _ in hearing.run(chunks(samples)):
            pass
    return windows


def test_live_costs_little_more(live: Listener, stream: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without speech, whose share is larger and differs by the pieces."""
    quiet = [d.sibling() for d in live.detectors if d.name != "speech"]
    whole, waited = (asked(Listener(quiet, live=way), stream, monkeypatch) for way in (False, True))
    assert whole and whole.keys() == waited.keys()
    for model, windows in whole.items():
        print(f"model of {model.shapes}: {windows} windows, {waited[model]} where somebody waits")
        assert waited[model] <= 1.1 * windows + 2
