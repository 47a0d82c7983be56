"""The interface of every detector: what it needs, what it can tell, and how it is asked.

A detector is one small file in detect/image, detect/ocr or detect/audio; the registry finds it there. It is
made once per worker and used for one media after the other; several media at a time have siblings of their own.
`tests/contract/test_detectors.py` holds every one of them to the rules below.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Self

from reelwarden.detect.sound import Sound, Stretch
from reelwarden.detect.view import FrameView
from reelwarden.domain import NO_EVIDENCE, Evidence, Signal
from reelwarden.models.store import ModelStore

Tells = Mapping[str, tuple[str, ...]]
"""Labels, and the models that each needs."""


class Detector(ABC):
    """What all detectors share.

    `name` is unique; `version` counts changes of our own code (`full_version` adds the models' hashes).
    `tells` maps each label that it can tell to the models which that label needs (none for what is measured
    without a model). A detector is made with the labels that were asked of it, never one whose models are
    missing, and opens only the models that those labels need. `reset` begins another media: whatever was
    remembered of the last one is forgotten.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    tells: ClassVar[Tells]

    def __init__(self, store: ModelStore, asked: frozenset[str]) -> None:
        self.store = store
        self.asked = asked & frozenset(self.tells)
        self.models = models_for(type(self), self.asked)
        self.full_version = full_version(self.version, [store.version(m) for m in self.models])

    @property
    def notes(self) -> tuple[str, ...]:
        """What it cannot tell on this machine although a label is told, one sentence each: a script it cannot
        read.
        """
        return ()

    def reset(self) -> None:  # noqa: B027  (most detectors remember nothing)
        """Another media begins."""

    def sibling(self) -> Self:
        """Another of this kind, for another media at the same time.

        It remembers for itself; the opened models, which are the store's, are shared.
        """
        return type(self)(self.store, self.asked)


class FrameDetector(Detector):
    """Looks at pictures. `side` is the longest side, in pixels, that it wants to be given."""

    side: ClassVar[int]

    @abstractmethod
    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        """The signals of each frame, in the order of the frames; an empty list for a frame with nothing to
        say.

        Scores are 0..1, `start == end == frame.time`, boxes are ratios. It keeps no frame after it returns.
        """

    def signal(self, frame: FrameView, label: str, score: float, evidence: Evidence = NO_EVIDENCE) -> Signal:
        """A signal of this detector at the frame's time; the score is cut to 0..1 and to four decimals."""
        score = round(min(1.0, max(0.0, float(score))), 4)
        return Signal(label, score, frame.time, frame.time, self.name, self.full_version, evidence)


class Ear(ABC):
    """What an audio detector makes for one unbroken stretch of one track; it carries what the next block needs."""

    @abstractmethod
    def hear(self, sound: Sound) -> list[Signal]:
        """The signals that became certain with this block."""

    def early(self) -> list[Signal]:
        """The stretch is live: open signals that are worth telling now, each once.

        They are told again when they have ended, with the same start.
        """
        return []

    def close(self) -> list[Signal]:
        """The stretch is over: the signals that were still open."""
        return []


class AudioDetector(Detector):
    """Listens. Blocks of one track come in order, tracks may take turns (detect/listener.py gives them)."""

    def __init__(self, store: ModelStore, asked: frozenset[str]) -> None:
        super().__init__(store, asked)
        self._ears: dict[int, tuple[Stretch, Ear]] = {}

    @abstractmethod
    def ear(self, stretch: Stretch) -> Ear:
        """A new ear for a stretch that begins."""

    def reset(self) -> None:
        self._ears.clear()

    def listen(self, sound: Sound) -> list[Signal]:
        """The signals that became certain with this block."""
        signals: list[Signal] = []
        stretch, ear = self._ears.get(sound.track, (None, None))
        if ear is None or stretch is not sound.stretch:
            signals += ear.close() if ear else []
            ear = self.ear(sound.stretch)
            self._ears[sound.track] = (sound.stretch, ear)
        signals += ear.hear(sound)
        return signals + ear.early() if sound.stretch.live else signals

    def finish(self) -> list[Signal]:
        """The signals that were still open at the end of the media; it is then ready for the next."""
        ears, self._ears = self._ears, {}
        return [signal for _, ear in ears.values() for signal in ear.close()]

    def signal(self, label: str, score: float, start: float, end: float, evidence: Evidence = NO_EVIDENCE) -> Signal:
        """A signal of this detector; the score is cut to 0..1 and to four decimals, times to milliseconds."""
        score = round(min(1.0, max(0.0, float(score))), 4)
        return Signal(label, score, round(start, 3), round(end, 3), self.name, self.full_version, evidence)


def models_for(kind: type[Detector], asked: Collection[str]) -> tuple[str, ...]:
    """The models that the asked labels need, each once, in the order in which the detector names them."""
    needed = (model for label, models in kind.tells.items() if label in asked for model in models)
    return tuple(dict.fromkeys(needed))


def full_version(version: int, hashes: Sequence[str]) -> str:
    """Our version and the models': `2+fef443ed68ae.864bb37bf886`. With it a result can be traced to its
    weights.
    """
    return "+".join(filter(None, [str(version), ".".join(hashes)]))
