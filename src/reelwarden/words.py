"""Words on screen and words heard become signals of the text engine, each at its place and its second."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from reelwarden.domain import Box, Evidence, Fact, Signal, Unavailable, Word
from reelwarden.taxonomy import labels as all_labels
from reelwarden.text.match import CATEGORIES, Match, Severity

if TYPE_CHECKING:
    from reelwarden.text.moderation import TextOptions, TextResult

DETECTOR, VERSION = "words", "1"
SCREEN, SPEECH = "text.screen", "text.speech"
SOURCES = frozenset({SCREEN, SPEECH})
JUDGED = frozenset(f"text.{category}" for category in CATEGORIES) & frozenset(all_labels())
"""The labels that are told by the text engine, from words that some detector brings."""

SCORES = {Severity.LOW: 0.4, Severity.MEDIUM: 0.7, Severity.HIGH: 0.95}
UNGRADED = 0.9
"""A severity as a score, so that a policy's thresholds can choose among them; for categories without grades."""

JOINED = 3.0
"""Seconds between two utterances that are still read as one text: a number may be said in two breaths."""
NO_SOURCE = "nothing that reads or hears words is installed: reelwarden models install"
NO_LIST = "no text list was given"


def unavailable(asked: Collection[str], sources: Collection[str]) -> tuple[Unavailable, ...]:
    """The asked text labels that cannot be told when only `sources` bring words."""
    missing = () if SOURCES & set(sources) else sorted(JUDGED & set(asked))
    lists = [Unavailable("text.blacklist", NO_LIST)] if "text.blacklist" in asked else []
    return (*(Unavailable(label, NO_SOURCE) for label in missing), *lists)


class Reader:
    """Gives the words of one media to the text engine; `reset` begins the next. `asked` are labels of `JUDGED`."""

    def __init__(self, asked: Collection[str], options: TextOptions | None = None) -> None:
        self.asked = frozenset(asked) & JUDGED
        categories = frozenset(label.removeprefix("text.") for label in self.asked)
        self.options = _options(options, categories) if categories else None
        self._last: dict[Fact, Signal] = {}
        self._moderated = lru_cache(maxsize=4096)(self._moderate)

    def reset(self) -> None:
        self._last.clear()

    def read(self, signals: Sequence[Signal]) -> list[Signal]:
        """The text engine's signals of the words among `signals`, which belong to one frame or one block of sound."""
        if self.options is None:
            return []
        lines = [s for s in signals if s.label == SCREEN and s.evidence.text]
        heard = (s for s in signals if s.label == SPEECH and s.evidence.text)
        return [*self._seen(lines), *(found for signal in heard for found in self._heard(signal))]

    def _seen(self, lines: list[Signal]) -> Iterator[Signal]:
        """The lines of one frame are one text, so that a number or a sentence over two lines is found."""
        if not lines:
            return
        spans = Spans([line.evidence.text or "" for line in lines], "\n")
        for match in self._moderated(spans.text, "ocr").matches:
            hit = [lines[number] for number in spans.touched(match)]
            box = _around([line.evidence.box for line in hit])
            evidence = Evidence(box, match.slice(spans.text).replace("\n", " "), _facts(match, "screen"))
            yield self._signal(match, evidence, hit[0].start, hit[0].end, hit[0].same_as)

    def _heard(self, signal: Signal) -> Iterator[Signal]:
        """An utterance, read together with the one before it on the same track."""
        track = signal.evidence.facts.get("track", 0)
        before = self._last.get(track)
        joined = [before] if before and signal.start - before.end <= JOINED else []
        self._last[track] = signal
        parts = [*joined, signal]
        spans = Spans([part.evidence.text or "" for part in parts], " ")
        words = [word for part, start in zip(parts, spans.starts, strict=True) for word in _placed(part, start)]
        for match in self._moderated(spans.text, "asr").matches:
            if match.end <= spans.starts[-1]:
                continue  # told with the utterance before
            said = [word for start, end, word in words if start < match.end and match.start < end]
            start, end = (said[0].start, said[-1].end) if said else (signal.start, signal.end)
            evidence = Evidence(text=match.slice(spans.text), facts=_facts(match, "speech"), words=tuple(said))
            yield self._signal(match, evidence, start, end, None)

    def _signal(self, match: Match, evidence: Evidence, start: float, end: float, same_as: float | None) -> Signal:
        score = SCORES[match.severity] if match.severity else UNGRADED
        return Signal(f"text.{match.category}", score, start, end, DETECTOR, VERSION, evidence, same_as)

    def _moderate(self, text: str, source: str) -> TextResult:
        from reelwarden.text.moderation import moderate_text

        assert self.options is not None
        return moderate_text(text, replace(self.options, source=source))  # type: ignore[arg-type]


def _options(options: TextOptions | None, categories: frozenset[str]) -> TextOptions:
    """The text engine is imported only here, when some text label was asked."""
    from reelwarden.text.moderation import TextOptions

    return replace(options or TextOptions(), categories=categories)


@dataclass(frozen=True, slots=True)
class Spans:
    """Several texts joined into one, and where each begins in it."""

    parts: Sequence[str]
    glue: str

    @property
    def text(self) -> str:
        return self.glue.join(self.parts)

    @property
    def starts(self) -> list[int]:
        starts, at = [], 0
        for part in self.parts:
            starts.append(at)
            at += len(part) + len(self.glue)
        return starts

    def touched(self, match: Match) -> list[int]:
        """The numbers of the parts that the match lies in."""
        places = zip(self.starts, self.parts, strict=True)
        return [n for n, (at, part) in enumerate(places) if at < match.end and match.start < at + len(part)]


def _placed(signal: Signal, offset: int) -> Iterator[tuple[int, int, Word]]:
    """Each word of an utterance with its place in the joined text."""
    text, at = signal.evidence.text or "", 0
    for word in signal.evidence.words:
        found = text.find(word.text.strip(), at)
        if found >= 0:
            at = found + len(word.text.strip())
            yield offset + found, offset + at, word


def _facts(match: Match, source: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"source": source}
    if match.severity:
        facts["severity"] = match.severity.word
    named = {"country": match.country, "category": match.detail, "value": match.value, "language": match.language}
    return facts | {name: value for name, value in named.items() if value}


def _around(boxes: Iterable[Box | None]) -> Box | None:
    known = [box for box in boxes if box]
    if not known:
        return None
    return Box(
        min(box.left for box in known),
        min(box.top for box in known),
        max(box.right for box in known),
        max(box.bottom for box in known),
    )
