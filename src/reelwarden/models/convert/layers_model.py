"""A Keras model (a list of layers and their weights) → ONNX.

Read from Keras' own H5 files, and from the layers models of TF.js. A batch normalisation right after a convolution is
folded into it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert.graph import BATCH, Array, Graph
from reelwarden.models.convert.kernels import (
    Normalisation,
    channels_first,
    conv,
    depthwise_first,
    fold,
    relu6,
)

Config = Mapping[str, Any]


def build(model: Config, weights: Mapping[str, Array], output: str) -> Graph:
    """`model` is Keras' `model_config`; `weights` by `<layer>/<weight>`; `output` names the only output.

    The input is [batch, height, width, channels]. Raises ModelDamaged for a layer that is not known.
    """
    layers = [_Layer(raw) for raw in _layers(model)]
    network = _Network(layers, weights)
    for layer in layers:
        network.place(layer)
    network.graph.output(network.values[layers[-1].name], output)
    return network.graph


def _layers(model: Config) -> list[Config]:
    config = model["config"]
    layers: list[Config] = config if isinstance(config, list) else config["layers"]
    if model["class_name"] != "Sequential":
        return layers
    return _chained(layers)


def _chained(layers: list[Config]) -> list[Config]:
    """A Sequential's layers, with an input and the links that the other kind of model writes down."""
    shape = next(raw["config"]["batch_input_shape"] for raw in layers if "batch_input_shape" in raw["config"])
    first = {"class_name": "InputLayer", "config": {"name": "input", "batch_input_shape": shape}}
    chain: list[Config] = [{**first, "inbound_nodes": []}]
    for raw in layers:
        if raw["class_name"] != "InputLayer":
            chain.append({**raw, "inbound_nodes": [[[chain[-1]["config"]["name"], 0, 0, {}]]]})
    return chain


class _Layer:
    def __init__(self, raw: Config) -> None:
        self.kind: str = raw["class_name"]
        self.config: Config = raw["config"]
        self.name: str = self.config["name"]
        inbound = raw["inbound_nodes"]
        self.sources: list[str] = [link[0] for link in inbound[0]] if inbound else []


class _Network:
    def __init__(self, layers: list[_Layer], weights: Mapping[str, Array]) -> None:
        self.graph = Graph("converted")
        self.weights = weights
        self.values: dict[str, str] = {}
        self.readers: dict[str, list[_Layer]] = {layer.name: [] for layer in layers}
        for layer in layers:
            for source in layer.sources:
                self.readers[source].append(layer)
        self.folded: set[str] = set()

    def place(self, layer: _Layer) -> None:
        handler = HANDLERS.get(layer.kind)
        if handler is None:
            raise ModelDamaged(f"the model has a layer that cannot be converted: {layer.kind}")
        self.values[layer.name] = handler(self, layer)

    def source(self, layer: _Layer) -> str:
        return self.values[layer.sources[0]]

    def weight(self, layer: _Layer, name: str) -> Array:
        key = f"{layer.name}/{name}"
        if key not in self.weights:
            raise ModelDamaged(f"the model lacks the weights {key}")
        return self.weights[key]

    def normalisation(self, layer: _Layer) -> Normalisation:
        variance = self.weight(layer, "moving_variance")
        gamma = self.weight(layer, "gamma") if layer.config.get("scale", True) else np.ones_like(variance)
        beta = self.weight(layer, "beta") if layer.config.get("center", True) else np.zeros_like(variance)
        mean = self.weight(layer, "moving_mean")
        return Normalisation(gamma, beta, mean, variance, float(layer.config["epsilon"]))

    def foldable(self, layer: _Layer) -> _Layer | None:
        """The batch normalisation that alone reads this layer's plain result."""
        readers = self.readers[layer.name]
        if layer.config.get("activation", "linear") != "linear" or len(readers) != 1:
            return None
        return readers[0] if readers[0].kind == "BatchNormalization" else None


def _input(network: _Network, layer: _Layer) -> str:
    _, *sides = layer.config["batch_input_shape"]
    shape = [BATCH, *(s or f"size_{at}" for at, s in enumerate(sides, 1))]
    value = network.graph.input(layer.name, shape)
    return network.graph.add("Transpose", value, perm=[0, 3, 1, 2]) if len(sides) == 3 else value


def _reshape(network: _Network, layer: _Layer) -> str:
    """Only what puts a channel dimension behind a flat input, which needs no reordering."""
    target = list(layer.config["target_shape"])
    given = layer.config.get("batch_input_shape")
    if len(target) != 3 or given is None or len(given) > 3:
        raise ModelDamaged("the model reshapes within the network, which cannot be converted")
    value = network.graph.add("Reshape", network.source(layer), network.graph.ints(-1, *target))
    return network.graph.add("Transpose", value, perm=[0, 3, 1, 2])


