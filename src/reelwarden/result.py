"""What comes out of one piece of media: a result, or a failure that says why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reelwarden.decide.rules import Policy
from reelwarden.domain import MediaInfo, Moment, Unavailable, Verdict
from reelwarden.errors import ReelwardenError


@dataclass(frozen=True, slots=True)
class Timing:
    """`wall` seconds of the whole, and the CPU seconds of each stage (`decode`, `start`, a detector's name …)."""

    wall: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One stretch of speech: what was said, by whom (where known), in which language (where known)."""

    start: float
    end: float
    text: str
    speaker: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Everything that is known of one media after it was looked at.

    `detectors` are those that looked, with their versions; `signals` counts the raw findings; `plan` says in words
    which instants were looked at, and `looked` how many pictures were analysed; `notes` are remarks in plain
    sentences; `thumbnails` are JPEG pictures by the time of the frame; `transcript` is None where nobody listened.
    """

    file: str
    media: MediaInfo
    moments: tuple[Moment, ...]
    verdict: Verdict
    policy: Policy
    unavailable: tuple[Unavailable, ...] = ()
    detectors: Mapping[str, str] = field(default_factory=dict)
    signals: int = 0
    plan: str = ""
    looked: int | None = None
    timing: Timing = field(default_factory=Timing)
    notes: tuple[str, ...] = ()
    thumbnails: Mapping[float, bytes] = field(default_factory=dict)
    transcript: tuple[Spoken, ...] | None = None

    @property
    def speech(self) -> tuple[Spoken, ...] | None:
        """The transcript, or the one that the moments of `text.speech` make up."""
        return self.transcript if self.transcript is not None else heard(self.moments)


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """A file that gave no result, and why."""

    file: str
    error: ReelwardenError


def heard(moments: Iterable[Moment]) -> tuple[Spoken, ...] | None:
    """The transcript that the moments of `text.speech` make up; None where there are none."""
    lines = [_spoken(m) for m in moments if m.label == "text.speech" and m.evidence and m.evidence[0].text]
    return tuple(lines) or None


def _spoken(moment: Moment) -> Spoken:
    said = moment.evidence[0]
    speaker, language = (str(said.facts.get(name) or "") for name in ("speaker", "language"))
    return Spoken(moment.start, moment.end, said.text or "", speaker, language)
