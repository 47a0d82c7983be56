"""What every part of an answer is told from: the submission, its findings, and the vendor's words for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reelwarden.api.deepcleer import vocabulary
from reelwarden.api.deepcleer.levels import LEVELS, Judge
from reelwarden.api.deepcleer.vocabulary import AUDIO, ENGLISH, IMAGE
from reelwarden.api.deepcleer.wishes import Types, types_of
from reelwarden.decide.verdict import GRAVITY
from reelwarden.domain import Outcome, Signal
from reelwarden.jobs.findings import Findings
from reelwarden.jobs.submissions import Submission
from reelwarden.taxonomy import within

CLIP = 10.0
"""Seconds of sound that are judged together."""
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A frame or a clip of sound as it is told."""

    level: Outcome
    document: Item

    @property
    def risky(self) -> bool:
        return self.level is not Outcome.PASS


@dataclass(frozen=True, slots=True)
class Risk:
    """A signal that is a risk, and how grave."""

    signal: Signal
    level: Outcome


@dataclass(frozen=True, eq=False)
class Telling:
    """`language` is that of descriptions."""

    submission: Submission
    found: Findings
    language: str

    @property
    def said(self) -> Mapping[str, Any]:
        return self.submission.vendor

    @cached_property
    def types(self) -> Types:
        return types_of(self.said["types"])

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.found)

    @cached_property
    def size(self) -> tuple[int, int]:
        media = self.found.header.media
        return media.width, media.height

    @property
    def duration(self) -> float:
        media = self.found.header.media
        return round(media.duration or max(self.found.times, default=0.0), 3)

    @property
    def heard_seconds(self) -> float:
        """Seconds of sound that were listened to; 0 without a track, or where nobody wanted it."""
        return self.duration if self.found.header.media.audio_tracks and self.types.listens else 0.0

    def side(self, signal: Signal) -> str:
        """Whether the signal is one of the pictures or of the sound."""
        heard = vocabulary.is_heard(signal.label) or signal.evidence.facts.get("source") == "speech"
        return AUDIO if heard else IMAGE

    def risks(self, signals: Iterable[Signal], side: str) -> list[Risk]:
        """Those of the signals that are a risk of a type that was asked for, the gravest first."""
        wanted = self.types.risks(side)
        risks = [Risk(s, self.judge.level(s)) for s in signals if s.label in wanted and self.side(s) == side]
        risks = [risk for risk in risks if risk.level is not Outcome.PASS]
        return sorted(risks, key=_order)

    def business(self, signals: Iterable[Signal], side: str) -> list[Signal]:
        """Those of the signals that a business type asked for."""
        wanted = self.types.business(side)
        return [s for s in signals if s.label in wanted and self.side(s) == side and self.judge.tells(s)]

    def risk_words(self, risk: Risk | None) -> Item:
        """riskLevel, the three labels and their description."""
        if risk is None:
            normal = "Normal" if self.language == ENGLISH else "正常"
            return _labels("risk", ("normal", "", "")) | {"riskDescription": normal, "riskLevel": "PASS"}
        words = vocabulary.words_of("risk", risk.signal.label)
        described = {"riskDescription": words.named(self.language), "riskLevel": LEVELS[risk.level]}
        return _labels("risk", words.ids) | described

    def business_words(self, signal: Signal) -> Item:
        """The three labels and their description; the third says which language, gender or age."""
        words = vocabulary.words_of("business", signal.label)
        named, ids = words.named(self.language), words.ids
        if finer := _finer(signal):
            ids = (ids[0], ids[1], finer)
            named = f"{named.rpartition(':')[0]}:{finer}"
        return _labels("business", ids) | {"businessDescription": named}

    def id_of(self, *parts: object) -> str:
        """The same 32 hexadecimal digits for the same thing of the same submission."""
        plain = ":".join(str(part) for part in (self.said["requestId"], *parts))
        return hashlib.blake2s(plain.encode(), digest_size=16).hexdigest()


def best(risks: Sequence[Risk]) -> list[Risk]:
    """The gravest of each label, in the order given; a family is left out where a label of it is as grave."""
    found: dict[str, Risk] = {}
    for risk in risks:
        found.setdefault(risk.signal.label, risk)
    return [risk for risk in found.values() if not any(_is_finer(other, risk) for other in found.values())]


def _is_finer(one: Risk, other: Risk) -> bool:
    return one.signal.label.startswith(f"{other.signal.label}.") and GRAVITY[one.level] >= GRAVITY[other.level]


def _order(risk: Risk) -> tuple[int, float, int, str]:
    """The gravest first, then the surest, then the finest label."""
    label = risk.signal.label
    return -GRAVITY[risk.level], -risk.signal.score, -label.count("."), label


def is_words(label: str) -> bool:
    return within(label, "text")


def probability(score: float) -> float:
    return round(min(1.0, max(0.0, float(score))), 6)


def _labels(kind: str, ids: tuple[str, str, str]) -> Item:
    return {f"{kind}Label{number}": id_ for number, id_ in enumerate(ids, 1)}


def _finer(signal: Signal) -> str:
    """What a detector says beyond its label, in its own word: which language, which gender, how many years."""
    facts = signal.evidence.facts
    if "from_years" in facts and "to_years" in facts:
        return f"{facts['from_years']}-{facts['to_years']}"
    if signal.label == "voice.language":
        return signal.evidence.text or ""
    return str(facts.get("gender") or "")
