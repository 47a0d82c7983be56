"""The interface of every detector: what it needs, what it can tell, and how it is asked.

A detector is one small file in detect/image, detect/ocr or detect/audio; the registry finds it there. It is made once
per worker and used for many media. `tests/contract/test_detectors.py` holds every one of them to the rules below.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from reelwarden.detect.view import FrameView
from reelwarden.domain import AudioChunk, Signal
from reelwarden.models.store import ModelStore


class Detector(ABC):
    """What all detectors share.

    `name` is unique; `version` counts changes of our own code (the models' hashes are added by `full_version`).
    `labels` are those it can tell when all `models` are installed; `optional` maps further labels to the model that
    each needs. A detector is constructed with the labels that were asked of it and opens only the models they need.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    labels: ClassVar[frozenset[str]]
    models: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[dict[str, str]] = {}

    def __init__(self, store: ModelStore, asked: frozenset[str]) -> None:
        self.store = store
        self.asked = asked
        self.full_version = full_version(type(self), store)


class FrameDetector(Detector):
    """Looks at pictures. `side` is the longest side, in pixels, that it wants to be given."""

    side: ClassVar[int]

    @abstractmethod
    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        """The signals of each frame, in the order of the frames; an empty list for a frame with nothing to say.

        Scores are 0..1, `start == end == frame.time`, boxes are ratios. It keeps no frame after it returns.
        """


class AudioDetector(Detector):
    """Listens. Chunks of one track come in order; `finish` ends that media and makes it ready for the next."""

    @abstractmethod
    def listen(self, chunk: AudioChunk) -> list[Signal]:
        """The signals that became certain with this chunk."""

    @abstractmethod
    def finish(self) -> list[Signal]:
        """The signals that were still open at the end."""


def full_version(kind: type[Detector], store: ModelStore) -> str:
    """Our version and the models': `2+fef443ed68ae.864bb37bf886`. With it a result can be traced to its weights."""
    used = [m for m in (*kind.models, *dict.fromkeys(kind.optional.values())) if store.installed(m)]
    return "+".join(filter(None, [str(kind.version), ".".join(store.version(m) for m in used)]))
