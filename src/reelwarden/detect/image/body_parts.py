"""Exposed body parts with their boxes, where the operator has installed the AGPL model NudeNet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.boxes import Floats, letterbox, ratio_box, suppress
from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.image.classifiers import OPEN_NSFW, open_nsfw
from reelwarden.detect.view import FrameView, planes
from reelwarden.domain import Evidence, Fact, Signal

NUDENET = "nudenet"
INPUT = 320
FLOOR = 0.45
"""A coffee cup is taken for exposed buttocks with 0.30."""
OVERLAP = 0.45
EXPLICIT = "nudity.explicit"
PARTS = {
    2: "nudity.body_part.buttocks",
    3: "nudity.body_part.female_breast",
    4: "nudity.body_part.female_genitalia",
    5: "suggestive.male_chest",
    6: "nudity.body_part.anus",
    14: "nudity.body_part.male_genitalia",
}
"""The number of the model's class, of 18: covered parts, faces, feet, arms and bellies are left out."""


class BodyParts(FrameDetector):
    """A signal for each exposed part, and `nudity.explicit` where open_nsfw agrees with the surest of
    them.
    """

    name: ClassVar[str] = "body_parts"
    tells: ClassVar[Tells] = {
        **dict.fromkeys(PARTS.values(), (NUDENET,)),
        EXPLICIT: (NUDENET, OPEN_NSFW),
    }
    side: ClassVar[int] = 448

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: FrameView) -> list[Signal]:
        model = self.store.session(NUDENET)
        picture, scale = letterbox(frame, INPUT, model.shapes[0])
        boxes, scores, classes = decode(model.run(planes(picture, (1 / 255,) * 3, (0, 0, 0)))[0][0])
        height, width = frame.pixels.shape[:2]
        found = [
            self.signal(frame, PARTS[int(classes[row])], scores[row], Evidence(ratio_box(box, width, height)))
            for row, box in enumerate(boxes / scale)
        ]
        parts = [signal for signal in found if signal.label.startswith("nudity.")]
        signals = [signal for signal in found if signal.label in self.asked]
        if parts and EXPLICIT in self.asked:
            opinion = open_nsfw(frame, self.store)
            facts: dict[str, Fact] = {"open_nsfw": round(opinion, 4), "body_part": parts[0].label}
            agreed = float((opinion * parts[0].score) ** 0.5)
            signals.append(self.signal(frame, EXPLICIT, agreed, Evidence(parts[0].evidence.box, facts=facts)))
        return signals


def decode(output: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Boxes, scores and classes of the parts that we tell, the surest first.

    `output` is [4 + 18, candidates]: centre x, centre y, width, height, and a score for each class.
    """
    told = np.array(sorted(PARTS))
    scores = output[4 + told]
    best = scores.max(axis=0)
    rows = np.flatnonzero(best >= FLOOR)
    centre, half = output[:2, rows].T, output[2:4, rows].T / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    classes = told[scores[:, rows].argmax(axis=0)].astype(np.int64)
    kept = suppress(boxes, best[rows], classes, OVERLAP)
    return boxes[kept], best[rows][kept], classes[kept]
