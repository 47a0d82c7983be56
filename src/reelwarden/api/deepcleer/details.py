"""The details of a risk or a business label: faces, persons, objects, words, and whose list they are on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reelwarden.api.deepcleer.telling import Item, Risk, Telling, is_words, probability
from reelwarden.domain import Box, Signal
from reelwarden.taxonomy import within

NOTHING, WORDS, PICTURE, SOUND = 1000, 1001, 1002, 1003
MOST = 10
"""Faces and persons of one picture that are told."""
FACE, PERSON, LISTED = "face", "person", "text.blacklist"


def picture_detail(telling: Telling, risk: Risk | None, risks: Sequence[Risk], signals: Sequence[Signal]) -> Item:
    """riskDetail of a frame, or of one of its labels."""
    detail: Item = {"riskSource": _source(risk, PICTURE)}
    detail |= things(telling, _shown(risk, signals))
    text = screen_text(telling, signals)
    if text:
        detail["ocrText"] = {"text": text} | _hits(telling, [r.signal for r in risks], text)
    return detail


def sound_detail(telling: Telling, risk: Risk | None, risks: Sequence[Risk], text: str) -> Item:
    """riskDetail of a clip of sound, or of one of its labels."""
    detail: Item = {"riskSource": _source(risk, SOUND)}
    if text:
        detail["audioText"] = text
    return detail | _hits(telling, [r.signal for r in risks], text)


def screen_text(telling: Telling, signals: Iterable[Signal]) -> str:
    """The words that are read in a frame, where a type asks for them."""
    if not telling.types.tells_screen:
        return ""
    lines = (s.evidence.text for s in signals if s.label == "text.screen")
    return " ".join(line for line in lines if line)


def things(telling: Telling, signals: Iterable[Signal]) -> Item:
    """faces, persons and objects among the signals, each with its place in pixels."""
    shown = [s for s in signals if not is_words(s.label)]
    faces = [s for s in shown if s.label == FACE or s.label == "face.celebrity" or s.label == "minor"]
    persons = [s for s in shown if s.label == PERSON]
    others = [s for s in shown if s not in faces and s not in persons and not within(s.label, FACE)]
    objects = [s for s in others if s.evidence.box or within(s.label, "qr")]
    found: Item = {}
    if faces:
        found |= {"face_num": len(faces), "faces": [_face(telling, s) for s in faces[:MOST]]}
    if persons:
        found |= {"person_num": len(persons), "persons": [_person(telling, s) for s in persons[:MOST]]}
    if objects:
        found["objects"] = [_object(telling, s) for s in objects]
    return found


def _shown(risk: Risk | None, signals: Sequence[Signal]) -> list[Signal]:
    """What stands behind one label: its signals. Faces are told where the label is one of faces."""
    return [s for s in signals if risk is not None and s.label == risk.signal.label]


def _source(risk: Risk | None, other: int) -> int:
    if risk is None:
        return NOTHING
    return WORDS if is_words(risk.signal.label) else other


def _face(telling: Telling, signal: Signal) -> Item:
    name = str(signal.evidence.facts.get("name") or "")
    return _thing(telling, signal) | ({"name": name} if name else {}) | _ratio("face_ratio", signal.evidence.box)


def _person(telling: Telling, signal: Signal) -> Item:
    return _thing(telling, signal) | _ratio("person_ratio", signal.evidence.box)


def _object(telling: Telling, signal: Signal) -> Item:
    facts = signal.evidence.facts
    name = next((str(facts[key]) for key in ("class", "likeliest", "seen", "name") if facts.get(key)), "")
    found = _thing(telling, signal) | {"name": name or signal.label.rpartition(".")[2]}
    content = signal.evidence.text
    return found | ({"qrContent": content} if content and within(signal.label, "qr") else {})


def _thing(telling: Telling, signal: Signal) -> Item:
    box = signal.evidence.box
    found: Item = {"id": telling.id_of(signal.label, signal.start, box), "probability": probability(signal.score)}
    width, height = telling.size
    if box and width and height:
        corners = (box.left * width, box.top * height, box.right * width, box.bottom * height)
        found["location"] = [round(corner) for corner in corners]
    return found


def _ratio(name: str, box: Box | None) -> Item:
    return {name: round((box.right - box.left) * (box.bottom - box.top), 6)} if box else {}


def _hits(telling: Telling, signals: Sequence[Signal], text: str) -> Item:
    """Words that are on a list of the account, and those that are a risk in themselves, each with its place."""
    words = [s for s in signals if is_words(s.label) and s.evidence.text]
    listed = [s for s in words if s.label == LISTED]
    found: Item = {}
    if listed:
        names = dict.fromkeys(_list_name(telling, s) for s in listed)
        found["matchedLists"] = [
            {"name": n, "words": [_word(s, text, "word") for s in listed if _list_name(telling, s) == n]} for n in names
        ]
    segments = [_word(s, text, "segment") for s in words if s.label != LISTED]
    return found | ({"riskSegments": segments} if segments else {})


def _word(signal: Signal, text: str, name: str) -> Item:
    word = signal.evidence.text or ""
    at = text.find(word)
    return {name: word} | ({"position": [at, at + len(word)]} if at >= 0 else {})


def _list_name(telling: Telling, signal: Signal) -> str:
    """The category of the entry, or the name of the list where there is only one."""
    names = list(telling.said.get("lists", {}).values())
    category = str(signal.evidence.facts.get("category") or "")
    return category or (names[0] if len(names) == 1 else "")
