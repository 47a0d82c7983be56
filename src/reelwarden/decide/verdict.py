"""Moments become a verdict: what the policy makes of them, gravest first, each reason in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from reelwarden.decide.rules import Policy, Rule
from reelwarden.domain import Moment, Outcome, Reason, Unavailable, Verdict

GRAVITY = {Outcome.PASS: 0, Outcome.REVIEW: 1, Outcome.REJECT: 2}
VERBS = {Outcome.REVIEW: "reviews", Outcome.REJECT: "rejects"}


def conclude(moments: Iterable[Moment], unavailable: Iterable[Unavailable], policy: Policy) -> Verdict:
    """What the machine concludes. The outcome is the gravest that a moment or an unavailable label leads to."""
    weighed = [(_weight(m, policy), reason) for m in moments if (reason := _of_moment(m, policy))]
    weighed.sort(key=lambda pair: pair[0])
    reasons = [reason for _, reason in weighed]
    missing = [r for label in sorted(unavailable, key=lambda u: u.label) if (r := _of_unavailable(label, policy))]
    outcome = max((r.outcome for r in (*reasons, *missing)), key=lambda o: GRAVITY[o], default=Outcome.PASS)
    return Verdict(outcome, str(policy), (*reasons, *missing))


def outcome_of(moment: Moment, rule: Rule) -> Outcome:
    """Where one moment leads: by the score that enough looks reach, or by one look that is sure enough."""
    return rule.outcome(deciding_score(moment, rule))


def deciding_score(moment: Moment, rule: Rule) -> float:
    """The score that is held against the thresholds; 0 for a moment that is not backed."""
    return moment.peak if _decides_alone(moment, rule) else moment.backed


def _decides_alone(moment: Moment, rule: Rule) -> bool:
    """Whether one very sure look leads further than all looks together."""
    sure = rule.lone is not None and moment.peak >= rule.lone
    return sure and GRAVITY[rule.outcome(moment.peak)] > GRAVITY[rule.outcome(moment.backed)]


def _weight(moment: Moment, policy: Policy) -> tuple[int, float, float, float, str]:
    rule = policy.rule(moment.label)
    return (
        -GRAVITY[outcome_of(moment, rule)],
        -deciding_score(moment, rule),
        -moment.peak,
        moment.start,
        moment.label,
    )


def _of_moment(moment: Moment, policy: Policy) -> Reason | None:
    rule = policy.rule(moment.label)
    outcome = outcome_of(moment, rule)
    if outcome is Outcome.PASS:
        return None
    return Reason(moment.label, outcome, moment.start, moment.end, _why(moment, rule, outcome))


def _why(moment: Moment, rule: Rule, outcome: Outcome) -> str:
    score = deciding_score(moment, rule)
    place = clock(moment.start) if moment.end <= moment.start else f"{clock(moment.start)} to {clock(moment.end)}"
    limit = rule.threshold(outcome)
    return (
        f"{moment.label} at {place}: {score:.2f} {_backing(moment, rule)}; the policy {VERBS[outcome]} from {limit:g}"
    )


def _backing(moment: Moment, rule: Rule) -> str:
    if _decides_alone(moment, rule):
        return f"in a single look, which is enough from {rule.lone or 0:g}"
    if moment.looks >= rule.looks:
        return f"backed by {moment.looks} {'look' if moment.looks == 1 else 'looks'}"
    if moment.end > moment.start:
        return f"in a picture that stood for {moment.end - moment.start:.1f} s"
    return "in the only picture there is"


def _of_unavailable(missing: Unavailable, policy: Policy) -> Reason | None:
    if policy.rule(missing.label).unavailable is Outcome.PASS:
        return None
    why = f"{missing.label} could not be looked for ({missing.reason}); the policy wants a person to look"
    return Reason(missing.label, Outcome.REVIEW, 0.0, 0.0, why)


def clock(seconds: float) -> str:
    """`1:02.5`, or `1:00:02.5` from an hour on."""
    tenths = round(max(0.0, seconds) * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{rest // 10:02d}.{rest % 10}"
