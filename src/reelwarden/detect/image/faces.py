"""Faces with their boxes; how old they look, female or male, and masks, for those that were asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.boxes import STRIDE, Floats, letterbox, ratio_box, suppress
from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.image.chips import Points, chip
from reelwarden.detect.view import FrameView, Pixels, planes, resize
from reelwarden.domain import Box, Evidence, Fact, Signal

YUNET, AGE_MODEL, GENDER_MODEL, MASK_MODEL = "yunet", "age", "gender", "face_mask"
FACE, AGE, GENDER, MASK, COVER = "face", "face.age", "face.gender", "face.mask", "ppe.face_cover"
INPUT = 640
FLOOR = 0.7
OVERLAP = 0.3
AT_LEAST = 28
"""A face must be so many pixels wide before we say how it looks; below, the chip is mostly blur."""
AT_MOST = 10
"""The largest faces are described; a crowd would cost 10 ms a head."""
MASKED = 0.5
NEAR_YEARS = 10
CHIP_SHIFT = (-122.782 / 256, -117.001 / 256, -104.298 / 256)


class Face(NamedTuple):
    """In the frame's pixels: the box, the five points of `chips.Points`."""

    score: float
    box: Floats
    points: Points


class Faces(FrameDetector):
    """`face` with landmarks in the facts; the other labels only where asked, on faces that are large enough."""

    name: ClassVar[str] = "faces"
    tells: ClassVar[Tells] = {
        FACE: (YUNET,),
        AGE: (YUNET, AGE_MODEL),
        GENDER: (YUNET, GENDER_MODEL),
        MASK: (YUNET, MASK_MODEL),
        COVER: (YUNET, MASK_MODEL),
    }
    side: ClassVar[int] = INPUT

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def find(self, frame: FrameView) -> list[Face]:
        """The faces, the surest first."""
        model = self.store.session(YUNET)
        side = min(INPUT, max(frame.pixels.shape[:2]))
        picture, scale = letterbox(frame, side, model.shapes[0])
        values = planes(picture, (1, 1, 1), (0, 0, 0), blue_first=True)
        outputs = dict(zip(model.outputs, model.run(values), strict=True))
        return [face._replace(box=face.box / scale, points=face.points / scale) for face in decode(outputs, picture)]

    def _one(self, frame: FrameView) -> list[Signal]:
        height, width = frame.pixels.shape[:2]
        found = [(face, ratio_box(face.box, width, height)) for face in self.find(frame)]
        signals = [self._face(frame, face, box) for face, box in found] if FACE in self.asked else []
        large = [pair for pair in found if pair[0].box[2] - pair[0].box[0] >= AT_LEAST]
        large.sort(key=lambda pair: float(pair[0].box[0] - pair[0].box[2]))
        return signals + [s for face, box in large[:AT_MOST] for s in self._looks(frame, face, box)]

    def _face(self, frame: FrameView, face: Face, box: Box) -> Signal:
        height, width = frame.pixels.shape[:2]
        points = ", ".join(f"{x / width:.4f} {y / height:.4f}" for x, y in face.points)
        return self.signal(frame, FACE, face.score, Evidence(box, facts={"landmarks": points}))

    def _looks(self, frame: FrameView, face: Face, box: Box) -> list[Signal]:
        signals: list[Signal] = []
        if AGE in self.asked:
            score, facts = age(self._probabilities(AGE_MODEL, chip_values(frame.pixels, face.points, 64)))
            signals.append(self.signal(frame, AGE, score, Evidence(box, facts=facts)))
        if GENDER in self.asked:
            female, male = self._probabilities(GENDER_MODEL, chip_values(frame.pixels, face.points, 32))
            gender: dict[str, Fact] = {"gender": "female" if female > male else "male"}
            signals.append(self.signal(frame, GENDER, max(female, male), Evidence(box, facts=gender)))
        if self.asked & {MASK, COVER}:
            masked = float(self._probabilities(MASK_MODEL, cut_out(frame.pixels, face.box))[0])
            covers = [label for label in (MASK, COVER) if label in self.asked and masked >= MASKED]
            signals += [self.signal(frame, label, masked, Evidence(box)) for label in covers]
        return signals

    def _probabilities(self, model: str, values: Floats) -> Floats:
        return np.asarray(self.store.session(model).run(values)[0][0], np.float32)


def decode(outputs: dict[str, Floats], picture: Pixels) -> list[Face]:
    """The faces in the model's input, the surest first: `cls`, `obj`, `bbox` and `kps` of the strides 8, 16 and 32.

    A cell's score is the root of its two; box centres and points are offsets from the cell in strides, sizes are
    powers of e in strides.
    """
    found = [_of_stride(outputs, stride, picture.shape[1] // stride) for stride in (8, 16, STRIDE)]
    scores, boxes, points = (np.concatenate(part) for part in zip(*found, strict=True))
    kept = suppress(boxes, scores, np.zeros(len(scores), np.int64), OVERLAP)
    return [Face(float(scores[row]), boxes[row], points[row]) for row in kept]


def _of_stride(outputs: dict[str, Floats], stride: int, across: int) -> tuple[Floats, Floats, NDArray[np.float32]]:
    kind, thing = outputs[f"cls_{stride}"][0, :, 0], outputs[f"obj_{stride}"][0, :, 0]
    scores = np.sqrt(np.clip(kind, 0, 1) * np.clip(thing, 0, 1))
    cells = np.flatnonzero(scores >= FLOOR)
    corner = np.stack([cells % across, cells // across], axis=1).astype(np.float32)
    offsets = outputs[f"bbox_{stride}"][0, cells]
    centre, half = corner + offsets[:, :2], np.exp(offsets[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1) * stride
    points = (outputs[f"kps_{stride}"][0, cells].reshape(-1, 5, 2) + corner[:, None]) * stride
    return scores[cells], boxes.astype(np.float32), points.astype(np.float32)


def chip_values(pixels: Pixels, points: Points, side: int) -> Floats:
    """[1, 3, side, side], the aligned face around 0."""
    return planes(chip(pixels, points, side), (1 / 256,) * 3, CHIP_SHIFT)


def cut_out(pixels: Pixels, box: Floats) -> Floats:
    """[1, 224, 224, 3] from -1 to 1: the box as it stands, cut to the picture."""
    height, width = pixels.shape[:2]
    left, right = (int(np.clip(x, 0, width)) for x in (box[0], np.ceil(box[2])))
    top, bottom = (int(np.clip(y, 0, height)) for y in (box[1], np.ceil(box[3])))
    face = pixels[top : max(bottom, top + 1), left : max(right, left + 1)]
    return resize(face, 224, 224)[None] * np.float32(1 / 127.5) - np.float32(1)


def age(years: Floats) -> tuple[float, dict[str, Fact]]:
    """How sure, and how old: from the probability of each year from 0 to 80.

    The score is the probability of the years within ten of the mean. The model is surer of itself than it should be
    (one man was 39 and 58 in one minute), so the span that is told is never narrower than those twenty years.
    """
    each = np.arange(len(years))
    mean = float((years * each).sum())
    near = float(years[np.abs(each - round(mean)) <= NEAR_YEARS].sum())
    low, high = (int(np.searchsorted(np.cumsum(years), share)) for share in (0.1, 0.9))
    span = {"from_years": max(0, min(low, round(mean) - NEAR_YEARS)), "to_years": max(high, round(mean) + NEAR_YEARS)}
    return near, {"years": round(mean), **span}
