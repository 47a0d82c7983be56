"""Our words as frozen values. Each word has one meaning; docs/glossary.md has them all.

Times are seconds from the start of the media. Scores are 0..1. Boxes are ratios of the upright, displayed
picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Fact = str | int | float | bool | None
"""A detail that goes into JSON as it is."""


class MediaKind(StrEnum):
    VIDEO = "video"
    IMAGE = "image"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What the probe found. `duration` is None where the container does not say; it is a claim, not a measure."""

    kind: MediaKind
    container: str
    bytes: int
    duration: float | None = None
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0
    rotation: int = 0
    video_codec: str = ""
    audio_codec: str = ""
    audio_tracks: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A decoded picture, upright, with square pixels.

    `pixels` is RGB uint8 [height, width, 3], already reduced to the size that the detectors asked for; `width`
    and `height` are the displayed size in the media. `wanted` is the instant that the plan asked for, `time` the
    picture's own. Where `same_as` is set, the picture does not differ from the one at that time, and `pixels`
    may be empty.
    """

    time: float
    wanted: float
    pixels: NDArray[np.uint8]
    width: int
    height: int
    same_as: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AudioChunk:
    """Mono float32 samples at 16 kHz, -1..1, beginning at `time`, of audio track `track` (0 is the first)."""

    time: float
    samples: NDArray[np.float32]
    track: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word heard, with the punctuation that follows it, and how sure the recogniser is of it (0..1)."""

    text: str
    start: float
    end: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a signal was given: where in the picture, which words, which details; `words` are those heard.

    `time` and `score` are those of the signal; they are filled in when signals become a moment.
    """

    box: Box | None = None
    text: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    time: float | None = None
    score: float | None = None
    words: tuple[Word, ...] = ()


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class Signal:
    """One raw finding of one detector. For a picture `start == end`. `same_as`: the frame it was taken over from."""

    label: str
    score: float
    start: float
    end: float
    detector: str
    version: str
    evidence: Evidence = NO_EVIDENCE
    same_as: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Signals of one label merged over time.

    `peak` is the highest score, at `peak_time`; `looks` counts the distinct instants or sources that back it,
    and `corroborated` says whether they are as many as the policy wants. `backed` is the score that as many
    looks as the policy wants reach (0 where there are too few): it decides, a lone peak does not.
    """

    label: str
    start: float
    end: float
    peak: float
    peak_time: float
    looks: int
    corroborated: bool
    backed: float
    detector: str
    version: str
    evidence: tuple[Evidence, ...] = ()


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105  (an outcome)
    REVIEW = "review"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Reason:
    """One moment that speaks for an outcome other than pass, in a sentence."""

    label: str
    outcome: Outcome
    start: float
    end: float
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the machine concludes, under which policy, and the moments that say why (the gravest first)."""

    outcome: Outcome
    policy: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A label that no installed model can tell. It is said, never scored."""

    label: str
    reason: str
