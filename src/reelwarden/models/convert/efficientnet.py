"""EfficientNet-Lite from its torch weights: the shape of the network is read off the weights.

Source of the shape: Tan and Le, "EfficientNet" (2019), and the Lite variant: no squeeze-and-excitation, ReLU6, stem and
head not scaled.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from reelwarden.models.convert.checkpoint import tensors
from reelwarden.models.convert.graph import BATCH, Array, Graph
from reelwarden.models.convert.kernels import Normalisation, conv, fold, relu6

EPSILON = 1e-3
SIDE = 260
STAGE_STRIDES = (2, 2, 2, 1, 2, 1)
"""The strides of the second to the seventh stage; a stage begins where the width changes."""


def convert(parts: Path, target: Path) -> None:
    """`weights.pth` → `model.onnx`: `image` [batch, 3, 260, 260] → `logits` [batch, 1000], `features` [batch, 1280].

    The picture is RGB, (value - 127) / 128. `features` is the pooled head before the last layer.
    """
    build(tensors(parts / "weights.pth"), SIDE).save(target / "model.onnx")


def build(weights: dict[str, Array], side: int) -> Graph:
    graph = Graph("efficientnet_lite")
    network = _Network(graph, weights)
    value = network.conv("_conv_stem", "_bn0", graph.input("image", [BATCH, 3, side, side]), stride=2)
    previous = weights["_conv_stem.weight"].shape[0]
    for number in range(_blocks(weights)):
        value, previous = network.block(f"_blocks.{number}.", value, previous, number == 0)
    value = network.conv("_conv_head", "_bn1", value)
    features = graph.add("Flatten", graph.add("GlobalAveragePool", value))
    matrix, bias = graph.constant(weights["_fc.weight"]), graph.constant(weights["_fc.bias"])
    logits = graph.add("Gemm", features, matrix, bias, transB=1)
    graph.output(logits, "logits", [BATCH, weights["_fc.weight"].shape[0]])
    graph.output(features, "features", [BATCH, weights["_fc.weight"].shape[1]])
    return graph


def _blocks(weights: dict[str, Array]) -> int:
    return 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("_blocks."))


class _Network:
    def __init__(self, graph: Graph, weights: dict[str, Array]) -> None:
        self.graph, self.weights = graph, weights
        self.stage = 0

    def conv(self, name: str, norm: str, value: str, *, stride: int = 1, active: bool = True) -> str:
        kernel = self.weights[f"{name}.weight"]
        group = 1 if kernel.shape[1] > 1 else kernel.shape[0]
        kernel, bias = fold(kernel, None, *self._normalisation(norm).scale_and_shift())
        value = conv(self.graph, value, kernel, bias, strides=(stride, stride), same=True, group=group)
        return relu6(self.graph, value) if active else value

    def block(self, name: str, value: str, previous: int, first: bool) -> tuple[str, int]:
        """Expand, filter each channel, project; with a way around it where the shape stays. Returns its width too."""
        width = self.weights[f"{name}_project_conv.weight"].shape[0]
        stride = 1 if first or width == previous else self._next_stride()
        inner = value
        if f"{name}_expand_conv.weight" in self.weights:
            inner = self.conv(f"{name}_expand_conv", f"{name}_bn0", inner)
        inner = self.conv(f"{name}_depthwise_conv", f"{name}_bn1", inner, stride=stride)
        inner = self.conv(f"{name}_project_conv", f"{name}_bn2", inner, active=False)
        keeps = stride == 1 and width == previous
        return (self.graph.add("Add", inner, value) if keeps else inner), width

    def _next_stride(self) -> int:
        """Each change of width but the first begins a stage, and the stages' strides are fixed by the design."""
        stride = STAGE_STRIDES[self.stage]
        self.stage += 1
        return stride

    def _normalisation(self, name: str) -> Normalisation:
        fields = ("weight", "bias", "running_mean", "running_var")
        gamma, beta, mean, variance = (self.weights[f"{name}.{field}"] for field in fields)
        return Normalisation(gamma, beta, mean, np.asarray(variance), EPSILON)
