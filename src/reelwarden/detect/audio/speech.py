"""What is said, when each word, and in which language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import numpy as np

from reelwarden.detect.audio.activity import MODEL, STEP, speech
from reelwarden.detect.detector import AudioDetector, Ear, full_version
from reelwarden.detect.sound import FRAME, Samples, Sound, Stretch
from reelwarden.domain import Evidence, Fact, Signal, Word
from reelwarden.models.own_sound import OwnSound, own_recogniser
from reelwarden.models.store import ModelStore
from reelwarden.speech.gates import repeats, trusted
from reelwarden.speech.pieces import OFF, Cutter, Piece
from reelwarden.speech.recogniser import Heard, Recogniser, join
from reelwarden.speech.sherpa import Sherpa
from reelwarden.speech.utterances import missed, spelled_out, split, within_speech
from reelwarden.speech.whisper import Whisper

WHISPER = "whisper_base"
PAD = 6
"""Steps (of 32 ms) before and after a piece that the recogniser hears too."""
SURE = 0.4
"""A language is told from this probability on."""
LONGEST_LANGUAGE = 60.0
HALVED = round(8.0 / STEP)
"""Steps from which on a piece that repeats itself is asked again in halves."""


class SpokenWords(AudioDetector):
    """Cuts speech into pieces, has each recognised, and keeps what may be believed.

    `text.speech` is one signal an utterance, with its words and their times; its score is their mean probability.
    `voice.language` is one signal for each run of speech in one language. Nothing that is not speech is recognised.
    `language` fixes the language for all that follows.
    """

    own: OwnSound | None = None

    def __init__(self, store: ModelStore, asked: frozenset[str]) -> None:
        super().__init__(store, asked)
        self.language: str | None = None
        self._weights: dict[int, dict[str, float]] = {}
        if self.own:
            hashes = [*(store.version(model) for model in self.models), self.own.version]
            self.full_version = full_version(self.version, hashes)

    @property
    def recogniser(self) -> Recogniser:
        """Opened when the first speech is heard, so that silent media cost nothing."""
        return self.store.once(f"own-sound/{self.own.id}" if self.own else WHISPER, self._open)

    def _open(self) -> Recogniser:
        if self.own and self.own.kind == "sherpa":
            return Sherpa(self.own)
        return Whisper(self.own.folder if self.own else self.store.path(WHISPER).parent)

    def ear(self, stretch: Stretch) -> Ear:
        return _Ear(self, stretch)

    def sibling(self) -> Self:
        other = super().sibling()
        other.language = self.language
        return other

    def reset(self) -> None:
        super().reset()
        self._weights.clear()

    def recognise(self, track: int, samples: Samples) -> Heard:
        """What is said; the language that the track had most so far helps where it is open."""
        weights = self._weights.setdefault(track, defaultdict(float))
        likely = max(weights, key=weights.__getitem__, default=None)
        if "text.speech" in self.asked:
            heard = self.recogniser.recognise(samples, self.language, likely)
        else:
            heard = Heard((), *self.recogniser.tell_language(samples))
        if heard.language:
            weights[heard.language] += heard.language_probability * samples.size
        return heard


@cache
def _kind(own: OwnSound | None) -> type[SpokenWords]:
    models = (MODEL,) if own else (MODEL, WHISPER)
    tells = {"text.speech": models} | ({} if own and not own.tells_language else {"voice.language": models})
    return type("Speech", (SpokenWords,), {"name": "speech", "tells": tells, "own": own})


def kinds(store: ModelStore) -> Collection[type[SpokenWords]]:
    """The operator's own recogniser takes the place of ours."""
    return (_kind(own_recogniser(store.directory)),)


