"""The face descriptor of dlib (a ResNet of 29 convolutions), from the weights in the face-api package.

Source of the shape: the public description of dlib's dnn_face_recognition_resnet; the widths are read off the weights.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from reelwarden.models.convert.graph import BATCH, Array, Graph
from reelwarden.models.convert.kernels import channels_first, conv, fold
from reelwarden.models.convert.manifest_weights import read

SIDE = 150
MEAN = np.array([122.782, 117.001, 104.298], np.float32)
STAGES = (("conv32", 3), ("conv64", 3), ("conv128", 2), ("conv256", 2))
"""The stages by name, each with its number of plain blocks; all but the first begin with a halving one."""


def convert(parts: Path, target: Path) -> None:
    """`weights.json` and `weights.bin` → `model.onnx`: [batch, 150, 150, 3] RGB 0..255 → [batch, 128]."""
    manifest = json.loads((parts / "weights.json").read_bytes())
    entries = [entry for group in manifest for entry in group["weights"]]
    weights = read(entries, (parts / "weights.bin").read_bytes())
    _Network(weights).build().save(target / "model.onnx")


class _Network:
    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights
        self.graph = Graph("face_embedding")

    def build(self) -> Graph:
        graph = self.graph
        image = graph.input("image", [BATCH, SIDE, SIDE, 3])
        centred = graph.add("Sub", image, graph.constant(MEAN))
        scaled = graph.add("Div", centred, graph.constant(np.float32(255)))
        value = graph.add("Transpose", scaled, perm=[0, 3, 1, 2])
        value = graph.add("Relu", self._conv(value, "conv32_down", stride=2, same=False))
        value = graph.add("MaxPool", value, kernel_shape=[3, 3], strides=[2, 2])
        size = _valid(_valid(SIDE, 7), 3)
        for name, plain in STAGES:
            if name != "conv32":
                value, size = self._halving(value, f"{name}_down", size)
            for number in range(1, plain + 1):
                value = self._plain(value, f"{name}_{number}")
        value, _ = self._halving(value, "conv256_down_out", size)
        pooled = graph.add("Flatten", graph.add("GlobalAveragePool", value))
        face = graph.add("MatMul", pooled, graph.constant(self.weights["fc"]))
        graph.output(face, "embedding", [BATCH, self.weights["fc"].shape[1]])
        return graph

    def _conv(self, value: str, name: str, stride: int = 1, same: bool = True) -> str:
        kernel = channels_first(self.weights[f"{name}/conv/filters"])
        bias = self.weights[f"{name}/conv/bias"]
        scale, shift = self.weights[f"{name}/scale/weights"], self.weights[f"{name}/scale/biases"]
        return conv(self.graph, value, *fold(kernel, bias, scale, shift), strides=(stride, stride), same=same)

    def _plain(self, value: str, name: str) -> str:
        inner = self.graph.add("Relu", self._conv(value, f"{name}/conv1"))
        return self.graph.add("Relu", self.graph.add("Add", self._conv(inner, f"{name}/conv2"), value))

    def _halving(self, value: str, name: str, size: int) -> tuple[str, int]:
        """A block of stride 2. The side path is averaged and, like the main one, filled up with zeros to match."""
        graph = self.graph
        kernel = self.weights[f"{name}/conv1/conv/filters"]
        main = graph.add("Relu", self._conv(value, f"{name}/conv1", stride=2, same=False))
        main = self._conv(main, f"{name}/conv2")
        side = graph.add("AveragePool", value, kernel_shape=[2, 2], strides=[2, 2])
        halved = _valid(size, 2)
        short, narrow = halved - _valid(size, 3), kernel.shape[3] - kernel.shape[2]
        main = graph.add("Pad", main, graph.ints(0, 0, 0, 0, 0, 0, short, short)) if short else main
        side = graph.add("Pad", side, graph.ints(0, 0, 0, 0, 0, narrow, 0, 0)) if narrow else side
        return graph.add("Relu", graph.add("Add", side, main)), halved


def _valid(size: int, kernel: int) -> int:
    """The side after a step of stride 2 without padding."""
    return (size - kernel) // 2 + 1
