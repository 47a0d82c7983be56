"""Steps 3 to 5 on one piece of media: decode, detect, decide. The command line and the jobs both call it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from reelwarden import words
from reelwarden.decide import coverage, replay
from reelwarden.decide.moments import merge
from reelwarden.decide.rules import Policy
from reelwarden.decide.verdict import conclude
from reelwarden.detect import registry
from reelwarden.detect.detector import AudioDetector, FrameDetector
from reelwarden.detect.listener import Listener
from reelwarden.detect.runner import Runner
from reelwarden.domain import AudioChunk, Frame, MediaInfo, Signal, Unavailable
from reelwarden.media.decoder_process import Decoding, decode
from reelwarden.media.limits import Limits
from reelwarden.media.sampling import ByDuration, Count, Every, KeyFrames, Plan
from reelwarden.media.thumbnails import thumbnail
from reelwarden.models.store import ModelStore
from reelwarden.report.gallery import Gallery
from reelwarden.result import Result, Timing
from reelwarden.taxonomy import expand

if TYPE_CHECKING:
    from reelwarden.text.moderation import TextOptions

Progress = Callable[[float, float | None], None]
"""(seconds of media done, seconds in all where they are known)."""

STEP = 1.0
EVERY_STEP = Every(STEP)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How one piece of media is to be looked at. `record` is an open text stream for the signals."""

    policy: Policy
    plan: Plan = EVERY_STEP
    limits: Limits = field(default_factory=Limits)
    pictures: bool = False
    record: TextIO | None = None
    progress: Progress | None = None


