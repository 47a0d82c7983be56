"""LabelResult, FaceResult, CelebrityResult, TextResult and PPEResult in Rekognition's shapes; only what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any

from reelwarden.api.deepengin import taxonomy
from reelwarden.domain import Box, Signal
from reelwarden.jobs.findings import Findings

Item = dict[str, Any]
POINTS = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")
COVERS = {"ppe.face_cover": ("FACE_COVER", "FACE"), "ppe.head_cover": ("HEAD_COVER", "HEAD")}
HANDS = {"ppe.hand_cover": ("HAND_COVER", "LEFT_HAND")}
FACE_FACTS = ("face.age", "face.gender", "face.mask")


def results(found: Findings, wanted: Iterable[str]) -> dict[str, list[Item]]:
    """The blocks that were wanted, by name, each in the order of time."""
    return {name: RENDERED[name](found) for name in wanted}


def _labels(found: Findings) -> list[Item]:
    """One entry for each thing at each instant, with a box for each of its instances."""
    signals = _of(found, taxonomy.result_labels("LabelResult"))
    entries = []
    key = _time_and_name
    for (time, name), group in groupby(sorted(signals, key=key), key):
        seen = list(group)
        best = max(signal.score for signal in seen)
        boxes = [signal for signal in seen if signal.evidence.box]
        label = {
            "Name": name,
            "Confidence": _percent(best),
            "Instances": [{"BoundingBox": _box(s.evidence.box), "Confidence": _percent(s.score)} for s in boxes],
            "Parents": _parents(seen[0].label, name),
            "Aliases": [],
            "Categories": [],
        }
        entries.append({"Timestamp": time, "Label": label})
    return entries


def _time_and_name(signal: Signal) -> tuple[int, str]:
    facts = signal.evidence.facts
    thing = next((str(facts[name]) for name in ("class", "likeliest", "name") if facts.get(name)), "")
    return _millis(signal.start), _title(thing or signal.label.rpartition(".")[2])


def _parents(label: str, name: str) -> list[Item]:
    above = [_title(part) for part in label.split(".")]
    return [{"Name": part} for part in reversed(above) if part != name]


def _faces(found: Findings) -> list[Item]:
    """One entry a face: its box, landmarks, and where they were told age, gender and cover."""
    told: dict[tuple[int, Box | None], list[Signal]] = {}
    for signal in _of(found, frozenset(FACE_FACTS)):
        told.setdefault((_millis(signal.start), signal.evidence.box), []).append(signal)
    faces = [signal for signal in found.signals if signal.label == "face"]
    return [
        {"Timestamp": _millis(face.start), "Face": _face(face, told.get((_millis(face.start), face.evidence.box), []))}
        for face in faces
    ]


def _face(face: Signal, more: list[Signal]) -> Item:
    entry: Item = {
        "BoundingBox": _box(face.evidence.box),
        "Landmarks": _landmarks(str(face.evidence.facts.get("landmarks") or "")),
        "Confidence": _percent(face.score),
    }
    for signal in more:
        entry |= _told(signal)
    return entry


def _told(signal: Signal) -> Item:
    facts = signal.evidence.facts
    if signal.label == "face.age" and "from_years" in facts and "to_years" in facts:
        return {"AgeRange": {"Low": facts["from_years"], "High": facts["to_years"]}}
    if signal.label == "face.gender":
        value = str(facts.get("gender") or "").capitalize()
        return {"Gender": {"Value": value, "Confidence": _percent(signal.score)}} if value else {}
    if signal.label == "face.mask":
        return {"FaceOccluded": {"Value": True, "Confidence": _percent(signal.score)}}
    return {}


def _landmarks(text: str) -> list[Item]:
    pairs = [pair.split() for pair in text.split(",") if pair.strip()]
    named = zip(POINTS, pairs, strict=False)
    return [{"Type": name, "X": float(pair[0]), "Y": float(pair[1])} for name, pair in named if len(pair) == 2]


def _celebrities(found: Findings) -> list[Item]:
    """People of the account's bank; without a bank nobody is known."""
    entries = []
    for signal in _of(found, taxonomy.result_labels("CelebrityResult")):
        facts = signal.evidence.facts
        who = {
            "Name": str(facts.get("name") or ""),
            "Id": str(facts.get("id") or ""),
            "Urls": [],
            "Confidence": _percent(signal.score),
            "BoundingBox": _box(signal.evidence.box),
        }
        entries.append({"Timestamp": _millis(signal.start), "Celebrity": who})
    return entries


