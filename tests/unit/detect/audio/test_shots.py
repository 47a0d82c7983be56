"""The rule for shots under speech, on strengths that are made up: what it needs, and what it says nothing to."""

from __future__ import annotations

import numpy as np
import pytest

from reelwarden.detect.audio import shots

NAMES = sorted({name for classes in shots.KINDS.values() for name in classes})
SOME = 12


def told(**logits: float) -> shots.Scores:
    """Strengths of SOME looks, all alike; a kind that is not named is as faint as can be."""
    row = np.full(len(shots.KINDS), shots.FAINTEST, np.float32)
    for kind, logit in logits.items():
        row[list(shots.KINDS).index(kind)] = logit
    return np.repeat(row[None], SOME, axis=0)


def answers(strengths: shots.Scores) -> shots.Scores:
    return shots.judge(shots.features(strengths))


SHOT = told(speech=4.0, shot=-1.0, explosion=-1.0, blast=-1.0)
"""As a shot at the level of the speech is heard: far less likely than not, by the classes alone."""


def test_a_shot_under_speech_is_told() -> None:
    assert answers(SHOT).min() > shots.FLOOR


def test_speech_alone_is_not() -> None:
    assert answers(told(speech=4.0, shot=-9.0, explosion=-8.0, blast=-8.0)).max() < shots.FLOOR / 3


@pytest.mark.parametrize("speech", [0.9 * shots.SPOKEN, shots.FAINTEST])
def test_nothing_is_said_where_nobody_speaks(speech: float) -> None:
    assert answers(told(speech=speech, shot=2.0, explosion=2.0, blast=2.0)).max() == 0


def test_what_is_fireworks_more_than_a_shot_is_none() -> None:
    assert answers(np.maximum(SHOT, told(fireworks=-0.9))).max() == 0


def test_one_look_that_was_not_taken_silences_its_runs_only() -> None:
    rows = SHOT.copy()
    rows[0] = np.nan
    found = answers(rows) > 0
    assert not found[0]
    assert found[1:].all()


def test_a_run_is_four_looks_a_quarter_of_a_second_apart() -> None:
    assert len(shots.features(SHOT)) == SOME - shots.SPAN
    assert shots.features(SHOT[: shots.SPAN]).shape == (0, 2 * len(shots.KINDS))
    rows = told(speech=4.0)
    rows[6, 0] = 0.0
    highest = shots.features(rows)[:, 0]
    assert np.flatnonzero(highest == 0.0).tolist() == [0, 2, 4]


def test_strengths_are_logits_of_the_strongest_class() -> None:
    scores = np.full((3, len(NAMES)), 1e-12, np.float32)
    scores[0, NAMES.index("Bang")] = 0.5
    scores[1, NAMES.index("Explosion")] = 1.0
    scores[2] = np.nan
    found = shots.strengths(scores, NAMES)
    kinds = list(shots.KINDS)
    assert found[0, kinds.index("blast")] == 0
    assert found[0, kinds.index("shot")] == shots.FAINTEST
    assert found[1, kinds.index("explosion")] == found[1, kinds.index("blast")] > 10
    assert np.isnan(found[2]).all()


def test_every_kind_has_its_weights() -> None:
    assert shots.WEIGHTS.keys() == shots.KINDS.keys()
