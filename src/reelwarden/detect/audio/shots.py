"""Shots under speech: a rule over four looks that overlap one moment. Pure.

Under speech as loud as itself a shot is no longer a shot to the model, only speech that is a little like one. How
much, speech alone never is: a logistic rule on the strengths of eleven kinds of sound tells them apart. Its weights
were learnt on shots of games and on other sudden sounds, all under real speech (`benchmarks/shots.py` learns them
again, and measures them on sounds and voices that they were not learnt on).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

LOOKS = 4
SPACING = 24
"""Frames of 10 ms between the looks of one run: what lies in all four has stood at four places of a look."""
HOP = 12
"""Frames between the beginnings of runs, and so between the looks that are needed."""
SPAN = (LOOKS - 1) * SPACING // HOP
"""Looks between the first and the last of a run."""
FLOOR = 0.2
"""Five times the highest answer to the speech that the rule was learnt under."""
SPOKEN = 1.0
"""The rule was learnt under speech; where its logit is no higher in any look of the run, it says nothing."""
FAINTEST = -12.0
"""Logits below are as good as never."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "shot": ("Gunshot, gunfire", "Machine gun", "Fusillade", "Artillery fire", "Cap gun"),
    "explosion": ("Explosion",),
    "blast": ("Explosion", "Burst, pop", "Boom", "Bang"),
    "fireworks": ("Fireworks", "Firecracker"),
    "speech": ("Speech",),
    "music": ("Music",),
    "drum": (
        "Drum",
        "Snare drum",
        "Bass drum",
        "Drum kit",
        "Percussion",
        "Drum roll",
        "Timpani",
        "Tabla",
        "Cymbal",
        "Hi-hat",
        "Drum machine",
    ),
    "blow": ("Whack, thwack", "Slap, smack", "Thump, thud", "Smash, crash"),
    "door": ("Door", "Slam", "Knock", "Tap"),
    "breaking": ("Glass", "Shatter", "Breaking", "Clang"),
    "typing": ("Typing", "Computer keyboard", "Typewriter"),
}
"""The strength of a kind in a look is that of its strongest class."""

WEIGHTS: Mapping[str, tuple[float, float]] = {
    "shot": (0.170, 0.477),
    "explosion": (0.080, 0.203),
    "blast": (0.073, 0.175),
    "fireworks": (0.068, -0.566),
    "speech": (-0.046, 0.183),
    "music": (0.009, 0.141),
    "drum": (-0.179, 0.082),
    "blow": (0.044, 0.155),
    "door": (0.068, 0.342),
    "breaking": (-0.090, -0.352),
    "typing": (-0.006, -0.438),
}
"""For each kind: of its highest logit in the four looks, and of the mean."""
BIAS = -2.586


def strengths(scores: Scores, names: Sequence[str]) -> Scores:
    """[n, kinds]: logits, of the scores 0..1 [n, classes]. Rows that were not looked at (nan) stay so."""
    parts = np.stack([scores[:, columns].max(axis=1) for columns in _columns(tuple(names))], axis=1)
    logits: Scores = np.log(np.maximum(parts, 1e-9) / np.maximum(1 - parts, 1e-9)).astype(np.float32)
    return np.maximum(logits, FAINTEST)


def features(told: Scores) -> Scores:
    """[n - SPAN, 2 kinds]: the highest and the mean of each kind in each run of looks, of its strengths [n, kinds]."""
    step = SPACING // HOP
    count = max(0, len(told) - SPAN)
    looks = np.stack([told[at * step : at * step + count] for at in range(LOOKS)], axis=1)
    return np.concatenate([looks.max(axis=1), looks.mean(axis=1)], axis=1)


def judge(made: Scores) -> Scores:
    """The rule's answer 0..1 for each run of looks, of its features; 0 where nobody speaks or somebody did not look."""
    kinds = list(KINDS)
    weights = np.array([[WEIGHTS[kind][part] for kind in kinds] for part in (0, 1)], np.float32).ravel()
    with np.errstate(invalid="ignore"):
        highest = made[:, : len(kinds)]
        shot = np.maximum(highest[:, kinds.index("shot")], highest[:, kinds.index("blast")])
        meant = (highest[:, kinds.index("speech")] > SPOKEN) & (highest[:, kinds.index("fireworks")] <= shot)
        answers = 0.5 + 0.5 * np.tanh((made @ weights + BIAS) / 2)
    return np.where(meant & np.isfinite(answers), answers, 0.0).astype(np.float32)


@cache
def _columns(names: tuple[str, ...]) -> list[list[int]]:
    return [[names.index(name) for name in classes] for classes in KINDS.values()]
