"""Signals of one label are bunched: about the same thing, and close in time. A bunch becomes a moment.

Two signals are linked when they are about the same and lie no further apart than the gap; a bunch is all that is
linked, directly or through others. So the order of the signals does not matter, and taking weak signals away can
split a bunch but never join two: a higher threshold never makes a verdict graver.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from reelwarden.decide.identity import identity, reads_words, similar
from reelwarden.domain import Signal

OPEN_RUNS = 64
"""How many neighbouring lines of words a line is compared with: a screen full of noise must not cost its square."""

Key = tuple[float, float, float, str, str]


@dataclass(slots=True)
class Run:
    """Signals about exactly the same, seen (`picture`) or heard, without a gap between them."""

    about: str
    picture: bool
    start: float
    end: float
    signals: list[Signal]


def bunches(label: str, signals: Iterable[Signal], gap: float, picture_gap: float) -> list[list[Signal]]:
    """The bunches of `label`, each in the order of time. `picture_gap` is the gap between two pictures."""
    groups: dict[tuple[str, bool], list[Signal]] = {}
    for signal in signals:
        groups.setdefault((identity(label, signal), signal.start == signal.end), []).append(signal)
    runs = [run for key in sorted(groups) for run in _runs(*key, in_order(groups[key]), picture_gap if key[1] else gap)]
    if not _may_link(label, groups):
        return [run.signals for run in runs]
    return _linked(runs, gap, picture_gap)


def in_order(signals: list[Signal]) -> list[Signal]:
    """By time, then the strongest first; signals that agree in all this are put in the order of their evidence."""
    signals = sorted(signals, key=_key)
    keys = [_key(signal) for signal in signals]
    if len(set(keys)) == len(keys):
        return signals
    return [s for _, same in groupby(signals, key=_key) for s in sorted(same, key=_evidence)]


def _key(signal: Signal) -> Key:
    return (signal.start, signal.end, -signal.score, signal.detector, signal.version)


def _evidence(signal: Signal) -> str:
    found = signal.evidence
    facts = sorted(found.facts.items())
    return repr((found.text, found.box, facts, found.words, signal.same_as))


def _runs(about: str, picture: bool, signals: list[Signal], gap: float) -> list[Run]:
    runs: list[Run] = []
    end = float("-inf")
    for signal in signals:
        if not runs or signal.start > end + gap:
            runs.append(Run(about, picture, signal.start, signal.end, []))
            end = signal.end
        runs[-1].signals.append(signal)
        if signal.end > end:
            end = signal.end
        runs[-1].end = end
    return runs


def _may_link(label: str, groups: dict[tuple[str, bool], list[Signal]]) -> bool:
    """Whether two runs of different groups can be about the same."""
    return reads_words(label) or len({about for about, _ in groups}) < len(groups)


def _linked(runs: list[Run], gap: float, picture_gap: float) -> list[list[Signal]]:
    runs.sort(key=lambda run: (run.start, run.end, run.about, run.picture))
    parents = list(range(len(runs)))
    active: list[int] = []
    for number, run in enumerate(runs):
        active = [n for n in active if runs[n].end + picture_gap >= run.start][-OPEN_RUNS:]
        for earlier in active:
            if _near(runs[earlier], run, gap, picture_gap) and similar(runs[earlier].about, run.about):
                parents[_root(parents, earlier)] = _root(parents, number)
        active.append(number)
    found: dict[int, list[Signal]] = {}
    for number, run in enumerate(runs):
        found.setdefault(_root(parents, number), []).extend(run.signals)
    return [in_order(signals) for signals in found.values()]


def _near(earlier: Run, later: Run, gap: float, picture_gap: float) -> bool:
    return later.start <= earlier.end + (picture_gap if earlier.picture and later.picture else gap)


def _root(parents: list[int], number: int) -> int:
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number
