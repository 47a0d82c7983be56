"""Convolutions as ONNX wants them: channels first, scale and batch normalisation folded into weights and bias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from reelwarden.models.convert.graph import Array, Graph


class Normalisation(NamedTuple):
    """A batch normalisation: four vectors, one number a channel, and the term that keeps the root from zero."""

    gamma: Array
    beta: Array
    mean: Array
    variance: Array
    epsilon: float

    def scale_and_shift(self) -> tuple[Array, Array]:
        """The same as `x * scale + shift`, in float64."""
        scale = self.gamma.astype(np.float64) / np.sqrt(self.variance.astype(np.float64) + self.epsilon)
        return scale, self.beta - self.mean * scale


def channels_first(kernel: Array) -> Array:
    """[height, width, in, out] → [out, in, height, width]."""
    return kernel.transpose(3, 2, 0, 1)


def depthwise_first(kernel: Array) -> Array:
    """[height, width, in, multiplier] → [in * multiplier, 1, height, width]."""
    height, width, channels, multiplier = kernel.shape
    return kernel.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)


def fold(kernel: Array, bias: Array | None, scale: Array, shift: Array) -> tuple[Array, Array]:
    """Weights [out, …] and bias [out] of a convolution whose result is then scaled and shifted by channel."""
    folded = kernel * scale.reshape(-1, *[1] * (kernel.ndim - 1))
    return folded.astype(np.float32), ((0.0 if bias is None else bias * scale) + shift).astype(np.float32)


def conv(
    graph: Graph,
    value: str,
    kernel: Array,
    bias: Array | None = None,
    *,
    strides: Sequence[int] = (1, 1),
    same: bool = False,
    **attributes: Any,
) -> str:
    """A convolution of a channels-first value. `same`: TensorFlow's padding, the odd pixel at the end."""
    inputs = [value, graph.constant(kernel)] + ([] if bias is None else [graph.constant(bias)])
    padding = {"auto_pad": "SAME_UPPER"} if same else {}
    shape = list(kernel.shape[2:])
    return graph.add("Conv", *inputs, kernel_shape=shape, strides=list(strides), **padding, **attributes)


def relu6(graph: Graph, value: str, to: str = "") -> str:
    return graph.add("Clip", value, graph.constant(np.float32(0)), graph.constant(np.float32(6)), to=to)
