"""CAM++, a network that tells voices apart: its torch checkpoint → ONNX.

Built from the description in "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking"
(Wang and others, 2023): a small convolutional head, then three blocks of densely connected layers, each with a mask
made from the mean of the whole and the means of 2 s segments, then mean and deviation over time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.checkpoint import tensors
from reelwarden.models.convert.graph import BATCH, Array, Graph

BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of each block."""
SEGMENT = 100
"""Steps of 20 ms that a local mean is taken over."""
BANDS, HEAD_FEATURES, SIZE = 80, 320, 192


def convert(parts: Path, target: Path) -> None:
    """`weights.pt` → `model.onnx`: features [n, t, 80] → embedding [n, 192]."""
    try:
        network = _Network(tensors(parts / "weights.pt"))
        network.graph.input("features", [BATCH, "time", BANDS])
        network.graph.output(network.embed("features"), "embedding", [BATCH, SIZE])
    except KeyError as error:
        raise ModelDamaged(f"weights.pt has no {error}; it is not the expected CAM++") from error
    network.graph.save(target / "model.onnx")


class _Network:
    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.weights = weights
        self.graph = Graph("campplus")

    def embed(self, features: str) -> str:
        add, ints = self.graph.add, self.graph.ints
        x = self._head(add("Unsqueeze", add("Transpose", features, perm=[0, 2, 1]), ints(1)))
        x = add("Reshape", x, ints(0, HEAD_FEATURES, -1))
        x = self._normed(self._conv(x, "xvector.tdnn.linear", [2], [2]), "xvector.tdnn.nonlinear.batchnorm")
        for number, (layers, dilation) in enumerate(BLOCKS, 1):
            for layer in range(1, layers + 1):
                x = self._dense(x, f"xvector.block{number}.tdnnd{layer}", dilation)
            place = f"xvector.transit{number}"
            x = self._conv(self._normed(x, f"{place}.nonlinear.batchnorm"), f"{place}.linear", [1], [0])
        x = self._statistics(self._normed(x, "xvector.out_nonlinear.batchnorm"))
        x = self._conv(x, "xvector.dense.linear", [1], [0])
        return self._norm(add("Squeeze", x, ints(2)), "xvector.dense.nonlinear.batchnorm")

    def _head(self, x: str) -> str:
        x = self._normed(self._conv(x, "head.conv1", [1, 1], [1, 1]), "head.bn1")
        for place, stride in ((f"head.layer{a}.{b}", 2 - b) for a in (1, 2) for b in (0, 1)):
            inner = self._normed(self._conv(x, f"{place}.conv1", [stride, 1], [1, 1]), f"{place}.bn1")
            inner = self._norm(self._conv(inner, f"{place}.conv2", [1, 1], [1, 1]), f"{place}.bn2")
            if f"{place}.shortcut.0.weight" in self.weights:
                x = self._norm(self._conv(x, f"{place}.shortcut.0", [stride, 1], [0, 0]), f"{place}.shortcut.1")
            x = self.graph.add("Relu", self.graph.add("Add", inner, x))
        return self._normed(self._conv(x, "head.conv2", [2, 1], [1, 1]), "head.bn2")

    def _dense(self, x: str, place: str, dilation: int) -> str:
        """What the layer finds is put beside what it was given."""
        add = self.graph.add
        inner = self._conv(self._normed(x, f"{place}.nonlinear1.batchnorm"), f"{place}.linear1", [1], [0])
        inner = self._normed(inner, f"{place}.nonlinear2.batchnorm")
        mask = f"{place}.cam_layer"
        local = self._conv(inner, f"{mask}.linear_local", [1], [dilation], [dilation])
        context = add("Relu", self._conv(self._context(inner), f"{mask}.linear1", [1], [0]))
        gate = add("Sigmoid", self._conv(context, f"{mask}.linear2", [1], [0]))
        return add("Concat", x, add("Mul", local, gate), axis=1)

    def _context(self, x: str) -> str:
        """The mean over all time, plus the mean of each segment repeated over it."""
        add, ints = self.graph.add, self.graph.ints
        segments = add("AveragePool", x, kernel_shape=[SEGMENT], strides=[SEGMENT], ceil_mode=1, count_include_pad=0)
        spread = add("Expand", add("Unsqueeze", segments, ints(3)), ints(1, 1, 1, SEGMENT))
        spread = add("Reshape", spread, ints(0, 0, -1))
        spread = add("Slice", spread, ints(0), add("Shape", x, start=2, end=3), ints(2))
        return add("Add", spread, add("ReduceMean", x, ints(2), keepdims=1))

    def _statistics(self, x: str) -> str:
        add, ints, constant = self.graph.add, self.graph.ints, self.graph.constant
        mean = add("ReduceMean", x, ints(2), keepdims=1)
        off = add("Sub", x, mean)
        squares = add("ReduceSum", add("Mul", off, off), ints(2), keepdims=1)
        one = constant(np.array([1.0]))
        count = add("CastLike", add("Shape", x, start=2, end=3), one)
        variance = add("Div", squares, add("Sub", count, one))
        return add("Concat", mean, add("Sqrt", variance), axis=1)

    def _conv(self, x: str, place: str, strides: list[int], pads: list[int], dilations: list[int] | None = None) -> str:
        inputs = [x, self._weight(f"{place}.weight")]
        if f"{place}.bias" in self.weights:
            inputs.append(self._weight(f"{place}.bias"))
        more: dict[str, Any] = {"dilations": dilations} if dilations else {}
        return self.graph.add("Conv", *inputs, strides=strides, pads=pads * 2, **more)

    def _normed(self, x: str, place: str) -> str:
        return self.graph.add("Relu", self._norm(x, place))

    def _norm(self, x: str, place: str) -> str:
        mean, variance = self.weights[f"{place}.running_mean"], self.weights[f"{place}.running_var"]
        scale = self.weights.get(f"{place}.weight", np.ones_like(mean))
        shift = self.weights.get(f"{place}.bias", np.zeros_like(mean))
        values = [self.graph.constant(v.astype(np.float32)) for v in (scale, shift, mean, variance)]
        return self.graph.add("BatchNormalization", x, *values, epsilon=1e-5)

    def _weight(self, name: str) -> str:
        return self.graph.constant(self.weights[name].astype(np.float32), name)
