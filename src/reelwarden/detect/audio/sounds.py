"""Shots, explosions, screams, crying, sirens, fights, laughter, music, singing, crowds; what kind of place is heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.audio import shots
from reelwarden.detect.audio.events import CLOSE_HOP, HOP, LENGTH, MODEL, PATCH_HOP, Looks, last_looks, looks, names
from reelwarden.detect.audio.runs import Run, Runs
from reelwarden.detect.detector import AudioDetector, Ear
from reelwarden.detect.sound import RATE, Sound, Stretch
from reelwarden.domain import Evidence, Fact, Signal

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Group:
    """Classes that stand for one label; given out from `floor` on. `proxy` says what it is not."""

    classes: tuple[str, ...]
    floor: float
    hole: float = 1.0
    looks: int = 1
    most: float = 1.0
    proxy: str = ""


GROUPS: Mapping[str, Group] = {
    "sound.gunshot": Group(("Gunshot, gunfire", "Machine gun", "Fusillade", "Artillery fire", "Cap gun"), floor=0.15),
    "sound.explosion": Group(("Explosion", "Burst, pop", "Boom", "Bang"), floor=0.3),
    "sound.scream": Group(("Screaming", "Shout", "Yell", "Children shouting"), floor=0.3),
    "sound.crying": Group(("Crying, sobbing", "Baby cry, infant cry"), floor=0.3),
    "sound.siren": Group(
        (
            "Siren",
            "Civil defense siren",
            "Police car (siren)",
            "Ambulance (siren)",
            "Fire engine, fire truck (siren)",
        ),
        floor=0.4,
        hole=2.0,
    ),
    "sound.fight": Group(("Slap, smack", "Whack, thwack"), floor=0.35, hole=3.0, looks=2),
    "sound.laughter": Group(
        ("Laughter", "Baby laughter", "Giggle", "Snicker", "Belly laugh", "Chuckle, chortle"), floor=0.4
    ),
    "sound.crowd": Group(
        ("Crowd", "Cheering", "Applause", "Chatter", "Hubbub, speech noise, speech babble"),
        floor=0.4,
        hole=2.0,
    ),
    "sound.music": Group(("Music",), floor=0.5, hole=2.0),
    "sound.singing": Group(
        (
            "Singing",
            "Choir",
            "Yodeling",
            "Chant",
            "Mantra",
            "Child singing",
            "Synthetic singing",
            "Rapping",
            "Humming",
        ),
        floor=0.3,
        hole=2.0,
        looks=2,
    ),
    "sound.moaning": Group(
        ("Wail, moan", "Groan", "Gasp", "Pant", "Whimper"),
        floor=0.3,
        hole=8.0,
        looks=3,
        most=0.6,
        proxy="general classes for groans and gasps; never measured on sexual moaning",
    ),
}
FIREWORKS = ("Fireworks", "Firecracker")
SHOT, BLAST = "sound.gunshot", "sound.explosion"
SUDDEN = (SHOT, BLAST)
HINT = 0.003
"""What a shot under speech leaves in the looks beside it. Speech alone has a tenth of it, music seldom as much."""
SCENE = "sound.scene"
SCENE_FLOOR = 0.1
NO_SCENE = frozenset({"Speech", "Silence", "Music"})
SCENE_LENGTH = 30.0


class Sounds(AudioDetector):
    """One signal for each run of a sound; its score is the peak. One of the scene each half minute.

    A single shot is often heard as an explosion more than as a shot: where both are heard, the shot's score is the
    higher of the two. What is heard as fireworks more than as a shot is none. Where a look has a hint of either, the
    time up to the next look is looked at more closely: under speech, a shot is heard at some places of a look only.
    Where somebody speaks, a rule of its own (`shots.py`) judges too; its answer is then the score.
    """

    name = "sounds"
    version = 3
    tells: ClassVar = dict.fromkeys((*GROUPS, SCENE), (MODEL,))

    def ear(self, stretch: Stretch) -> Ear:
        return _Ear(self)


class _Ear(Ear):
    def __init__(self, detector: Sounds) -> None:
        self.detector = detector
        self.runs = {
            label: Runs(group.floor, LENGTH, group.hole) for label, group in GROUPS.items() if label in detector.asked
        }
        self.scene = _Scene() if SCENE in detector.asked else None
        self.spoken = _Spoken()
        self._last: Sound | None = None

    def hear(self, sound: Sound) -> list[Signal]:
        self._last = sound
        return self._signals(looks(sound, self.detector.store))

    def early(self) -> list[Signal]:
        return [
            signal
            for label, runs in self.runs.items()
            for run in runs.early(GROUPS[label].looks)
            for signal in self._signal(label, run)
        ]

    def close(self) -> list[Signal]:
        signals = self._signals(last_looks(self._last, self.detector.store)) if self._last else []
        signals += [s for label, runs in self.runs.items() for run in runs.close() for s in self._signal(label, run)]
        return signals + (self._scene(self.scene) if self.scene else [])

    def _signals(self, heard: Looks) -> list[Signal]:
        if not len(heard.scores):
            return []
        all_names = names(self.detector.store)
        told = {label: _Row.of(heard, *found) for label, found in strengths(heard.scores, all_names).items()}
        if self.runs.keys() & set(SUDDEN):
            _sharpen(told, heard, all_names)
            self.spoken.judge(told[SHOT], heard, all_names)
        signals = []
        for label, runs in self.runs.items():
            row = told[label]
            for time, score, best in zip(row.times, row.scores, row.best, strict=True):
                for run in runs.feed(time, float(score), all_names[best]):
                    signals += self._signal(label, run)
        if self.scene:
            self.scene.add(heard)
            signals += self._scene(self.scene) if self.scene.length >= SCENE_LENGTH else []
        return signals

    def _signal(self, label: str, run: Run) -> list[Signal]:
        group = GROUPS[label]
        if run.looks < group.looks:
            return []
        facts: dict[str, Fact] = {"heard": run.best, "looks": run.looks}
        if group.proxy:
            facts["proxy"] = group.proxy
        score = min(run.score, group.most)
        return [self.detector.signal(label, score, run.start, run.end, Evidence(facts=facts))]

    def _scene(self, scene: _Scene) -> list[Signal]:
        found = scene.take(names(self.detector.store))
        if found is None:
            return []
        start, end, heard = found
        text = ", ".join(name for name, _ in heard)
        facts: dict[str, Fact] = {name: round(score, 2) for name, score in heard}
        return [self.detector.signal(SCENE, heard[0][1], start, end, Evidence(text=text, facts=facts))]


class _Spoken:
    """Keeps the end of the last block's looks, which the rule for shots under speech needs at the next one's begin."""

    def __init__(self) -> None:
        self._told = np.zeros((0, len(shots.KINDS)), np.float32)

    def judge(self, row: _Row, heard: Looks, all_names: Sequence[str]) -> None:
        """Where the rule's answer is higher, it is the shot's score, told for a look that begins a little before."""
        finer = heard.finer(_spoken(heard, all_names), shots.HOP)
        before, told = len(self._told), np.concatenate([self._told, shots.strengths(finer, all_names)])
        self._told = told[-shots.SPAN :]
        answers = shots.judge(shots.features(told))
        for at in np.flatnonzero(answers >= shots.FLOOR):
            look = (at + shots.SPAN - before) * shots.HOP // PATCH_HOP
            if answers[at] > row.scores[look]:
                row.scores[look], row.best[look] = answers[at], all_names.index(GROUPS[SHOT].classes[0])
                row.times[look] = heard.start + int(at + shots.SPAN - 2 - before) * shots.HOP * HOP / RATE


def _spoken(heard: Looks, all_names: Sequence[str]) -> NDArray[np.bool_]:
    """Whether somebody speaks in each look or beside it."""
    scores = np.append(heard.scores, heard.after[None], axis=0)[:, all_names.index("Speech")]
    padded = np.concatenate([scores[:1], scores]) >= 0.5
    beside: NDArray[np.bool_] = padded[:-2] | padded[1:-1] | padded[2:]
    return beside


class _Scene:
    """The mean of the scores since the last signal."""

    def __init__(self) -> None:
        self._scores: list[Scores] = []
        self._start = self._end = 0.0

    @property
    def length(self) -> float:
        return self._end - self._start if self._scores else 0.0

    def add(self, heard: Looks) -> None:
        self._start = self._start if self._scores else heard.start
        self._scores.append(heard.scores)
        self._end = heard.time(len(heard.scores) - 1) + LENGTH

    def take(self, all_names: Sequence[str]) -> tuple[float, float, list[tuple[str, float]]] | None:
        """(start, end, the three strongest with their means); None where nothing stands out."""
        if not self._scores:
            return None
        means = np.concatenate(self._scores).mean(axis=0)
        self._scores = []
        best = [(all_names[at], float(means[at])) for at in np.argsort(-means)[:6]]
        heard = [(name, score) for name, score in best if score >= SCENE_FLOOR and name not in NO_SCENE][:3]
        return (self._start, self._end, heard) if heard else None


@dataclass(slots=True)
class _Row:
    """How strong one label is in each look, when that look begins, and which class was strongest there."""

    times: list[float]
    scores: Scores
    best: NDArray[np.intp]

    @classmethod
    def of(cls, heard: Looks, scores: Scores, best: NDArray[np.intp]) -> _Row:
        return cls([heard.time(at) for at in range(len(scores))], scores, best)


def _sharpen(told: Mapping[str, _Row], heard: Looks, all_names: Sequence[str]) -> None:
    """Sudden sounds take the strongest of the closer looks, where there is a hint of one."""
    columns = _columns(GROUPS[SHOT].classes + GROUPS[BLAST].classes, tuple(all_names))
    hints = np.append(heard.scores[:, columns].max(axis=1), heard.after[columns].max())
    for at in np.flatnonzero(np.maximum(hints[:-1], hints[1:]) >= HINT):
        first, scores = heard.closer(int(at))
        if not len(scores):
            continue
        close = strengths(scores, all_names)
        for label in SUDDEN:
            row, (scores_there, best) = told[label], close[label]
            peak = int(scores_there.argmax())
            if scores_there[peak] > row.scores[at]:
                row.scores[at], row.best[at] = scores_there[peak], best[peak]
                row.times[at] = first + peak * CLOSE_HOP * HOP / RATE


def strengths(scores: Scores, all_names: Sequence[str]) -> dict[str, tuple[Scores, NDArray[np.intp]]]:
    """Label = (its strength in each look, the class that was strongest there)."""
    found = {}
    for label, group in GROUPS.items():
        columns = _columns(group.classes, tuple(all_names))
        part = scores[:, columns]
        found[label] = (part.max(axis=1), np.asarray(columns)[part.argmax(axis=1)])
    (shot, shot_name), (blast, _) = found[SHOT], found[BLAST]
    fireworks = scores[:, _columns(FIREWORKS, tuple(all_names))].max(axis=1)
    shot = np.where((shot >= 0.2) & (blast >= 0.4), np.maximum(shot, blast), shot)
    found[SHOT] = (np.where(fireworks > shot, 0.0, shot).astype(np.float32), shot_name)
    return found


@cache
def _columns(classes: tuple[str, ...], all_names: tuple[str, ...]) -> list[int]:
    return [all_names.index(name) for name in classes]
