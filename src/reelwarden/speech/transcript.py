"""A transcript: what was said in a media, in order, made of the signals `text.speech`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reelwarden.domain import Signal, Word

LABEL = "text.speech"


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence or a part of one. `language` is an ISO 639-1 code, "" where it is not known."""

    start: float
    end: float
    text: str
    language: str = ""
    track: int = 0
    words: tuple[Word, ...] = ()

    def as_json(self) -> dict[str, Any]:
        words = [{"word": w.text, "start": w.start, "end": w.end, "probability": w.probability} for w in self.words]
        facts = {"start": self.start, "end": self.end, "text": self.text}
        return {**facts, "language": self.language, "track": self.track, "words": words}


@dataclass(frozen=True, slots=True)
class Transcript:
    """`utterances` in the order of time; those of several tracks take turns."""

    utterances: tuple[Utterance, ...] = ()

    @property
    def text(self) -> str:
        """One line an utterance."""
        return "\n".join(utterance.text for utterance in self.utterances)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those spoken, the one that is spoken longest first."""
        lengths: dict[str, float] = {}
        for one in self.utterances:
            lengths[one.language] = lengths.get(one.language, 0.0) + one.end - one.start
        return tuple(sorted(filter(None, lengths), key=lambda code: -lengths[code]))

    def as_json(self) -> dict[str, Any]:
        return {"languages": list(self.languages), "utterances": [one.as_json() for one in self.utterances]}


def transcript(signals: Iterable[Signal]) -> Transcript:
    """The transcript that lies in a media's signals; those that are not `text.speech` are passed over."""
    spoken = [_utterance(signal) for signal in signals if signal.label == LABEL]
    return Transcript(tuple(sorted(spoken, key=lambda one: (one.start, one.track))))


def _utterance(signal: Signal) -> Utterance:
    facts = signal.evidence.facts
    return Utterance(
        signal.start,
        signal.end,
        signal.evidence.text or "",
        str(facts.get("language") or ""),
        int(facts.get("track") or 0),
        signal.evidence.words,
    )


def said_between(utterances: Sequence[Utterance], start: float, end: float) -> str:
    """The words that overlap those seconds, as one line."""
    words = (w for one in utterances for w in one.words if w.start < end and start < w.end)
    return " ".join(word.text for word in words)
