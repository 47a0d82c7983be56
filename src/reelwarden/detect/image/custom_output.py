"""What an operator's model answers: a score for each of its labels, or boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reelwarden.detect.boxes import Floats, suppress
from reelwarden.errors import ModelDamaged
from reelwarden.models.own import OwnModel


class Boxes(NamedTuple):
    """`rows` [n, 4] left, top, right, bottom in pixels of the input; `scores` [n]; `labels` [n] numbers."""

    rows: Floats
    scores: Floats
    labels: NDArray[np.int64]


def classified(output: Floats, model: OwnModel) -> Floats:
    """The score of each label. Raises ModelDamaged where the output has not one number for each."""
    values = output.reshape(-1)
    if values.size != len(model.labels):
        raise _unlike(model, f"{values.size} numbers for {len(model.labels)} labels")
    return activated(values, model.activation)


def compared(output: Floats, vectors: Floats, model: OwnModel) -> Floats:
    """The score of each label by how near its vector is to the picture's: a softmax over the scaled cosines."""
    picture = output.reshape(-1)
    if vectors.shape != (len(model.labels), picture.size):
        raise _unlike(model, f"an embedding of {picture.size} numbers, and vectors of the shape {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(picture)
    return activated(np.float32(model.scale) * (vectors @ picture) / np.maximum(lengths, 1e-9), "softmax")


def activated(values: Floats, activation: str) -> Floats:
    """Scores 0..1 along the last axis."""
    if activation == "softmax":
        powers = np.exp(values - values.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
    if activation == "sigmoid":
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)), np.float32)
    return values


def yolo(output: Floats, model: OwnModel, floor: float) -> Boxes:
    """Boxes of a YOLO head: a row for each candidate, with centre x and y, width, height, and a score for each label;
    older ones have the certainty that there is anything before the scores. Rows and columns may be swapped.
    """
    table, count = _table(output), len(model.labels)
    widths = (4 + count, 5 + count)
    if table.shape[1] not in widths:
        table = table.T
    if table.shape[1] not in widths:
        raise _unlike(model, f"boxes of the shape {output.shape} for {count} labels")
    scores = activated(table[:, -count:], model.activation)
    if table.shape[1] == 5 + count:
        scores = scores * activated(table[:, 4:5], model.activation)
    best = scores.max(axis=1)
    kept = np.flatnonzero(best >= floor)
    centre, half = table[kept, :2], table[kept, 2:4] / 2
    rows = np.concatenate([centre - half, centre + half], axis=1)
    return _strongest(Boxes(rows, best[kept], scores[kept].argmax(axis=1)), model)


def nanodet(outputs: Sequence[Floats], model: OwnModel, floor: float) -> Boxes:
    """Boxes of a NanoDet head: for each cell a score for each label, and each side's distance as a distribution over
    whole strides. They come as a pair of outputs for each stride, or all in one.
    """
    found = [
        _cells(scores, sides, stride, model, floor)
        for scores, sides, stride in zip(*_by_stride(outputs, model), model.strides, strict=True)
    ]
    joined = Boxes(*(np.concatenate(part) for part in zip(*found, strict=True)))
    return _strongest(joined, model)


def _by_stride(outputs: Sequence[Floats], model: OwnModel) -> tuple[list[Floats], list[Floats]]:
    """Scores and sides of each stride, the finest first."""
    count = len(model.labels)
    cells = [-(-model.input.width // s) * -(-model.input.height // s) for s in model.strides]
    tables = [_table(o) for o in outputs]
    if len(tables) == 1 and len(tables[0]) == sum(cells) and tables[0].shape[1] > count:
        parts = np.split(tables[0], np.cumsum(cells)[:-1])
        return [part[:, :count] for part in parts], [part[:, count:] for part in parts]
    scores = [next((t for t in tables if t.shape == (n, count)), None) for n in cells]
    sides = [next((t for t in tables if len(t) == n and t.shape[1] != count), None) for n in cells]
    if any(part is None or part.shape[1] % 4 for part in sides) or any(part is None for part in scores):
        raise _unlike(model, f"outputs of the shapes {[t.shape for t in tables]} for {count} labels")
    return [p for p in scores if p is not None], [p for p in sides if p is not None]


def _cells(scores: Floats, sides: Floats, stride: int, model: OwnModel, floor: float) -> Boxes:
    scores = activated(scores, model.activation)
    best = scores.max(axis=1)
    kept = np.flatnonzero(best >= floor)
    across = -(-model.input.width // stride)
    centre = (np.stack([kept % across, kept // across], axis=1).astype(np.float32) + model.centre) * stride
    spread = activated(sides[kept].reshape(len(kept), 4, sides.shape[1] // 4), "softmax")
    reach = spread @ np.arange(spread.shape[2], dtype=np.float32) * stride
    rows = np.concatenate([centre - reach[:, :2], centre + reach[:, 2:]], axis=1).astype(np.float32)
    return Boxes(rows, best[kept], scores[kept].argmax(axis=1))


def _table(output: Floats) -> Floats:
    """The two last dimensions; the ones before are of size 1."""
    return np.reshape(output, output.shape[-2:] if output.ndim > 1 else (1, -1))


def _strongest(boxes: Boxes, model: OwnModel) -> Boxes:
    kept = suppress(boxes.rows, boxes.scores, boxes.labels, model.overlap)
    return Boxes(boxes.rows[kept], boxes.scores[kept], boxes.labels[kept])


def _unlike(model: OwnModel, what: str) -> ModelDamaged:
    return ModelDamaged(f"your own model {model.id} gives {what}", "docs/howto/own-model.md says what is expected")
