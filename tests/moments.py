"""What each dialect says of one video, as moments: kind → the vendor's own word, and from when to when.

Every reader is a pure function of the vendor's answer, and knows nothing of how the answer was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Answer = Mapping[str, Any]
INSULT, PHONE, FACE, WORDS = "text.insult", "text.phone_number", "face", "text.screen"
KINDS = (INSULT, PHONE, FACE, WORDS)
NO_WORD = "no word"


@dataclass(frozen=True, slots=True)
class Stretch:
    """`word` is what the vendor calls it; `start` and `end` in seconds."""

    word: str
    start: float
    end: float

    def __str__(self) -> str:
        return f"{self.word} {self.start:g}-{self.end:g} s"

    def agrees(self, other: Stretch, step: float) -> bool:
        """Both ends are no further apart than a step."""
        return abs(self.start - other.start) <= step + 1e-6 and abs(self.end - other.end) <= step + 1e-6


Moments = Mapping[str, Sequence[Stretch]]
Seen = Iterable[tuple[str, str, float, float]]
"""(kind, the vendor's word, from, to)."""


def native(result: Answer) -> Seen:
    """Moments as they are."""
    return [(one["label"], one["label"], one["from"], one["to"]) for one in result["moments"]]


def sightengine(answer: Answer) -> Seen:
    """Frames at `info.position` in ms: categories of text, faces, and what OCR read."""
    found = []
    for frame in answer["data"]["frames"]:
        at, text = frame["info"]["position"] / 1000, frame["text"]
        for kind, category in ((INSULT, "insult"), (PHONE, "phone_number")):
            if text["detections"].get(category):
                found.append((kind, f"text.detections.{category}", at, at))
        if frame["faces"]:
            found.append((FACE, "faces", at, at))
        if text["content"]:
            found.append((WORDS, "text.content", at, at))
    return found


def deepcleer(answer: Answer) -> Seen:
    """Frames at `time` in s: risks by their third label, business labels, and `imgText`."""
    found = []
    for frame in answer["frameDetail"]:
        at = frame["time"]
        for risk in frame["allLabels"]:
            kind = {"insult": INSULT, "phone_number": PHONE}.get(risk["riskLabel3"])
            if kind:
                found.append((kind, risk["riskDescription"], at, at))
        for label in frame["businessLabels"]:
            if label["businessLabel3"] == "face":
                found.append((FACE, label["businessDescription"], at, at))
        if frame["imgText"]:
            found.append((WORDS, "imgText", at, at))
    return found


def deepengin(answer: Answer) -> Seen:
    """Entries at `Timestamp` in ms; the taxonomy of `ModerationResult` is of pictures alone."""
    found = []
    for kind, block in ((FACE, "FaceResult"), (WORDS, "TextResult")):
        found += [(kind, block, one["Timestamp"] / 1000, one["Timestamp"] / 1000) for one in answer[block]]
    return found


POLICIES = {"toxicity": INSULT, "channel_circumvent": PHONE, "face_detection": FACE}
"""Of those that answer with moments; `personal_information` shows what was matched, without its time."""


def moderationapi(answer: Answer) -> Seen:
    """The moments in each policy's `data`."""
    found = []
    for policy in answer["policies"]:
        kind = POLICIES.get(policy["id"])
        for one in policy.get("data", {}).get("moments", ()):
            if kind and kind == one["label"]:
                found.append((kind, policy["id"], one["from"], one["to"]))
    return found


def joined(seen: Seen, step: float) -> Moments:
    """The stretches of each kind in the order of time: what is no further apart than a step is one."""
    moments: dict[str, list[Stretch]] = {}
    for kind, word, start, end in sorted(seen, key=lambda one: one[2]):
        known = moments.setdefault(kind, [])
        if known and start - known[-1].end <= step + 1e-6:
            known[-1] = Stretch(word, known[-1].start, max(end, known[-1].end))
        else:
            known.append(Stretch(word, start, end))
    return moments


def table(columns: Mapping[str, Moments]) -> str:
    """One row a kind, one column a dialect; as wide as the words are."""
    rows = [("", *columns)]
    for kind in KINDS:
        rows.append((kind, *(", ".join(map(str, said.get(kind, ()))) or NO_WORD for said in columns.values())))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