class Moderator:
    """Detectors, opened once for the labels that are asked, and used for one media after the other.

    `labels` holds labels or families; raises UsageError for one that is not in the taxonomy. One thread at a time.
    `live`: what is heard is told at once, at a higher cost. `sources`: where words are read from, of `words.SOURCES`.
    """

    def __init__(
        self,
        store: ModelStore,
        labels: Collection[str],
        text: TextOptions | None = None,
        *,
        live: bool = False,
        sources: Collection[str] = words.SOURCES,
    ) -> None:
        self.asked = expand(labels)
        self.unavailable = unavailable(self.asked, store)
        self.reader = words.Reader(self.asked, text)
        wanted = self.asked | frozenset(sources) if self.reader.asked else self.asked
        chosen = registry.choose(wanted - words.JUDGED, store)
        self.runner = Runner([d for d in chosen if isinstance(d, FrameDetector)])
        self.listener = Listener([d for d in chosen if isinstance(d, AudioDetector)], live=live)
        reads = {words.DETECTOR: words.VERSION} if self.reader.asked else {}
        self.versions: Mapping[str, str] = {d.name: d.full_version for d in chosen} | reads
        self.notes = tuple(dict.fromkeys(note for d in chosen for note in d.notes))

    def check(self, path: Path, file: str, wishes: Wishes) -> Result:
        """Looks at the media at `path`, which reports call `file`. Raises MediaError."""
        started = time.perf_counter()
        self.reset()
        with self.decode(path, wishes) as decoding:
            look = Look(self, decoding, wishes.pictures)
            writer = (
                replay.Writer(wishes.record, self.header(file, decoding.info, wishes.plan)) if wishes.record else None
            )
            signals: list[Signal] = []
            for step in look.steps():
                signals += step.signals
                if writer:
                    for signal in step.signals:
                        writer.write(signal)
                if wishes.progress:
                    wishes.progress(decoding.progress, decoding.info.duration)
            found = Found(tuple(signals), look.coverage, look.stages(), look.remarks())
            if writer:
                writer.finish(found.coverage)
            result = self.result(self.header(file, decoding.info, wishes.plan), found, wishes.policy)
            wall = Timing(time.perf_counter() - started, found.stages)
            return replace(result, timing=wall, thumbnails=look.gallery.pictures())

    @property
    def listens(self) -> bool:
        """Whether anything that was asked needs the sound."""
        return bool(self.listener.detectors)

    def reset(self) -> None:
        """Another media begins: nothing is remembered of the last one."""
        self.runner.reset()
        self.listener.reset()
        self.reader.reset()

    def decode(
        self,
        path: Path,
        wishes: Wishes,
        span: tuple[float, float | None] | None = None,
        duration: float | None = None,
    ) -> Decoding:
        """Opens the media for these detectors: pictures of the size they want, sound where one of them listens.

        `duration`: what is known of it, so that it need not be measured for each span.
        """
        side, limits = self.runner.side, wishes.limits
        return decode(path, wishes.plan, side, audio=self.listens, limits=limits, span=span, duration=duration)

    def header(self, file: str, media: MediaInfo, plan: Plan) -> replay.Header:
        """What the signals of this moderator come from."""
        return replay.Header(file, media, describe(plan), tuple(sorted(self.asked)), self.versions, self.unavailable)

    def result(self, header: replay.Header, found: Found, policy: Policy) -> Result:
        """The result that the signals give under the policy."""
        moments = merge(found.signals, policy, found.coverage)
        return Result(
            file=header.file,
            media=header.media,
            moments=moments,
            verdict=conclude(moments, header.unavailable, policy),
            policy=policy,
            unavailable=header.unavailable,
            detectors=header.detectors,
            signals=len(found.signals),
            plan=header.plan,
            looked=found.coverage.pictures,
            timing=Timing(0.0, found.stages),
            notes=(*self.notes, *found.remarks),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found in one media: the signals, what was looked at, CPU seconds by stage, and remarks."""

    signals: tuple[Signal, ...]
    coverage: coverage.Coverage
    stages: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one decoded piece. `wanted` is the instant that was asked for; None for a piece of sound.

    `time` is the frame's own time, or where the sound began.
    """

    time: float
    wanted: float | None
    signals: tuple[Signal, ...]


class Pieces(Protocol):
    """What a decoder gives: frames and sound, each kind in order of time."""

    @property
    def info(self) -> MediaInfo: ...

    @property
    def stats(self) -> dict[str, Any]: ...

    @property
    def progress(self) -> float: ...

    def __iter__(self) -> Iterator[Frame | AudioChunk]: ...


class Look:
    """One media, or one span of it, on its way through a moderator's detectors.

    Frames wanted outside `frames_from`..`frames_to` are another's; only their sound is heard.
    """

    def __init__(
        self,
        moderator: Moderator,
        decoding: Pieces | Decoding,
        pictures: bool = False,
        frames_from: float = 0.0,
        frames_to: float | None = None,
    ) -> None:
        self.moderator, self.decoding, self.pictures = moderator, decoding, pictures
        self.times: list[float] = []
        self.gallery = Gallery()
        self._from, self._to = frames_from, math.inf if frames_to is None else frames_to
        self._reading = 0.0

    @property
    def coverage(self) -> coverage.Coverage:
        return coverage.of(self.times, self.moderator.runner.looked)

    def steps(self) -> Iterator[Step]:
        """Decodes and detects, piece by piece, to the end. Raises MediaError."""
        for piece in self.decoding:
            if isinstance(piece, Frame):
                if self._from <= piece.wanted < self._to:
                    yield Step(piece.time, piece.wanted, self._with_words(self._seen(piece)))
            else:
                yield Step(piece.time, None, self._with_words(self.moderator.listener.hear(piece)))
        yield Step(self.decoding.progress, None, self._with_words(self.moderator.listener.finish()))

    def remarks(self) -> tuple[str, ...]:
        """What a reader of the result must know of how the media was read."""
        return tuple(_remarks(self.decoding))

    def _with_words(self, found: Sequence[Signal]) -> tuple[Signal, ...]:
        """What the detectors said, and what the text engine makes of the words in it."""
        began = time.thread_time()
        read = self.moderator.reader.read(found)
        self._reading += time.thread_time() - began
        return (*(s for s in found if s.label in self.moderator.asked), *read)

    def _seen(self, frame: Frame) -> list[Signal]:
        found = self.moderator.runner.look(frame)
        self.times.append(frame.time)
        if self.pictures and frame.same_as is None:
            self.gallery.offer(frame.time, found, lambda: thumbnail(frame))
        return found

    def stages(self) -> dict[str, float]:
        """CPU seconds of decoding, of each detector, and of the text engine."""
        stages = {"decode": float(self.decoding.stats.get("cpu_seconds", 0.0))}
        stages |= {name: timing.seconds for name, timing in self.moderator.runner.timing.items()}
        stages |= self.moderator.listener.timing
        return stages | ({words.DETECTOR: self._reading} if self.moderator.reader.asked else {})


def unavailable(asked: Collection[str], store: ModelStore) -> tuple[Unavailable, ...]:
    """The asked labels that cannot be told with what is installed, each with the reason, by name."""
    asked = expand(asked)
    missing = registry.unavailable(asked - words.JUDGED - {"text.blacklist"}, store)
    read = words.unavailable(asked, registry.available(store))
    return tuple(sorted({*missing, *read}, key=lambda entry: entry.label))


def _remarks(decoding: Pieces | Decoding) -> Iterator[str]:
    """What a reader of the result must know of how the media was read."""
    if decoding.stats.get("damaged"):
        yield "The media is damaged in places; what could be decoded was looked at."


def describe(plan: Plan) -> str:
    """The plan in words."""
    match plan:
        case Every(seconds):
            return f"every {seconds:g} s"
        case Count(frames):
            return f"{frames} pictures, the first and the last among them"
        case ByDuration(points, steps):
            ranges = [f"every {step:g} s up to {point:g} s" for point, step in zip(points, steps, strict=False)]
            return ", ".join([*ranges, f"every {steps[-1]:g} s of anything longer"])
        case KeyFrames():
            return "key frames"
