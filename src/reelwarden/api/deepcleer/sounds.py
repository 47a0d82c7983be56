"""audioDetail: clips of ten seconds, each with its risks and the words heard in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from reelwarden.api.deepcleer.details import sound_detail
from reelwarden.api.deepcleer.frames import confidence
from reelwarden.api.deepcleer.levels import gravest
from reelwarden.api.deepcleer.telling import CLIP, Item, Part, Risk, Telling, best, probability
from reelwarden.api.deepcleer.vocabulary import AUDIO
from reelwarden.domain import Signal


def audio_details(telling: Telling) -> list[Part]:
    """All clips that were listened to, in the order of time."""
    if not telling.heard_seconds:
        return []
    signals = [s for s in telling.found.signals if telling.side(s) == AUDIO]
    parts = []
    for number in _numbers(telling):
        start, end = number * CLIP, min((number + 1) * CLIP, telling.duration)
        risks, item = clip(telling, _within(signals, start, end), start, end)
        item["requestId"] = f"{telling.said['requestId']}_a{number:04d}"
        item |= {"audioStarttime": start, "audioEndtime": end}
        parts.append(Part(gravest(r.level for r in risks), item))
    return parts


def clip(telling: Telling, signals: Sequence[Signal], start: float, end: float) -> tuple[list[Risk], Item]:
    """The risks of a clip, and all that is told of it but where it stands."""
    risks = telling.risks(signals, AUDIO)
    first = risks[0] if risks else None
    text = spoken(telling, signals, start, end)
    item: Item = {"audioUrl": "", **telling.risk_words(first)}
    item |= {"audioText": text} if text else {}
    item["riskDetail"] = sound_detail(telling, first, risks, text)
    item["allLabels"] = [_label(telling, risk, risks, text) for risk in best(risks)]
    if telling.types.audio_business:
        item["businessLabels"] = _business_labels(telling, signals, text)
    return risks, item


def spoken(telling: Telling, signals: Sequence[Signal], start: float, end: float) -> str:
    """The words heard in these seconds; an utterance without times for its words counts where it begins."""
    if not telling.types.tells_speech:
        return ""
    return " ".join(part for signal in signals if signal.label == "text.speech" for part in _said(signal, start, end))


def _said(signal: Signal, start: float, end: float) -> Iterator[str]:
    words = signal.evidence.words
    if words:
        yield from (word.text.strip() for word in words if start <= word.start < end)
    elif start <= signal.start < end and signal.evidence.text:
        yield signal.evidence.text


def _numbers(telling: Telling) -> range:
    """The clips that are listened to: after each, as many are left out as the request says."""
    count = math.ceil(telling.duration / CLIP)
    return range(0, count, 1 + int(telling.said.get("audioStep") or 0))


def _within(signals: Sequence[Signal], start: float, end: float) -> list[Signal]:
    return [s for s in signals if s.start < end and (s.end > start or start <= s.start)]


def _label(telling: Telling, risk: Risk, risks: Sequence[Risk], text: str) -> Item:
    own = [other for other in risks if other.signal.label == risk.signal.label]
    detail = sound_detail(telling, risk, own, text)
    return telling.risk_words(risk) | {"probability": probability(risk.signal.score), "riskDetail": detail}


def _business_labels(telling: Telling, signals: Sequence[Signal], text: str) -> list[Item]:
    found: dict[tuple[str, ...], Signal] = {}
    for signal in telling.business(signals, AUDIO):
        key = (signal.label, telling.business_words(signal)["businessLabel3"])
        if key not in found or signal.score > found[key].score:
            found[key] = signal
    return [_business(telling, signal, text) for signal in found.values()]


def _business(telling: Telling, signal: Signal, text: str) -> Item:
    detail = sound_detail(telling, None, (), text)
    told = {"confidenceLevel": confidence(signal.score), "probability": probability(signal.score)}
    return telling.business_words(signal) | told | {"businessDetail": detail}
