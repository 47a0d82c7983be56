"""From moments to a verdict."""

from __future__ import annotations

import pytest
from findings import rules, seen

from reelwarden.decide.coverage import Coverage
from reelwarden.decide.moments import merge
from reelwarden.decide.rules import Policy
from reelwarden.decide.verdict import clock, conclude
from reelwarden.domain import Outcome, Signal, Unavailable, Verdict

POLICY = rules("[labels.gore]\nreview = 0.5\nreject = 0.8\nlooks = 2\nlone = 0.97\n[labels.drug]\nreview = 0.5")


def verdict(*signals: Signal, policy: Policy = POLICY, pictures: int = 60) -> Verdict:
    return conclude(merge(signals, policy, Coverage(pictures, 1.0)), (), policy)


@pytest.mark.parametrize(
    ("scores", "outcome"),
    [
        ([0.4, 0.4], Outcome.PASS),
        ([0.5, 0.5], Outcome.REVIEW),
        ([0.8, 0.8], Outcome.REJECT),
        ([0.95, 0.6], Outcome.REVIEW),  # two reach 0.6
        ([0.95, 0.4], Outcome.PASS),  # one reaches a threshold
        ([0.95], Outcome.PASS),  # a lone frame does not decide
        ([0.97], Outcome.REJECT),  # unless it is very sure
        ([0.97, 0.6], Outcome.REJECT),
    ],
)
def test_scores_and_looks_decide(scores: list[float], outcome: Outcome) -> None:
    assert verdict(*(seen("gore", t, s) for t, s in enumerate(scores))).outcome is outcome


def test_labels_that_only_inform_decide_nothing() -> None:
    said = verdict(seen("face", 1, 1.0), seen("qr", 1, 1.0, text="x"), seen("text.screen", 1, 1.0, text="y"))
    assert (said.outcome, said.reasons) == (Outcome.PASS, ())


def test_the_gravest_reason_comes_first_and_is_a_sentence() -> None:
    said = verdict(seen("drug", 70, 0.99), seen("gore", 61, 0.85), seen("gore", 62.5, 0.9), seen("gore", 20, 0.98))
    assert [(r.label, r.outcome) for r in said.reasons] == [
        ("gore", Outcome.REJECT),
        ("gore", Outcome.REJECT),
        ("drug", Outcome.REVIEW),
    ]
    assert (
        said.reasons[0].why
        == "gore at 0:20.0: 0.98 in a single look, which is enough from 0.97; the policy rejects from 0.8"
    )
    assert said.reasons[1].why == "gore at 1:01.0 to 1:02.5: 0.85 backed by 2 looks; the policy rejects from 0.8"
    assert said.reasons[2].why == "drug at 1:10.0: 0.99 backed by 1 look; the policy reviews from 0.5"


def test_the_reason_says_why_one_picture_was_enough() -> None:
    still = verdict(seen("gore", 1, 0.9), seen("gore", 3, 0.9, same_as=1), seen("gore", 5, 0.9, same_as=1))
    assert "in a picture that stood for 4.0 s" in still.reasons[0].why
    assert "in the only picture there is" in verdict(seen("gore", 0, 0.9), pictures=1).reasons[0].why


def test_what_nobody_could_tell_passes_or_is_reviewed_as_the_policy_says() -> None:
    missing = [Unavailable("hate.nazi", "no model"), Unavailable("weapon.blunt", "no model")]
    assert conclude((), missing, POLICY).outcome is Outcome.PASS
    said = conclude((), missing, rules("[labels.hate]\nunavailable = 'review'"))
    assert said.outcome is Outcome.REVIEW
    assert [r.label for r in said.reasons] == ["hate.nazi"]
    assert "could not be looked for" in said.reasons[0].why


def test_a_verdict_names_its_policy() -> None:
    assert verdict().policy == f"test r1 {POLICY.digest}"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00.0"),
        (59.96, "1:00.0"),
        (62.5, "1:02.5"),
        (3599.99, "1:00:00.0"),
        (3725.04, "1:02:05.0"),
        (-1, "0:00.0"),
    ],
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
