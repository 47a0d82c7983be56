"""What was found in each part of a content: a text that was read at once, or the findings of a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reelwarden.domain import Moment
from reelwarden.jobs.findings import Findings
from reelwarden.text.language import detect
from reelwarden.text.lists import TextList
from reelwarden.text.match import BLACKLIST, CATEGORIES, LANGUAGES
from reelwarden.text.moderation import TextOptions, moderate_text
from reelwarden.words import SCORES, UNGRADED

TEXT_LABELS = frozenset(f"text.{category}" for category in CATEGORIES)
LETTERS = 1000
"""Letters of a text that cost one operation."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One finding: a match in a text at `span`, in letters, or a moment of a media at `time`, in seconds."""

    label: str
    score: float
    text: str = ""
    span: tuple[int, int] | None = None
    time: tuple[float, float] | None = None
    detail: str = ""


@dataclass(frozen=True)
class Seen:
    """One part. `told` are the labels that could be told of it; `words` its text: typed, or heard."""

    name: str
    type: str
    told: frozenset[str]
    hits: Sequence[Hit] = ()
    words: str = ""
    language: str | None = None
    faces: int = 0
    operations: int = 0
    lines: Sequence[str] = ()
    request: Mapping[str, Any] = field(default_factory=dict)

    def score(self, label: str) -> float:
        return max((hit.score for hit in self.hits if hit.label == label), default=0.0)


def text(name: str, said: str, lists: tuple[TextList, ...] = (), request: Mapping[str, Any] | None = None) -> Seen:
    """CPU work of some milliseconds: call it in a thread."""
    result = moderate_text(said, TextOptions(lists=lists))
    hits = [
        Hit(
            f"text.{match.category}",
            SCORES[match.severity] if match.severity else UNGRADED,
            match.slice(said),
            (match.start, match.end),
            detail=match.detail or "",
        )
        for match in result.matches
    ]
    told = TEXT_LABELS | (frozenset({f"text.{BLACKLIST}"}) if lists else frozenset())
    language = next(iter(detect(said, LANGUAGES)), None)
    cost = max(1, -(-len(said) // LETTERS))
    return Seen(name, "text", told, hits, said, language, operations=cost, request=request or {})


def media(name: str, type_: str, found: Findings, operations: int, request: Mapping[str, Any] | None = None) -> Seen:
    """A picture, a video or a sound. A moment counts with the score that enough looks back."""
    told = frozenset(found.header.asked) - {entry.label for entry in found.header.unavailable}
    moments = found.result.moments
    hits = [
        Hit(
            moment.label,
            _score(moment, found),
            (moment.evidence[0].text or "") if moment.evidence else "",
            time=(moment.start, moment.end),
            detail=str(moment.evidence[0].facts.get("category") or "") if moment.evidence else "",
        )
        for moment in moments
        if _score(moment, found) > 0
    ]
    spoken = found.result.speech or ()
    languages = [one.language for one in spoken if one.language]
    return Seen(
        name,
        type_,
        told,
        hits,
        "\n".join(one.text for one in spoken),
        languages[0] if languages else None,
        _faces(found),
        operations,
        [s.evidence.text for s in found.signals if s.label == "text.screen" and s.evidence.text],
        request or {},
    )


def _score(moment: Moment, found: Findings) -> float:
    """What enough looks back, or a lone peak so high that the account's policy wants no other."""
    lone = found.policy.rule(moment.label).lone
    return max(moment.backed, moment.peak if lone is not None and moment.peak >= lone else 0.0)


def _faces(found: Findings) -> int:
    """The most faces in one picture."""
    at: dict[float, int] = {}
    for signal in found.signals:
        if signal.label == "face":
            at[signal.start] = at.get(signal.start, 0) + 1
    return max(at.values(), default=0)
