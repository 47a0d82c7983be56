"""Words become utterances: short enough for a subtitle, whole enough to be read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reelwarden.domain import Word

PAUSE = 0.8
LONG, LONGEST = 6.0, 12.0
"""Seconds after which a comma, or anything, ends an utterance."""
ENDS = ".?!…。？！"
COMMAS = ",;:，、；："
JOINTS = frozenset({"at", "dot", "dash", "slash", "underscore"})
LEAST_SPELLED, LONGEST_SPELLED = 3, 20.0
"""Letters in a row that count as spelled; seconds for which a spelled address is kept together."""
MISSED, COVERED = 1.0, 0.25
"""Seconds of speech that may not be passed over, and the share of them that words must lie under."""
HOLE = 0.25
"""Seconds without speech that still lie within a word."""
PAD = 0.12
"""Seconds that a word may reach beyond the speech that was found."""


def split(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """At the end of a sentence, at a pause, and at a comma where it becomes long."""
    utterances: list[list[Word]] = []
    for word in words:
        if utterances and not _breaks(utterances[-1], word):
            utterances[-1].append(word)
        else:
            utterances.append([word])
    return [tuple(utterance) for utterance in utterances]


def spelled_out(words: Sequence[Word]) -> list[Word]:
    """What was spelled letter by letter and written as one word (`J-O-H-N-AT-…`) becomes a word a letter again.

    The text engine knows addresses that are said like that; the letters share the time of the word.
    """
    return [part for word in words for part in _letters(word)]


def _letters(word: Word) -> list[Word]:
    parts = word.text.strip("-").split("-")
    if sum(len(part.strip(ENDS + COMMAS)) == 1 for part in parts) < LEAST_SPELLED or "" in parts:
        return [word]
    each = (word.end - word.start) / len(parts)
    begins = [word.start + at * each for at in range(len(parts))]
    return [replace(word, text=t, start=at, end=at + each) for t, at in zip(parts, begins, strict=True)]


def _breaks(before: Sequence[Word], word: Word) -> bool:
    last, length = before[-1], before[-1].end - before[0].start
    if _spelled(last.text) and _spelled(word.text) and length < LONGEST_SPELLED:
        return word.start - last.end >= 2 * PAUSE
    return (
        word.start - last.end >= PAUSE
        or (last.text.endswith(tuple(ENDS)) and not _abbreviates(last.text, word.text))
        or (length >= LONG and last.text.endswith(tuple(COMMAS)))
        or length >= LONGEST
    )


def _spelled(text: str) -> bool:
    """A digit, a letter, a number or a sign, as numbers and addresses are said: no utterance ends within them."""
    bare = text.strip(ENDS + COMMAS + "-").casefold()
    return bool(bare) and (len(bare) == 1 or bare in JOINTS or any(map(str.isdecimal, bare)))


def _abbreviates(text: str, following: str) -> bool:
    """A full stop that ends no sentence: `Mr.`, `p.m. on`, `dot com.` before a small letter, `4.` before `2`."""
    return text.endswith(".") and (len(text) <= 3 or following[:1].islower() or text[:-1].isdecimal())


def within_speech(words: Sequence[Word], probabilities: Sequence[float], step: float, off: float) -> list[Word]:
    """The same words, each no longer than the speech that was found under it.

    A recogniser lets a word last until the next begins, pauses and all. Probabilities are one each `step` seconds from
    time 0; a word with no speech under it keeps its middle.
    """
    return [_tightened(word, probabilities, step, off) for word in words]


def missed(words: Sequence[Word], probabilities: Sequence[float], step: float, off: float) -> list[tuple[int, int]]:
    """The runs of speech, from step to step, under which there are hardly any words.

    After a pause a recogniser sometimes takes the sound for finished; it must be asked again for the rest.
    """
    spoken = [at for at, probability in enumerate(probabilities) if probability >= off]
    found = []
    for first, last in _runs(spoken, round(PAUSE / step)):
        start, end = first * step, (last + 1) * step
        covered = sum(max(0.0, min(end, w.end) - max(start, w.start)) for w in words)
        if end - start >= MISSED and covered < COVERED * (end - start):
            found.append((first, last + 1))
    return found


def _tightened(word: Word, probabilities: Sequence[float], step: float, off: float) -> Word:
    first = int(word.start / step)
    last = min(max(first + 1, round(word.end / step)), len(probabilities))
    runs = _runs([at for at in range(first, last) if probabilities[at] >= off], round(HOLE / step))
    if not runs:
        return word
    begin, end = max(runs, key=lambda run: run[1] - run[0])
    start = max(word.start, begin * step - PAD)
    return replace(word, start=start, end=max(start, min(word.end, (end + 1) * step + PAD)))


def _runs(steps: Sequence[int], hole: int) -> list[tuple[int, int]]:
    """(first, last) of each run of steps; a hole that is no longer does not end a run."""
    runs: list[tuple[int, int]] = []
    for at in steps:
        if runs and at - runs[-1][1] <= hole + 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs
