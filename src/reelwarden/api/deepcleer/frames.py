"""frameDetail: the frames that were looked at, each with its risks and what it shows."""

from __future__ import annotations

from collections.abc import Sequence

from reelwarden.api.deepcleer.details import picture_detail, screen_text, things
from reelwarden.api.deepcleer.levels import gravest
from reelwarden.api.deepcleer.telling import Item, Part, Risk, Telling, best, probability
from reelwarden.api.deepcleer.vocabulary import IMAGE
from reelwarden.domain import Signal
from reelwarden.taxonomy import within

MEDIUM, SURE = 0.4, 0.8


def frame_details(telling: Telling) -> list[Part]:
    """All frames, in the order of time."""
    return [
        Part(gravest(r.level for r in risks), item | {"requestId": _id(telling, time), "time": round(time, 3)})
        for time, signals in frames_of(telling)
        for risks, item in (frame(telling, signals),)
    ]


def frames_of(telling: Telling) -> list[tuple[float, list[Signal]]]:
    """Each instant that was looked at, with the signals of its picture."""
    frames: dict[float, list[Signal]] = {round(time, 6): [] for time in telling.found.times}
    for signal in telling.found.signals:
        if telling.side(signal) == IMAGE:
            frames.setdefault(round(signal.start, 6), []).append(signal)
    return sorted(frames.items())


def frame(telling: Telling, signals: Sequence[Signal]) -> tuple[list[Risk], Item]:
    """The risks of a frame, and all that is told of it but where it stands."""
    risks = telling.risks(signals, IMAGE)
    first = risks[0] if risks else None
    item: Item = {"imgUrl": "", **telling.risk_words(first)}
    text = screen_text(telling, signals)
    if telling.types.tells_screen:
        item["imgText"] = text
    item["riskDetail"] = picture_detail(telling, first, risks, signals)
    item["allLabels"] = [_label(telling, risk, risks, signals) for risk in best(risks)]
    if telling.types.image_business:
        item["businessLabels"] = business_labels(telling, signals)
    item["auxInfo"] = _facts(signals)
    return risks, item


def business_labels(telling: Telling, signals: Sequence[Signal]) -> list[Item]:
    """What the business types asked for, each thing once with all of its instances."""
    found: dict[tuple[str, ...], list[Signal]] = {}
    for signal in telling.business(signals, IMAGE):
        words = telling.business_words(signal)
        found.setdefault((signal.label, words["businessLabel3"]), []).append(signal)
    return [_business(telling, group) for group in found.values()]


def confidence(score: float) -> int:
    """0, 1 or 2."""
    return (score >= MEDIUM) + (score >= SURE)


def _business(telling: Telling, group: Sequence[Signal]) -> Item:
    surest = max(group, key=lambda signal: signal.score)
    told = {"confidenceLevel": confidence(surest.score), "probability": probability(surest.score)}
    return telling.business_words(surest) | told | {"businessDetail": things(telling, group)}


def _label(telling: Telling, risk: Risk, risks: Sequence[Risk], signals: Sequence[Signal]) -> Item:
    own = [other for other in risks if other.signal.label == risk.signal.label]
    detail = picture_detail(telling, risk, own, signals)
    return telling.risk_words(risk) | {"probability": probability(risk.signal.score), "riskDetail": detail}


def _facts(signals: Sequence[Signal]) -> Item:
    """`similarity` is 1 where the picture is known not to differ from the one before, else 0: no more is measured."""
    facts: Item = {"similarity": 1.0 if any(signal.same_as is not None for signal in signals) else 0.0}
    codes = [signal.evidence.text for signal in signals if within(signal.label, "qr") and signal.evidence.text]
    return facts | ({"qrContent": codes[0]} if codes else {})


def _id(telling: Telling, time: float) -> str:
    return f"{telling.said['requestId']}_v{round(time, 3):g}"
