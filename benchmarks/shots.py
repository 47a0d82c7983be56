"""Learns the rule for shots under speech again, and measures it on what it was not learnt on.

Shots and other sudden sounds come out of Debian packages of games and desktops, are laid under real speech (see
tests/real_sound.py) and looked at as `detect/audio/events.py` does. The rule is learnt on five games' shots and on
thousands of other sounds, under Spanish and Italian; it is measured on the shots of two other games and on doors,
steps, drums, things that break, and keys that none of it was learnt on, under English, French and Russian.

    python benchmarks/shots.py [--print-weights]

Prints, for each level of a shot beside the speech, the share told by YAMNet's classes from 0.15 on (as without the
rule), by the rule, and by either; the same for other sounds, where lower is better; and the highest answer to speech
alone. `--print-weights` writes the lines that stand in `detect/audio/shots.py`.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from real_sound import RATE, Samples, at_level, effect, librivox, load, long_prompts, music, package  # noqa: E402

from reelwarden.detect.audio import events, shots, sounds  # noqa: E402
from reelwarden.models.store import ModelStore  # noqa: E402
from reelwarden.settings import load as settings  # noqa: E402

SPEECH, LEAD, LENGTH = -24.0, 2.0, 5.0
RIDGE = 50.0
NO_SHOT = [
    "fire",
    "explo",
    "gun",
    "mortar",
    "music",
    "molotov",
    "grenade",
    "shot",
    "bomb",
    "cannon",
    "missile",
    "rocket",
    "bazooka",
    "blast",
    "dynamite",
    "mine",
    "uzi",
    "m16",
    "weapon",
    "sniper",
    "firework",
    "gong",
    "napalm",
    "cluster",
    "thunder",
    "impact",
    "tir",
    "hit",
    "ruin",
    "bullet",
    "tnt",
]
"""Files with these in their names are no sure example of a sound that is no shot."""

LEARN_SHOTS = {
    "teeworlds-data": "wp_gun_fire* wp_shotty_fire* *explo*",
    "openarena-data": "sshotf1b* machgf?b* rocklx1a* railgf1a* grenlf1a*",
    "warmux-data": "shotgun.ogg gun.ogg m16.ogg dynamite_exp.ogg explosion?.ogg",
    "hedgewars-data": "shotgunfire.ogg explosion.ogg mortar.ogg",
    "warzone2100-data": "asltmg* mgbar?* mgtower* rapdcan* lrgcan* medcan* smlcan* hivelcan* mortar* lrgexpl* smlexpl* "
    "mpodexpl*",
}
LEARN_OTHERS = [
    "teeworlds-data",
    "openarena-data",
    "warmux-data",
    "hedgewars-data",
    "sonic-pi-samples",
    "tuxpaint-data",
    "tuxtype-data",
    "frozen-bubble-data",
    "pysiogame",
    "oxygen-sounds",
    "yaru-theme-sound",
    "lomiri-sounds",
    "sound-theme-freedesktop",
]
MEASURE_SHOTS = [
    "bullet-pistol",
    "bullet-pistol2",
    "bullet-rifle",
    "bullet-rifle-1x",
    "bullet-rifle-3x",
    "bullet-sniper",
    "bullet-shotgun",
    "bullet-shotgun-3x",
    "bullet-shotgunmini",
    "bullet-smg",
    "bullet-smg-1x",
    "bullet-smg-5x",
    "bullet-hmg-5x",
    "bullet-chaingun-5x",
    "ugv-cannon-fire",
    "grenade-launcher",
    "explosion-grenade",
    "explosion-rocket",
    "explosion",
]
MEASURE_OTHERS = {
    "drums": ("hydrogen-drumkits", ""),
    "doors, steps, cries": ("ufoai-sound", "doors footsteps misc ui civilians soldiers"),
    "doors, digging, balls": ("minetest-data", ""),
    "keys of a keyboard": ("bucklespring-data", ""),
}


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """`onset` is the frame of 10 ms where the sound begins, `scores` [n, 521] one look each shots.HOP frames."""

    name: str
    decibels: float
    onset: float
    seconds: float
    scores: NDArray[np.float32]


@cache
def store() -> ModelStore:
    return ModelStore(settings().models_dir)


def looked(samples: Samples) -> NDArray[np.float32]:
    logs = events.log_mel(samples)
    starts = range(0, len(logs) - events.PATCH + 1, shots.HOP)
    return events.scores_of(store().session(events.MODEL), logs, starts)


@cache
def files(name: str) -> list[Path]:
    """The sound files of a package, those in its archives unpacked."""
    tree = package(name)
    for archive in [p for p in tree.rglob("*") if p.suffix in (".pk3", ".wz") and p.is_file() and not p.is_symlink()]:
        folder = archive.with_name(f"{archive.stem}-unpacked")
        with zipfile.ZipFile(archive) as packed:
            wanted = [n for n in packed.namelist() if n.endswith((".wav", ".ogg")) and ("sfx" in n or "sound" in n)]
            if not folder.exists():
                packed.extractall(folder, [n for n in wanted if "music" not in n])
    suffixes = (".wav", ".ogg", ".oga", ".flac", ".wv")
    return sorted(p for p in tree.rglob("*") if p.suffix in suffixes and p.is_file())


def heard(path: Path, seconds: float = 2.0) -> Samples:
    """From where it becomes loud on; nothing where it never does, or cannot be read."""
    try:
        samples = load.__wrapped__(path)
    except (OSError, ValueError, IndexError):
        return np.zeros(0, np.float32)
    if samples.size < RATE / 20 or np.abs(samples).max() < 0.01:
        return np.zeros(0, np.float32)
    first = int(np.flatnonzero(np.abs(samples) > 0.05 * np.abs(samples).max())[0])
    return samples[max(0, first - 100) :][: round(seconds * RATE)]


def named(name: str, patterns: str) -> Iterator[tuple[str, Samples]]:
    for path in files(name):
        if any(path.match(pattern) for pattern in patterns.split()):
            yield f"{name}/{path.name}", heard(path)


def others(name: str, folders: str = "", most: int = 120) -> list[tuple[str, Samples]]:
    """Up to that many sounds of a package that are no shots, by chance."""
    found = [
        path
        for path in files(name)
        if not any(word in str(path.relative_to(path.parents[1])).lower() for word in NO_SHOT)
        and (not folders or path.parent.name in folders.split())
    ]
    np.random.default_rng(5).shuffle(found)
    made = ((f"{path.parent.name}/{path.name}", heard(path)) for path in found[: 2 * most])
    return [(label, samples) for label, samples in made if samples.size][:most]


def speech(*languages: str) -> Samples:
    parts = [part for code in languages for part in list(long_prompts(code, 3.0, 400).values())[:60]]
    return np.concatenate([at_level(part, SPEECH) for part in parts])


def mixtures(
    made: Iterable[tuple[str, Samples]], under: Samples, levels: Iterable[float], each: int, seed: int
) -> Iterator[Mixture]:
    """Each sound `each` times at each level, at a place of the speech and of a look that chance decides."""
    chance = np.random.default_rng(seed)
    for name, sound in made:
        if not sound.size:
            continue
        for decibels in [level for level in levels for _ in range(each)]:
            at = int(chance.integers(0, under.size - LENGTH * RATE))
            piece = under[at : at + round(LENGTH * RATE)].copy()
            added = at_level(sound, SPEECH + decibels)
            piece[round(LEAD * RATE) :][: added.size] += added
            cut = int(chance.integers(0, events.PATCH_HOP * events.HOP))
            scores = looked(np.clip(piece[cut:], -1, 1))
            yield Mixture(name, decibels, (LEAD * RATE - cut) / events.HOP, sound.size / RATE, scores)


def answers(scores: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """(features of each run, the frame where it begins)."""
    made = shots.features(shots.strengths(scores, events.names(store())))
    return made, np.arange(len(made)) * shots.HOP


def examples() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(features [n, 2 kinds], 1 for shots and else 0)."""
    under = np.concatenate([speech("es", "it"), *[at_level(samples, SPEECH) for samples, _ in librivox()]])
    made, wanted = [], []
    fired = (shot for name, patterns in LEARN_SHOTS.items() for shot in named(name, patterns))
    for mixture in mixtures(fired, under, (-3, -2, 0, 2, 3, 4, 6, 8, 10), 3, 1):
        rows, starts = answers(mixture.scores)
        last = starts + (shots.LOOKS - 1) * shots.SPACING
        made.append(rows[(last <= mixture.onset - 2) & (starts + events.PATCH >= mixture.onset + 4)])
        wanted.append(np.ones(len(made[-1])))
    for mixture in mixtures((o for name in LEARN_OTHERS for o in others(name)), under, (0, 3, 5, 8, 12), 1, 7):
        rows, starts = answers(mixture.scores)
        made.append(rows[touched(mixture, starts)][::2])
        wanted.append(np.zeros(len(made[-1])))
    for alone in (under, music(300)):
        made.append(answers(looked(alone))[0][::2])
        wanted.append(np.zeros(len(made[-1])))
    return np.concatenate(made).astype(np.float64), np.concatenate(wanted)