def _convolution(network: _Network, layer: _Layer) -> str:
    depthwise = layer.kind == "DepthwiseConv2D"
    raw = network.weight(layer, "depthwise_kernel" if depthwise else "kernel")
    kernel = depthwise_first(raw) if depthwise else channels_first(raw)
    bias = network.weight(layer, "bias") if layer.config["use_bias"] else None
    normalised = network.foldable(layer)
    if normalised:
        kernel, bias = fold(kernel, bias, *network.normalisation(normalised).scale_and_shift())
        network.folded.add(normalised.name)
    value = conv(
        network.graph,
        network.source(layer),
        kernel,
        bias,
        strides=layer.config["strides"],
        same=layer.config["padding"] == "same",
        dilations=list(layer.config.get("dilation_rate", (1, 1))),
        group=raw.shape[2] if depthwise else 1,
    )
    return _activated(network, value, layer.config.get("activation", "linear"), axis=1)


def _activated(network: _Network, value: str, name: str, axis: int = -1) -> str:
    match name:
        case "linear" | None:
            return value
        case "softmax":
            return network.graph.add("Softmax", value, axis=axis)
        case "relu6":
            return relu6(network.graph, value)
        case "relu" | "sigmoid" | "tanh" | "elu":
            return network.graph.add(name.capitalize(), value)
    raise ModelDamaged(f"the model has an activation that cannot be converted: {name}")


def _normalisation(network: _Network, layer: _Layer) -> str:
    value = network.source(layer)
    if layer.name in network.folded:
        return value
    gamma, beta, mean, variance, epsilon = network.normalisation(layer)
    vectors = [network.graph.constant(v) for v in (gamma, beta, mean, variance)]
    return network.graph.add("BatchNormalization", value, *vectors, epsilon=epsilon)


def _relu(network: _Network, layer: _Layer) -> str:
    highest = layer.config.get("max_value")
    if layer.config.get("negative_slope") or layer.config.get("threshold"):
        raise ModelDamaged("the model has a sloped ReLU, which cannot be converted")
    if highest is None:
        return network.graph.add("Relu", network.source(layer))
    limits = [network.graph.constant(np.float32(v)) for v in (0, highest)]
    return network.graph.add("Clip", network.source(layer), *limits)


def _activation(network: _Network, layer: _Layer) -> str:
    return _activated(network, network.source(layer), layer.config["activation"])


def _zero_padding(network: _Network, layer: _Layer) -> str:
    (top, bottom), (left, right) = layer.config["padding"]
    pads = network.graph.ints(0, 0, top, left, 0, 0, bottom, right)
    return network.graph.add("Pad", network.source(layer), pads)


def _sum(network: _Network, layer: _Layer) -> str:
    first, *others = (network.values[source] for source in layer.sources)
    for other in others:
        first = network.graph.add("Add", first, other)
    return first


def _joined(network: _Network, layer: _Layer) -> str:
    return network.graph.add("Concat", *(network.values[source] for source in layer.sources), axis=1)


def _pooling(network: _Network, layer: _Layer) -> str:
    op = "MaxPool" if layer.kind == "MaxPooling2D" else "AveragePool"
    same = {"auto_pad": "SAME_UPPER"} if layer.config["padding"] == "same" else {}
    shape, strides = list(layer.config["pool_size"]), list(layer.config["strides"])
    return network.graph.add(op, network.source(layer), kernel_shape=shape, strides=strides, **same)


def _global_pooling(network: _Network, layer: _Layer) -> str:
    op = "GlobalMaxPool" if layer.kind == "GlobalMaxPooling2D" else "GlobalAveragePool"
    return network.graph.add("Flatten", network.graph.add(op, network.source(layer)))


def _flatten(network: _Network, layer: _Layer) -> str:
    """Keras flattens channels-last, so the weights of the next layer are in that order."""
    return network.graph.add("Flatten", network.graph.add("Transpose", network.source(layer), perm=[0, 2, 3, 1]))


def _dense(network: _Network, layer: _Layer) -> str:
    kernel = network.graph.constant(network.weight(layer, "kernel"))
    value = network.graph.add("MatMul", network.source(layer), kernel)
    if layer.config["use_bias"]:
        value = network.graph.add("Add", value, network.graph.constant(network.weight(layer, "bias")))
    return _activated(network, value, layer.config["activation"])


def _nothing(network: _Network, layer: _Layer) -> str:
    return network.source(layer)


HANDLERS: dict[str, Callable[[_Network, _Layer], str]] = {
    "InputLayer": _input,
    "Reshape": _reshape,
    "Conv2D": _convolution,
    "DepthwiseConv2D": _convolution,
    "BatchNormalization": _normalisation,
    "ReLU": _relu,
    "Activation": _activation,
    "ZeroPadding2D": _zero_padding,
    "Add": _sum,
    "Concatenate": _joined,
    "MaxPooling2D": _pooling,
    "AveragePooling2D": _pooling,
    "GlobalAveragePooling2D": _global_pooling,
    "GlobalMaxPooling2D": _global_pooling,
    "Flatten": _flatten,
    "Dense": _dense,
    "Dropout": _nothing,
}
"""Keras' name of a layer → how it is placed."""
