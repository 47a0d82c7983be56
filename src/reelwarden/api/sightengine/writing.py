"""What is written in a picture and said in a video, in the vendor's forms: text, QR codes, spoken profanity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from reelwarden.api.sightengine.faces import corners
from reelwarden.api.sightengine.models import families
from reelwarden.api.sightengine.wishes import TextWishes
from reelwarden.domain import Signal
from reelwarden.text.match import Severity
from reelwarden.text.moderation import MANY, TextOptions, languages_of, moderate_text

SCREEN, SPEECH = "text.screen", "text.speech"
Item = dict[str, Any]
CODE_LISTS = ("personal", "link", "social", "spam", "profanity", "blacklist")
PROFANE = ("sexual", "insult", "discriminatory", "inappropriate")


def lines(signals: Iterable[Signal]) -> str:
    """The lines that were read, from top to bottom as the reader gave them."""
    return "\n".join(s.evidence.text for s in signals if s.label == SCREEN and s.evidence.text)


def detections(signals: Sequence[Signal], wishes: TextWishes) -> dict[str, Any]:
    """The block of text-content-2.0. Without any text, `language` is null and `detections` are empty."""
    text = lines(signals)
    language = languages_of(text, TextOptions(languages=wishes.languages))[0] if text else None
    categories = {*wishes.categories, *(("blacklist",) if wishes.lists else ())}
    found: dict[str, list[Signal]] = defaultdict(list)
    for signal in seen(signals):
        category = signal.label.removeprefix("text.")
        if category in categories:
            found[category].append(signal)
    return {
        "language": language,
        "detected_categories": list(found),
        "detections": {category: detection(hits) for category, hits in found.items()},
    }


def detection(hits: Sequence[Signal]) -> dict[str, Any]:
    """The category's severity, where it has grades, and each match."""
    details = [_detail(hit) for hit in hits]
    graver = severity_of([(detail.get("severity"), str(detail["match"])) for detail in details])
    return ({"severity": graver} if graver else {}) | {"details": details}


def severity_of(hits: Iterable[tuple[Any, str]]) -> str | None:
    """The gravest of the matches, one step up where there are many different ones."""
    graded = [(Severity[str(word).upper()], text.casefold()) for word, text in hits if word]
    if not graded:
        return None
    gravest = max(severity for severity, _ in graded)
    return (gravest.raised() if len({text for _, text in graded}) >= MANY else gravest).word


def _detail(hit: Signal) -> Item:
    facts = hit.evidence.facts
    names = ("severity", "country", "category")
    return {"match": hit.evidence.text or ""} | {name: facts[name] for name in names if facts.get(name)}


def families_of(signals: Sequence[Signal]) -> dict[str, list[Item]]:
    """The block of text-content 1: a list for each family, with the places of the matches."""
    of = {category: family for family, categories in families().items() for category in categories}
    answer: dict[str, list[Item]] = {family: [] for family in families()}
    for signal in seen(signals):
        category = signal.label.removeprefix("text.")
        if category in of:
            answer[of[category]].append(_item(signal, category))
    return answer


def _item(signal: Signal, category: str) -> Item:
    facts = signal.evidence.facts
    severity = {"intensity": facts["severity"]} if facts.get("severity") else {}
    return {"type": category, "match": signal.evidence.text or "", **severity, **corners(signal.evidence.box)}


def codes(signals: Sequence[Signal], languages: tuple[str, ...]) -> dict[str, list[Item]]:
    """The block of qr-content: what each code holds, read by the text engine."""
    answer: dict[str, list[Item]] = {name: [] for name in CODE_LISTS}
    links = {s.evidence.text for s in signals if s.label == "qr.link"}
    contacts = {s.evidence.text for s in signals if s.label == "qr.contact"}
    for code in (s for s in signals if s.label == "qr"):
        content = code.evidence.text or ""
        item = {"match": content, **corners(code.evidence.box)}
        if content in links:
            answer["link"].append({"type": "url", **item})
        if content in contacts:
            answer["social"].append({"type": "contact", **item})
        for family, category, match in _read(content, languages):
            answer[family].append({**item, "type": category, "match": match})
    return answer


def _read(content: str, languages: tuple[str, ...]) -> Iterable[tuple[str, str, str]]:
    """(list, type, match) of what the words of a code say; a link as a whole is told already."""
    of = {category: name for name in CODE_LISTS if name in families() for category in families()[name]}
    wanted = frozenset(of) - {"link", "off_platform_mention"}
    result = moderate_text(content, TextOptions(languages=languages, categories=wanted))
    for match in result.matches:
        yield of[match.category], match.category, match.slice(content)


def seen(signals: Iterable[Signal]) -> Iterable[Signal]:
    """The matches in what was read on screen."""
    return (s for s in signals if _is_match(s) and s.evidence.facts.get("source") == "screen")


def spoken(signals: Iterable[Signal]) -> list[Item]:
    """`data.audio.profanity`: the profane words that were heard, with when."""
    heard = (s for s in signals if _is_match(s) and s.evidence.facts.get("source") == "speech")
    return [_said(s) for s in heard if s.label.removeprefix("text.") in PROFANE]


def _said(signal: Signal) -> Item:
    category = signal.label.removeprefix("text.")
    intensity = str(signal.evidence.facts.get("severity") or "low")
    times = {"start": round(signal.start, 2), "end": round(signal.end, 2)}
    return {"match": signal.evidence.text or "", "type": category, "intensity": intensity, **times}


def _is_match(signal: Signal) -> bool:
    return signal.label not in (SCREEN, SPEECH) and signal.label.startswith("text.")