def touched(mixture: Mixture, starts: NDArray[np.intp]) -> NDArray[np.bool_]:
    """The runs of looks that hear anything of the sound's first second and a half."""
    length = (shots.LOOKS - 1) * shots.SPACING + events.PATCH
    until = mixture.onset + min(100 * mixture.seconds, 150.0) * (mixture.seconds > 1.9) + 10
    return (starts <= until) & (starts + length >= mixture.onset + 5)


def learn(made: NDArray[np.float64], wanted: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """(weights, bias) of a logistic rule, by Newton's method, with a ridge on weights of standardised features."""
    mean, spread = made.mean(axis=0), made.std(axis=0) + 1e-6
    table = np.column_stack([(made - mean) / spread, np.ones(len(made))])
    ridge = np.full(table.shape[1], RIDGE)
    ridge[-1] = 0.0
    found = np.zeros(table.shape[1])
    for _ in range(12):
        told = 0.5 + 0.5 * np.tanh(table @ found / 2)
        slope = table.T @ (told - wanted) + ridge * found
        bend = (table * (told * (1 - told))[:, None]).T @ table + np.diag(ridge + 1e-6)
        found -= np.linalg.solve(bend, slope)
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def print_weights(weights: NDArray[np.float64], bias: float) -> None:
    for at, kind in enumerate(shots.KINDS):
        print(f'    "{kind}": ({weights[at]:.3f}, {weights[at + len(shots.KINDS)]:.3f}),')
    print(f"BIAS = {bias:.3f}")


def measure() -> None:
    pistol, burst = effect("DSPISTOL"), np.zeros(round(2.2 * RATE), np.float32)
    for at in range(12):
        burst[round(at * 0.12 * RATE) :][: pistol.size] += pistol
    kinds = {"pistol": pistol, "shotgun": effect("DSSHOTGN"), "burst": burst}
    english, foreign = speech("en"), speech("fr", "ru")
    for kind, sound in kinds.items():
        table(kind, mixtures([(kind, sound)], english, (-3, 0, 5, 10), 48, 3))
    fired = list(named("ufoai-sound", " ".join(f"{name}.ogg" for name in MEASURE_SHOTS)))
    table(f"{len(fired)} other shots", mixtures(fired, foreign, (-3, 0, 5, 10), 4, 2))
    for kind, (name, folders) in MEASURE_OTHERS.items():
        table(kind, mixtures(others(name, folders), foreign, (-10, 0, 10), 1, 11))
    for code in ("en", "fr", "ru"):
        spoken = speech(code)
        told = shots.judge(answers(looked(spoken))[0])
        print(f"{code} alone, {spoken.size / RATE:.0f} s: the highest answer {told.max():.2f}")


def table(kind: str, made: Iterable[Mixture]) -> None:
    rows: dict[float, list[tuple[bool, bool]]] = defaultdict(list)
    for mixture in made:
        features, starts = answers(mixture.scores)
        ruled = shots.judge(features)[touched(mixture, starts)].max(initial=0) >= shots.FLOOR
        frames = np.arange(len(mixture.scores)) * shots.HOP
        near = (frames <= mixture.onset + 20) & (frames + events.PATCH >= mixture.onset + 5)
        classed = sounds.strengths(mixture.scores, events.names(store()))[sounds.SHOT][0][near].max(initial=0)
        rows[mixture.decibels].append((bool(classed >= sounds.GROUPS[sounds.SHOT].floor), bool(ruled)))
    for decibels, found in rows.items():
        classes, rule, either = (sum(part) for part in zip(*[(c, r, c or r) for c, r in found], strict=True))
        print(
            f"{kind:24} {decibels:+4.0f} dB  of {len(found):4}: classes {classes:4}  rule {rule:4}  either {either:4}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--print-weights", action="store_true")
    if parser.parse_args().print_weights:
        print_weights(*learn(*examples()))
        return
    measure()


if __name__ == "__main__":
    main()
