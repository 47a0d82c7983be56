"""Steps 3 to 5 on one piece of media: decode, detect, decide. The command line and the jobs both call it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reelwarden import words
from reelwarden.decide import coverage, replay
from reelwarden.decide.moments import merge
from reelwarden.decide.rules import Policy
from reelwarden.decide.verdict import conclude
from reelwarden.detect import registry
from reelwarden.detect.detector import AudioDetector, FrameDetector
from reelwarden.detect.listener import Listener
from reelwarden.detect.runner import Runner
from reelwarden.domain import Frame, Signal, Unavailable
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
    """

    def __init__(self, store: ModelStore, labels: Collection[str], text: TextOptions | None = None) -> None:
        self.asked = expand(labels)
        self.unavailable = unavailable(self.asked, store)
        self.reader = words.Reader(self.asked, text)
        wanted = self.asked | words.SOURCES if self.reader.asked else self.asked
        chosen = registry.choose(wanted - words.JUDGED, store)
        self.runner = Runner([d for d in chosen if isinstance(d, FrameDetector)])
        self.listener = Listener([d for d in chosen if isinstance(d, AudioDetector)])
        reads = {words.DETECTOR: words.VERSION} if self.reader.asked else {}
        self.versions: Mapping[str, str] = {d.name: d.full_version for d in chosen} | reads
        self.notes = tuple(dict.fromkeys(note for d in chosen for note in d.notes))

    def check(self, path: Path, file: str, wishes: Wishes) -> Result:
        """Looks at the media at `path`, which reports call `file`. Raises MediaError."""
        started = time.perf_counter()
        self.runner.reset()
        self.listener.reset()
        self.reader.reset()
        look = _Look(self, file, wishes)
        sound = bool(self.listener.detectors)
        with decode(path, wishes.plan, self.runner.side, audio=sound, limits=wishes.limits) as decoding:
            look.run(decoding)
            return look.result(decoding, started)


class _Look:
    """One media on its way through the detectors."""

    def __init__(self, moderator: Moderator, file: str, wishes: Wishes) -> None:
        self.moderator, self.file, self.wishes = moderator, file, wishes
        self.signals: list[Signal] = []
        self.times: list[float] = []
        self.gallery = Gallery()
        self.coverage = coverage.UNKNOWN
        self.reading = 0.0

    def run(self, decoding: Decoding) -> None:
        writer = self._writer(decoding, self.wishes.record) if self.wishes.record else None
        for signal in self._signals(decoding):
            self.signals.append(signal)
            if writer:
                writer.write(signal)
        self.coverage = coverage.of(self.times, self.moderator.runner.looked)
        if writer:
            writer.finish(self.coverage)

    def _signals(self, decoding: Decoding) -> Iterator[Signal]:
        for piece in decoding:
            found = self._seen(piece) if isinstance(piece, Frame) else self.moderator.listener.hear(piece)
            yield from self._with_words(found)
            if self.wishes.progress:
                self.wishes.progress(decoding.progress, decoding.info.duration)
        yield from self._with_words(self.moderator.listener.finish())

    def _with_words(self, found: Sequence[Signal]) -> Iterator[Signal]:
        """What the detectors said, and what the text engine makes of the words in it."""
        began = time.thread_time()
        read = self.moderator.reader.read(found)
        self.reading += time.thread_time() - began
        yield from (s for s in found if s.label in self.moderator.asked)
        yield from read

    def _seen(self, frame: Frame) -> list[Signal]:
        found = self.moderator.runner.look(frame)
        self.times.append(frame.time)
        if self.wishes.pictures and frame.same_as is None:
            self.gallery.offer(frame.time, found, lambda: thumbnail(frame))
        return found

    def _writer(self, decoding: Decoding, stream: TextIO) -> replay.Writer:
        header = replay.Header(
            self.file,
            decoding.info,
            describe(self.wishes.plan),
            tuple(sorted(self.moderator.asked)),
            self.moderator.versions,
            self.moderator.unavailable,
        )
        return replay.Writer(stream, header)

    def result(self, decoding: Decoding, started: float) -> Result:
        moderator, policy = self.moderator, self.wishes.policy
        moments = merge(self.signals, policy, self.coverage)
        return Result(
            file=self.file,
            media=decoding.info,
            moments=moments,
            verdict=conclude(moments, moderator.unavailable, policy),
            policy=policy,
            unavailable=moderator.unavailable,
            detectors=moderator.versions,
            signals=len(self.signals),
            plan=describe(self.wishes.plan),
            looked=moderator.runner.looked,
            timing=Timing(time.perf_counter() - started, self._stages(decoding)),
            notes=(*moderator.notes, *_remarks(decoding)),
            thumbnails=self.gallery.pictures(),
        )

    def _stages(self, decoding: Decoding) -> dict[str, float]:
        stages = {"decode": float(decoding.stats.get("cpu_seconds", 0.0))}
        stages |= {name: timing.seconds for name, timing in self.moderator.runner.timing.items()}
        stages |= self.moderator.listener.timing
        return stages | ({words.DETECTOR: self.reading} if self.moderator.reader.asked else {})


def unavailable(asked: Collection[str], store: ModelStore) -> tuple[Unavailable, ...]:
    """The asked labels that cannot be told with what is installed, each with the reason, by name."""
    asked = expand(asked)
    missing = registry.unavailable(asked - words.JUDGED - {"text.blacklist"}, store)
    read = words.unavailable(asked, registry.available(store))
    return tuple(sorted({*missing, *read}, key=lambda entry: entry.label))


def _remarks(decoding: Decoding) -> Iterator[str]:
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
