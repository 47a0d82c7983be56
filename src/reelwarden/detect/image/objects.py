"""People, animals and everyday things with their boxes: NanoDet, which knows the 80 classes of COCO."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.boxes import Floats, letterbox, ratio_box, suppress
from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.view import FrameView, planes
from reelwarden.domain import Evidence, Fact, Signal

NANODET = "nanodet"
INPUT = 416
FLOOR = 0.5
"""Art and textures are taken for things with 0.35 to 0.5."""
OVERLAP = 0.6
BINS = 11
"""A side's distance is told as a distribution over 0 to 10 strides."""
DEVIATION = (57.375, 57.12, 58.395)
SCALE = tuple(1 / deviation for deviation in DEVIATION)
SHIFT = tuple(-mean / deviation for mean, deviation in zip((103.53, 116.28, 123.675), DEVIATION, strict=True))

IN_ORDER = (
    ("person", "person"),
    ("object.vehicle", "bicycle, car, motorcycle, airplane, bus, train, truck, boat"),
    ("object.street", "traffic light, fire hydrant, stop sign, parking meter, bench"),
    ("animal.bird", "bird"),
    ("animal.mammal", "cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe"),
    ("object.clothing", "backpack, umbrella, handbag, tie, suitcase"),
    ("object.sport", "frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard"),
    ("object.sport", "surfboard, tennis racket"),
    ("object.kitchen", "bottle, wine glass, cup, fork, knife, spoon, bowl"),
    ("object.food", "banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake"),
    ("object.furniture", "chair, couch"),
    ("plant", "potted plant"),
    ("object.furniture", "bed, dining table"),
    ("object.household", "toilet"),
    ("object.electronic", "tv, laptop, mouse, remote, keyboard, cell phone"),
    ("object.household", "microwave, oven, toaster, sink, refrigerator"),
    ("object.tool", "book"),
    ("object.household", "clock, vase"),
    ("object.tool", "scissors"),
    ("object.toy", "teddy bear"),
    ("object.household", "hair drier, toothbrush"),
)
"""The model's classes in its own order, and the label of each."""
LABELS = {name: label for label, names in IN_ORDER for name in names.split(", ")}
NAMES = tuple(LABELS)
KNIFE, WINE_GLASS = "knife", "wine glass"
BLADE, ALCOHOL = "weapon.knife", "alcohol.beverage"
TABLE = frozenset({"fork", "spoon", "bowl", "cup", "wine glass", "dining table", "sandwich", "pizza", "cake", "oven"})
AT_TABLE = 0.5
"""A knife beside a fork, a bowl or food is tableware: it counts half as a weapon."""
GLASS = 0.6
"""A wine glass holds wine more often than water; whether it is full is not told."""


class Found(NamedTuple):
    name: str
    score: float
    box: Floats


class Objects(FrameDetector):
    """A signal for each thing found, with its box and the class's name in the facts."""

    name: ClassVar[str] = "objects"
    tells: ClassVar[Tells] = dict.fromkeys((*dict.fromkeys(LABELS.values()), BLADE, ALCOHOL), (NANODET,))
    side: ClassVar[int] = INPUT

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: FrameView) -> list[Signal]:
        model = self.store.session(NANODET)
        picture, scale = letterbox(frame, INPUT, model.shapes[0])
        outputs = model.run(planes(picture, SCALE, SHIFT, blue_first=True))
        found = decode(outputs, picture.shape[0], picture.shape[1])
        names = frozenset(thing.name for thing in found)
        return [
            signal
            for thing in found
            for signal in self._signals(frame, thing._replace(box=thing.box / scale), names)
            if signal.label in self.asked
        ]

    def _signals(self, frame: FrameView, thing: Found, names: frozenset[str]) -> list[Signal]:
        height, width = frame.pixels.shape[:2]
        box = ratio_box(thing.box, width, height)
        facts: dict[str, Fact] = {"class": thing.name}
        signals = [self.signal(frame, LABELS[thing.name], thing.score, Evidence(box, facts=facts))]
        if thing.name == KNIFE:
            table = ", ".join(sorted(names & TABLE))
            score = thing.score * AT_TABLE if table else thing.score
            signals.append(self.signal(frame, BLADE, score, Evidence(box, facts=facts | {"beside": table})))
        if thing.name == WINE_GLASS:
            signals.append(self.signal(frame, ALCOHOL, thing.score * GLASS, Evidence(box, facts=facts)))
        return signals


def decode(outputs: Sequence[Floats], height: int, width: int) -> list[Found]:
    """The things in an input of `height` x `width`, the surest first, with boxes in its pixels.

    Each of the three scales gives class scores [1, cells, 80] and side distributions [1, cells, 4 x 11]; the larger
    the scale, the fewer cells.
    """
    classes = sorted((o[0] for o in outputs if o.shape[2] == len(NAMES)), key=len, reverse=True)
    sides = sorted((o[0] for o in outputs if o.shape[2] == 4 * BINS), key=len, reverse=True)
    found = [_of_scale(*pair, width, 8 << scale) for scale, pair in enumerate(zip(classes, sides, strict=True))]
    boxes, scores, numbers = (np.concatenate(part) for part in zip(*found, strict=True))
    kept = suppress(boxes, scores, numbers, OVERLAP)
    return [Found(NAMES[numbers[row]], float(scores[row]), boxes[row]) for row in kept]


def _of_scale(classes: Floats, sides: Floats, width: int, stride: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    scores = classes.max(axis=1)
    cells = np.flatnonzero(scores >= FLOOR)
    across = -(-width // stride)
    centre = np.stack([cells % across + 0.5, cells // across + 0.5], axis=1).astype(np.float32) * stride
    spread = sides[cells].reshape(-1, 4, BINS)
    powers = np.exp(spread - spread.max(axis=2, keepdims=True))
    reach = (powers @ np.arange(BINS, dtype=np.float32)) / powers.sum(axis=2) * stride
    boxes = np.concatenate([centre - reach[:, :2], centre + reach[:, 2:]], axis=1).astype(np.float32)
    return boxes, scores[cells], classes[cells].argmax(axis=1)