def _texts(found: Findings) -> list[Item]:
    """Lines read on screen; words are not told apart."""
    lines = [signal for signal in found.signals if signal.label == "text.screen" and signal.evidence.text]
    return [
        {
            "Timestamp": _millis(line.start),
            "TextDetection": {
                "DetectedText": line.evidence.text,
                "Type": "LINE",
                "Id": number,
                "Confidence": _percent(line.score),
                "Geometry": {"BoundingBox": _box(line.evidence.box), "Polygon": _polygon(line.evidence.box)},
            },
        }
        for number, line in enumerate(lines)
    ]


def _equipment(found: Findings) -> list[Item]:
    """Persons of each instant with the equipment seen on them; equipment without a person has one without a box."""
    entries = []
    ppe = _of(found, frozenset(COVERS | HANDS))
    for time, group in groupby(ppe, lambda s: _millis(s.start)):
        persons = [s for s in found.signals if s.label == "person" and _millis(s.start) == time]
        entries.append({"Timestamp": time, "Persons": _persons(list(group), persons)})
    return entries


def _persons(equipment: list[Signal], persons: list[Signal]) -> list[Item]:
    worn: dict[int, list[Signal]] = {}
    for signal in equipment:
        wearer = next((n for n, person in enumerate(persons) if _inside(signal.evidence.box, person.evidence.box)), -1)
        worn.setdefault(wearer, []).append(signal)
    return [_person(n, persons[n] if n >= 0 else None, signals) for n, signals in sorted(worn.items())]


def _person(number: int, person: Signal | None, worn: list[Signal]) -> Item:
    parts = [_part(signal) for signal in worn]
    shown: Item = {"Id": max(number, 0), "BodyParts": parts}
    if person is not None:
        shown |= {"BoundingBox": _box(person.evidence.box), "Confidence": _percent(person.score)}
    return shown


def _part(signal: Signal) -> Item:
    kind, part = (COVERS | HANDS)[signal.label]
    worn = {
        "Type": kind,
        "BoundingBox": _box(signal.evidence.box),
        "Confidence": _percent(signal.score),
        "CoversBodyPart": {"Value": True, "Confidence": _percent(signal.score)},
    }
    return {"Name": part, "Confidence": _percent(signal.score), "EquipmentDetections": [worn]}


def _inside(inner: Box | None, outer: Box | None) -> bool:
    if inner is None or outer is None:
        return False
    x, y = (inner.left + inner.right) / 2, (inner.top + inner.bottom) / 2
    return outer.left <= x <= outer.right and outer.top <= y <= outer.bottom


def _of(found: Findings, labels: frozenset[str]) -> list[Signal]:
    return [signal for signal in found.signals if signal.label in labels]


def _title(name: str) -> str:
    return " ".join(word.capitalize() for word in name.replace("_", " ").split())


def _box(box: Box | None) -> Item | None:
    if box is None:
        return None
    width, height = box.right - box.left, box.bottom - box.top
    return {"Width": round(width, 5), "Height": round(height, 5), "Left": round(box.left, 5), "Top": round(box.top, 5)}


def _polygon(box: Box | None) -> list[Item]:
    if box is None:
        return []
    corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    return [{"X": round(x, 5), "Y": round(y, 5)} for x, y in corners]


def _percent(score: float) -> float:
    return round(100 * score, 3)


def _millis(seconds: float) -> int:
    return round(seconds * 1000)


RENDERED: Mapping[str, Callable[[Findings], list[Item]]] = {
    "LabelResult": _labels,
    "FaceResult": _faces,
    "CelebrityResult": _celebrities,
    "TextResult": _texts,
    "PPEResult": _equipment,
}
