"""What the whole picture shows, of the thousand things of ImageNet: weapons, drinks, animals, vehicles, clothes …"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import ClassVar, NamedTuple

import numpy as np

from reelwarden.detect.boxes import Floats
from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.image.classifiers import IMAGENET, imagenet
from reelwarden.detect.view import FrameView
from reelwarden.domain import Evidence, Fact, Signal


class Group(NamedTuple):
    """The classes that stand for one label, by the model's numbers; their sum is told from `floor` on."""

    label: str
    floor: float
    numbers: tuple[int, ...]
    names: tuple[str, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Read from imagenet_groups.toml, in the order of the file."""
    table = resources.files("reelwarden.detect.image").joinpath("imagenet_groups.toml").read_text("utf-8")
    return tuple(_group(label, entry) for label, entry in tomllib.loads(table).items())


def _group(label: str, entry: Mapping[str, float | list[str]]) -> Group:
    classes, floor = entry["classes"], entry["floor"]
    if not isinstance(classes, list) or not isinstance(floor, float):
        raise TypeError(f"imagenet_groups.toml: {label} needs a floor and classes")
    numbers, names = zip(*(written.split(" ", 1) for written in classes), strict=True)
    return Group(label, floor, tuple(map(int, numbers)), names)


class Labels(FrameDetector):
    """A signal for each group that is likely enough; the facts name its likeliest class."""

    name: ClassVar[str] = "labels"
    tells: ClassVar[Tells] = {group.label: (IMAGENET,) for group in groups()}
    side: ClassVar[int] = 448

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: FrameView) -> list[Signal]:
        likely = imagenet(frame, self.store)
        told = (group for group in groups() if group.label in self.asked)
        return [
            self.signal(frame, group.label, score, Evidence(facts=best(group, likely)))
            for group, score in ((group, float(likely[list(group.numbers)].sum())) for group in told)
            if score >= group.floor
        ]


def best(group: Group, likely: Floats) -> dict[str, Fact]:
    """The likeliest class of a group and its own probability."""
    place = int(np.argmax(likely[list(group.numbers)]))
    return {"class": group.names[place], "class_score": round(float(likely[group.numbers[place]]), 4)}
