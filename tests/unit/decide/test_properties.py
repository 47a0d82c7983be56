"""What holds for all signals and policies."""

from __future__ import annotations

import io
from dataclasses import replace
from types import MappingProxyType

from findings import CLIP
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwarden.decide import replay
from reelwarden.decide.coverage import Coverage
from reelwarden.decide.moments import EVIDENCE, merge
from reelwarden.decide.rules import Policy, Rule
from reelwarden.decide.verdict import GRAVITY, conclude
from reelwarden.domain import Box, Evidence, Signal

LABELS = ["gore", "text.screen", "text.insult", "qr", "object.vehicle", "violence"]
TEXTS = ["", "buy now", "buy n0w", "buy now today", "call 555 0100", "call 555 0199", "你好", "★"]
scores = st.sampled_from([n / 20 for n in range(21)])
instants = st.integers(0, 40).map(lambda n: n / 2)


@st.composite
def signals(draw: st.DrawFn) -> Signal:
    start = draw(instants)
    length = draw(st.sampled_from([0.0, 0.0, 0.0, 1.5]))
    same_as = draw(st.none() | instants.filter(lambda t: t <= start)) if not length else None
    evidence = Evidence(
        draw(st.none() | st.just(Box(0.1, 0.2, 0.3, 0.4))),
        draw(st.none() | st.sampled_from(TEXTS)),
        {"n": draw(st.integers(0, 1))},
    )
    return Signal(
        draw(st.sampled_from(LABELS)),
        draw(scores),
        start,
        start + length,
        draw(st.sampled_from("de")),
        "1",
        evidence,
        same_as,
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    keep, review, reject = sorted(draw(st.tuples(scores, scores, scores)))
    rule = Rule(
        keep=keep,
        review=review,
        reject=reject,
        looks=draw(st.integers(1, 4)),
        lone=draw(st.none() | scores.map(lambda s: max(s, review))),
        gap=draw(st.sampled_from([0.0, 1.0, 3.0])),
        held=draw(st.sampled_from([0.5, 2.0])),
    )
    return Policy("drawn", 1, rule, MappingProxyType({}))


bags = st.lists(signals(), max_size=40)
coverages = st.builds(Coverage, st.none() | st.integers(1, 6), st.sampled_from([0.0, 1.0, 4.0]))
many = settings(max_examples=120, deadline=None)


@many
@given(bags, policies(), coverages, st.randoms())
def test_the_order_of_signals_does_not_matter(bag: list[Signal], policy: Policy, coverage: Coverage, chance) -> None:
    shuffled = chance.sample(bag, len(bag))
    assert merge(shuffled, policy, coverage) == merge(bag, policy, coverage)


@many
@given(bags, policies(), coverages)
def test_saying_everything_twice_backs_nothing_better(bag: list[Signal], policy: Policy, coverage: Coverage) -> None:
    def said(found: list[Signal]) -> list[tuple]:
        return [(m.label, m.start, m.end, m.peak, m.looks, m.backed) for m in merge(found, policy, coverage)]

    assert said(bag + bag) == said(bag)


@many
@given(bags, policies(), coverages)
def test_a_moment_keeps_its_shape(bag: list[Signal], policy: Policy, coverage: Coverage) -> None:
    moments = merge(bag, policy, coverage)
    for moment in moments:
        assert moment.start <= moment.peak_time <= moment.end
        assert moment.backed <= moment.peak
        assert moment.looks >= 1 and 1 <= len(moment.evidence) <= EVIDENCE
        assert all(moment.start <= (e.time or 0) <= moment.end for e in moment.evidence)
    for label in LABELS:
        kept = [s.score for s in bag if s.label == label and s.score >= policy.defaults.keep]
        assert max(kept, default=None) == max((m.peak for m in moments if m.label == label), default=None)


@many
@given(bags, policies(), coverages)
def test_a_replay_is_bit_for_bit(bag: list[Signal], policy: Policy, coverage: Coverage) -> None:
    stream = io.StringIO()
    writer = replay.Writer(stream, replay.Header("x", CLIP, detectors={"d": "1"}))
    for signal in bag:
        writer.write(signal)
    writer.finish(coverage)
    stream.seek(0)
    moments = merge(bag, policy, coverage)
    assert replay.replay(replay.read(stream), policy) == (moments, conclude(moments, (), policy))


def _raised(rule: Rule, by: float, looks: int) -> Rule:
    up = [None if s is None else min(1.0, s + by) for s in (rule.keep, rule.review, rule.reject, rule.lone)]
    return replace(
        rule,
        keep=up[0] or 0.0,
        review=up[1],
        reject=up[2],
        lone=up[3],
        looks=rule.looks + looks,
        held=rule.held + by,
    )


@settings(max_examples=250, deadline=None)
@given(bags, policies(), coverages, st.sampled_from([0.0, 0.05, 0.2]), st.integers(0, 2))
def test_a_stricter_policy_never_makes_a_verdict_graver(
    bag: list[Signal], policy: Policy, coverage: Coverage, by: float, looks: int
) -> None:
    stricter = replace(policy, defaults=_raised(policy.defaults, by, looks))

    def gravity(under: Policy) -> int:
        return GRAVITY[conclude(merge(bag, under, coverage), (), under).outcome]

    assert gravity(stricter) <= gravity(policy)


@many
@given(bags, policies(), coverages, signals())
def test_one_more_signal_never_makes_a_verdict_milder(
    bag: list[Signal], policy: Policy, coverage: Coverage, more: Signal
) -> None:
    before = conclude(merge(bag, policy, coverage), (), policy).outcome
    after = conclude(merge([*bag, more], policy, coverage), (), policy).outcome
    assert GRAVITY[after] >= GRAVITY[before]
