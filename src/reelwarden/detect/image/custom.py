"""The operator's own models: one detector for each entry of own.toml (docs/howto/own-model.md)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np

from reelwarden.detect.boxes import Floats
from reelwarden.detect.detector import FrameDetector, Tells
from reelwarden.detect.image.custom_input import Placement, prepare
from reelwarden.detect.image.custom_output import Boxes, classified, compared, nanodet, yolo
from reelwarden.detect.view import FrameView
from reelwarden.domain import Evidence, Signal
from reelwarden.errors import ModelDamaged
from reelwarden.models.own import OwnModel, Told
from reelwarden.models.session import Session
from reelwarden.models.store import ModelStore

CROP_MARGIN = 2
"""A crop needs the shorter side as long as the input, and pictures are seldom wider than 2:1."""


def kinds(store: ModelStore) -> tuple[type[OwnDetector], ...]:
    """A class for each of the operator's models; the registry asks for it."""
    return tuple(_kind(model) for model in store.own.values())


class OwnDetector(FrameDetector):
    """Runs one model of the operator's. The facts of a signal say which of the model's labels was seen."""

    model: ClassVar[OwnModel]

    def detect(self, frames: Sequence[FrameView]) -> list[list[Signal]]:
        return [self._one(frame) for frame in frames]

    def _one(self, frame: FrameView) -> list[Signal]:
        session = self.store.session(self.model.id)
        picture, placement = prepare(frame, self.model.input)
        outputs = session.run(picture)
        if self.model.task == "detect-nanodet":
            return self._boxed(frame, nanodet(outputs, self.model, self._floor), placement)
        output = outputs[_place(session, self.model)]
        if self.model.task == "detect-yolo":
            return self._boxed(frame, yolo(output, self.model, self._floor), placement)
        if self.model.task == "embed":
            return self._judged(frame, compared(output, self._vectors, self.model))
        return self._judged(frame, classified(output, self.model))

    @cached_property
    def _wanted(self) -> tuple[Told, ...]:
        return tuple(told for told in self.model.tells if told.label in self.asked)

    @property
    def _floor(self) -> float:
        return min((told.floor for told in self._wanted), default=1.0)

    @cached_property
    def _vectors(self) -> Floats:
        assert self.model.vectors is not None
        path = self.model.vectors
        return self.store.once(f"{self.model.id}/vectors", lambda: _read(path))

    def _judged(self, frame: FrameView, scores: Floats) -> list[Signal]:
        """The labels that the scores of the whole picture reach."""
        signals = []
        for told in self._wanted:
            numbers = [self.model.labels.index(source) for source in told.sources]
            parts = scores[numbers]
            score = float(parts.sum() if told.combine == "sum" else parts.max())
            if score >= told.floor:
                seen = self.model.labels[numbers[int(parts.argmax())]]
                signals.append(self.signal(frame, told.label, score, Evidence(facts={"seen": seen})))
        return signals

    def _boxed(self, frame: FrameView, boxes: Boxes, placement: Placement) -> list[Signal]:
        """A signal for each box and each label that is told by it."""
        return [
            self.signal(frame, told.label, score, Evidence(placement.ratios(row), facts={"seen": seen}))
            for row, score, seen in zip(boxes.rows, boxes.scores, self._names(boxes), strict=True)
            for told in self._wanted
            if seen in told.sources and score >= told.floor
        ]

    def _names(self, boxes: Boxes) -> list[str]:
        return [self.model.labels[int(number)] for number in boxes.labels]


def _read(vectors: Path) -> Floats:
    try:
        return np.asarray(np.load(vectors, allow_pickle=False), np.float32)
    except (OSError, ValueError) as error:
        raise ModelDamaged(f"{vectors.name} is no .npy file of numbers: {error}") from error


def _place(session: Session, model: OwnModel) -> int:
    if model.output and model.output not in session.outputs:
        outputs = ", ".join(session.outputs)
        raise ModelDamaged(f"your own model {model.id} has no output {model.output}; it has {outputs}")
    return session.outputs.index(model.output) if model.output else 0


@cache
def _kind(model: OwnModel) -> type[OwnDetector]:
    """The same class each time, so that the registry knows it again."""
    wide = max(model.input.width, model.input.height)
    tells: Tells = dict.fromkeys(sorted(model.told), (model.id,))
    body = {
        "name": f"own.{model.id}",
        "model": model,
        "tells": tells,
        "__doc__": f"The operator's {model.id}.",
    }
    side = wide * CROP_MARGIN if model.input.fit == "crop" else wide
    return type(f"Own_{model.id}", (OwnDetector,), {**body, "side": side, "__module__": __name__})
