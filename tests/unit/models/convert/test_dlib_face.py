"""The face network with narrow weights made here, held to plain numpy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy_reference as ref

from reelwarden.models.convert import dlib_face
from reelwarden.models.session import Session

Array = np.ndarray[Any, Any]
WIDTHS = {"conv32": 2, "conv64": 4, "conv128": 4, "conv256": 6}
BLOCKS = (("conv32", 3), ("conv64", 3), ("conv128", 2), ("conv256", 2))


def weights() -> dict[str, Array]:
    some = np.random.default_rng(23)
    found: dict[str, Array] = {}

    def conv(name: str, into: int, out: int, size: int = 3) -> None:
        kernel = some.normal(size=(size, size, into, out)) / np.sqrt(into * size * size)
        found[f"{name}/conv/filters"] = kernel.astype(np.float32)
        found[f"{name}/conv/bias"] = some.normal(size=out).astype(np.float32)
        found[f"{name}/scale/weights"] = (np.abs(some.normal(size=out)) + 0.2).astype(np.float32)
        found[f"{name}/scale/biases"] = some.normal(size=out).astype(np.float32)

    conv("conv32_down", 3, WIDTHS["conv32"], 7)
    before = WIDTHS["conv32"]
    for stage, plain in BLOCKS:
        width = WIDTHS[stage]
        names = [f"{stage}_{n}" for n in range(1, plain + 1)]
        for name in names if stage == "conv32" else [f"{stage}_down", *names]:
            conv(f"{name}/conv1", before, width)
            conv(f"{name}/conv2", width, width)
            before = width
    conv("conv256_down_out/conv1", before, before)
    conv("conv256_down_out/conv2", before, before)
    found["fc"] = some.normal(size=(before, 8)).astype(np.float32)
    return found


def expected(w: dict[str, Array], image: Array) -> Array:
    def conv(x: Array, name: str, stride: int = 1, padding: str = "SAME") -> Array:
        y = ref.conv(x, w[f"{name}/conv/filters"], stride, padding) + w[f"{name}/conv/bias"]
        return y * w[f"{name}/scale/weights"] + w[f"{name}/scale/biases"]

    def relu(x: Array) -> Array:
        return np.maximum(x, 0)

    def plain(x: Array, name: str) -> Array:
        return relu(conv(relu(conv(x, f"{name}/conv1")), f"{name}/conv2") + x)

    def halving(x: Array, name: str) -> Array:
        main = conv(relu(conv(x, f"{name}/conv1", 2, "VALID")), f"{name}/conv2")
        side = ref.average_pool(x, 2, 2, "VALID")
        both = np.zeros((*side.shape[:3], main.shape[3]))
        both[..., : side.shape[3]] += side
        both[:, : main.shape[1], : main.shape[2]] += main
        return relu(both)

    x = (image - [122.782, 117.001, 104.298]) / 255
    x = ref.max_pool(relu(conv(x, "conv32_down", 2, "VALID")), 3, 2, "VALID")
    for stage, count in BLOCKS:
        x = x if stage == "conv32" else halving(x, f"{stage}_down")
        for number in range(1, count + 1):
            x = plain(x, f"{stage}_{number}")
    return halving(x, "conv256_down_out").mean(axis=(1, 2)) @ w["fc"]


def test_the_network_is_rebuilt_from_its_weights(tmp_path: Path) -> None:
    w = weights()
    entries = [{"name": name, "shape": list(array.shape), "dtype": "float32"} for name, array in w.items()]
    (tmp_path / "weights.json").write_text(json.dumps([{"weights": entries, "paths": ["weights.bin"]}]))
    (tmp_path / "weights.bin").write_bytes(b"".join(array.tobytes() for array in w.values()))
    dlib_face.convert(tmp_path, tmp_path)
    image = np.random.default_rng(1).uniform(0, 255, (2, 150, 150, 3)).astype(np.float32)
    (result,) = Session(tmp_path / "model.onnx").run(image)
    np.testing.assert_allclose(result, expected(w, image), atol=1e-3)