class _Ear(Ear):
    def __init__(self, detector: SpokenWords, stretch: Stretch) -> None:
        self.detector, self.stretch = detector, stretch
        self.cutter = Cutter.live() if stretch.live else Cutter()
        self.language: _Language | None = None
        self._samples: Samples = np.zeros(0, np.float32)
        self._speech: Samples = np.zeros(0, np.float32)
        self._kept_from = 0  # the step at which both begin

    def hear(self, sound: Sound) -> list[Signal]:
        probabilities = speech(sound, self.detector.store)
        self._samples = np.concatenate([self._samples, sound.samples])
        self._speech = np.concatenate([self._speech, probabilities])
        signals = [s for piece in self.cutter.feed(probabilities) for s in self._signals(piece)]
        self._forget()
        return signals

    def close(self) -> list[Signal]:
        return [s for piece in self.cutter.close() for s in self._signals(piece)] + self._told(None)

    def _forget(self) -> None:
        keep = max(self._kept_from, self.cutter.needed - PAD)
        gone, self._kept_from = keep - self._kept_from, keep
        self._samples, self._speech = self._samples[gone * FRAME :].copy(), self._speech[gone:].copy()

    def _signals(self, piece: Piece) -> list[Signal]:
        first, last = max(0, piece.first - PAD - self._kept_from), piece.last + PAD - self._kept_from
        start = self.stretch.start + (first + self._kept_from) * STEP
        heard = self._heard(first, last)
        if "text.speech" not in self.detector.asked:
            return self._told(_Language.of(heard, start, start + (last - first) * STEP))
        if not heard.words:
            return []
        spoken = [self._utterance(part, heard, start) for part in split(spelled_out(heard.words))]
        return spoken + self._told(_Language.of(heard, start, start + (last - first) * STEP))

    def _heard(self, first: int, last: int, again: bool = True) -> Heard:
        """What is said from step to step, counted from what is kept; speech that was passed over is asked again."""
        samples, spoken = self._samples[first * FRAME : last * FRAME], self._speech[first:last].tolist()
        heard = self.detector.recognise(self.stretch.track, samples)
        if again and repeats(heard.text) and last - first >= HALVED:
            return self._halved(first, last, heard)
        if "text.speech" in self.detector.asked:
            heard = trusted(heard)
        words = within_speech(heard.words, spoken, STEP, OFF)
        for begin, end in missed(words, spoken, STEP, OFF) if words and again else ():
            begin, end = max(0, begin - PAD), min(len(spoken), end + PAD)
            more = self._heard(first + begin, first + end, again=False)
            words += [replace(w, start=w.start + begin * STEP, end=w.end + begin * STEP) for w in more.words]
        return replace(heard, words=tuple(sorted(words, key=lambda word: word.start)))

    def _halved(self, first: int, last: int, heard: Heard) -> Heard:
        """Somebody repeats himself, or the recogniser does: in halves the one is believed and the other ends."""
        quarter, spoken = (last - first) // 4, self._speech[first:last]
        middle = quarter + int(spoken[quarter:-quarter].argmin())
        words = self._heard(first, first + middle, again=False).words
        rest = self._heard(first + middle, last, again=False).words
        moved = (replace(w, start=w.start + middle * STEP, end=w.end + middle * STEP) for w in rest)
        return replace(heard, words=(*words, *moved))

    def _utterance(self, words: tuple[Word, ...], heard: Heard, start: float) -> Signal:
        moved = tuple(replace(w, start=round(w.start + start, 3), end=round(w.end + start, 3)) for w in words)
        facts: dict[str, Fact] = {
            "language": heard.language,
            "language_probability": round(heard.language_probability, 3),
            "track": self.stretch.track,
        }
        evidence = Evidence(text=join(moved), facts=facts, words=moved)
        score = sum(w.probability for w in words) / len(words)
        return self.detector.signal("text.speech", score, moved[0].start, moved[-1].end, evidence)

    def _told(self, new: _Language | None) -> list[Signal]:
        """The run of one language that ended, if one did; live, the one that goes on."""
        open_run = self.language
        if open_run and new and open_run.code == new.code and new.end - open_run.start <= LONGEST_LANGUAGE:
            self.language, ended = open_run.joined(new), None
        else:
            self.language, ended = new, open_run
        return self._language(self.language if self.stretch.live else ended)

    def _language(self, open_run: _Language | None) -> list[Signal]:
        if open_run is None or open_run.score < SURE or "voice.language" not in self.detector.asked:
            return []
        facts: dict[str, Fact] = {"language": open_run.code, "track": self.stretch.track}
        evidence = Evidence(text=open_run.code, facts=facts)
        return [self.detector.signal("voice.language", open_run.score, open_run.start, open_run.end, evidence)]


@dataclass(frozen=True, slots=True)
class _Language:
    """A run of speech in one language; `score` is the mean probability, by length."""

    code: str
    start: float
    end: float
    score: float

    @classmethod
    def of(cls, heard: Heard, start: float, end: float) -> _Language | None:
        return cls(heard.language, start, end, heard.language_probability) if heard.language else None

    def joined(self, new: _Language) -> _Language:
        ours, theirs = self.end - self.start, new.end - new.start
        score = (self.score * ours + new.score * theirs) / max(1e-6, ours + theirs)
        return replace(self, end=new.end, score=score)
