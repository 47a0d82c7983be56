"""Keras layers from an H5 file and from scripts, run and held to plain numpy."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy_reference as ref
import pytest

from reelwarden.errors import ModelDamaged
from reelwarden.models.convert import keras_file, script_model
from reelwarden.models.convert.layers_model import build
from reelwarden.models.session import Session

Array = np.ndarray[Any, Any]
SOME = np.random.default_rng(11)


def some(*shape: int) -> Array:
    return SOME.normal(size=shape).astype(np.float32)


def layer(kind: str, name: str, after: list[str], **config: Any) -> dict[str, Any]:
    inbound = [[[source, 0, 0, {}] for source in after]] if after else []
    return {"class_name": kind, "config": {"name": name, **config}, "inbound_nodes": inbound}


def picture_input(*shape: int) -> dict[str, Any]:
    return layer("InputLayer", "x", [], batch_input_shape=[None, *shape])


def conv_layer(name: str, after: str, padding: str = "same", strides: int = 1, **config: Any) -> dict[str, Any]:
    kind = config.pop("kind", "Conv2D")
    options = {"use_bias": False, "activation": "linear", **config}
    return layer(kind, name, [after], padding=padding, strides=[strides, strides], **options)


def norm(name: str, after: str) -> dict[str, Any]:
    return layer("BatchNormalization", name, [after], epsilon=0.001)


def norm_weights(name: str, size: int) -> dict[str, Array]:
    return {
        f"{name}/gamma": some(size),
        f"{name}/beta": some(size),
        f"{name}/moving_mean": some(size),
        f"{name}/moving_variance": np.abs(some(size)) + 0.1,
    }


def normed(x: Array, weights: dict[str, Array], name: str) -> Array:
    gamma, beta, mean, variance = (weights[f"{name}/{w}"] for w in ("gamma", "beta", "moving_mean", "moving_variance"))
    return (x - mean) / np.sqrt(variance + 0.001) * gamma + beta


PICTURE = some(2, 8, 6, 3)
LAYERS = [
    picture_input(8, 6, 3),
    layer("ZeroPadding2D", "pad", ["x"], padding=[[0, 1], [1, 0]]),
    conv_layer("c1", "pad", "valid", 2),
    norm("n1", "c1"),
    layer("ReLU", "r1", ["n1"], max_value=6.0),
    conv_layer("d1", "r1", kind="DepthwiseConv2D", use_bias=True),
    norm("n2", "d1"),
    conv_layer("c2", "n2", use_bias=True, activation="relu"),
    layer("Add", "sum", ["r1", "c2"]),
    norm("n3", "sum"),
    layer("Concatenate", "join", ["n3", "r1"]),
    layer("MaxPooling2D", "max", ["join"], pool_size=[2, 2], strides=[2, 2], padding="same"),
    layer("Activation", "act", ["max"], activation="sigmoid"),
    layer("Flatten", "flat", ["act"]),
    layer("Dense", "hidden", ["flat"], use_bias=True, activation="tanh"),
    layer("Dropout", "drop", ["hidden"], rate=0.5),
    layer("Dense", "out", ["drop"], use_bias=False, activation="softmax"),
]
MODEL = {"class_name": "Model", "config": {"name": "m", "layers": LAYERS}}
WEIGHTS = {
    "c1/kernel": some(3, 3, 3, 4),
    **norm_weights("n1", 4),
    "d1/depthwise_kernel": some(3, 3, 4, 1),
    "d1/bias": some(4),
    **norm_weights("n2", 4),
    "c2/kernel": some(3, 3, 4, 4),
    "c2/bias": some(4),
    **norm_weights("n3", 4),
    "hidden/kernel": some(2 * 2 * 8, 5),
    "hidden/bias": some(5),
    "out/kernel": some(5, 3),
}


def expected(weights: dict[str, Array]) -> Array:
    padded = np.pad(PICTURE, ((0, 0), (0, 1), (1, 0), (0, 0)))
    first = np.clip(normed(ref.conv(padded, weights["c1/kernel"], 2, "VALID"), weights, "n1"), 0, 6)
    deep = normed(ref.depthwise(first, weights["d1/depthwise_kernel"]) + weights["d1/bias"], weights, "n2")
    second = np.maximum(ref.conv(deep, weights["c2/kernel"]) + weights["c2/bias"], 0)
    joined = np.concatenate([normed(first + second, weights, "n3"), first], axis=3)
    flat = ref.sigmoid(ref.max_pool(joined, 2, 2, "SAME")).reshape(2, -1)
    return ref.softmax(np.tanh(flat @ weights["hidden/kernel"] + weights["hidden/bias"]) @ weights["out/kernel"])


def run(path: Path) -> Array:
    (result,) = Session(path).run(PICTURE)
    return result


def test_layers_and_the_folding_of_normalisations(tmp_path: Path) -> None:
    graph = build(MODEL, WEIGHTS, "scores")
    graph.save(tmp_path / "model.onnx")
    np.testing.assert_allclose(run(tmp_path / "model.onnx"), expected(WEIGHTS), atol=1e-5)
    # n1 and n2 follow a convolution; n3 follows a sum and stays.
    assert [n.op_type for n in graph.model().graph.node].count("BatchNormalization") == 1


def test_global_and_average_pooling(tmp_path: Path) -> None:
    pools = [
        layer("AveragePooling2D", "average", ["x"], pool_size=[2, 2], strides=[2, 2], padding="valid"),
        layer("GlobalAveragePooling2D", "mean", ["average"]),
        layer("GlobalMaxPooling2D", "highest", ["average"]),
        layer("Concatenate", "both", ["mean", "highest"]),
    ]
    model = {"class_name": "Model", "config": {"layers": [picture_input(8, 6, 3), *pools]}}
    build(model, {}, "scores").save(tmp_path / "model.onnx")
    pooled = ref.average_pool(PICTURE, 2, 2, "VALID")
    both = np.concatenate([pooled.mean((1, 2)), pooled.max((1, 2))], axis=1)
    np.testing.assert_allclose(run(tmp_path / "model.onnx"), both, atol=1e-6)


def test_a_sequential_model_is_a_chain(tmp_path: Path) -> None:
    first = {"class_name": "Flatten", "config": {"name": "flat", "batch_input_shape": [None, 8, 6, 3]}}
    dense = {"class_name": "Dense", "config": {"name": "out", "use_bias": True, "activation": "linear"}}
    weights = {"out/kernel": some(144, 2), "out/bias": some(2)}
    build({"class_name": "Sequential", "config": [first, dense]}, weights, "scores").save(tmp_path / "model.onnx")
    wanted = PICTURE.reshape(2, -1) @ weights["out/kernel"] + weights["out/bias"]
    np.testing.assert_allclose(run(tmp_path / "model.onnx"), wanted, atol=1e-4)


def write_h5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(MODEL)
        groups = file.create_group("model_weights")
        for name in {key.split("/")[0] for key in WEIGHTS}:
            mine = {key: array for key, array in WEIGHTS.items() if key.startswith(f"{name}/")}
            group = groups.create_group(name)
            group.attrs["weight_names"] = [f"{key}:0".encode() for key in mine]
            for key, array in mine.items():
                group.create_dataset(f"{key}:0", data=array)


def test_an_h5_file_is_converted_the_same_twice(tmp_path: Path) -> None:
    write_h5(tmp_path / "model.h5")
    keras_file.convert(tmp_path, tmp_path)
    first = (tmp_path / "model.onnx").read_bytes()
    np.testing.assert_allclose(run(tmp_path / "model.onnx"), expected(WEIGHTS), atol=1e-5)
    keras_file.convert(tmp_path, tmp_path)
    assert (tmp_path / "model.onnx").read_bytes() == first


def test_what_is_no_h5_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "model.h5").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelDamaged, match="no Keras model"):
        keras_file.convert(tmp_path, tmp_path)


def quantised(name: str, array: Array, kind: str) -> tuple[dict[str, Any], bytes, Array]:
    """A manifest entry, its bytes, and what they mean."""
    if kind == "float16":
        stored = array.astype(np.float16)
        return {"quantization": {"dtype": "float16"}}, stored.tobytes(), stored.astype(np.float32)
    low, scale = float(array.min()), float(np.ptp(array) or 1) / np.iinfo(kind).max
    stored = np.rint((array - low) / scale).astype(kind)
    entry = {"quantization": {"min": low, "scale": scale, "dtype": kind}}
    return entry, stored.tobytes(), (stored.astype(np.float64) * scale + low).astype(np.float32)


def script_object(value: Any) -> str:
    """A JavaScript literal as minifiers write it."""
    match value:
        case bool():
            return "!0" if value else "!1"
        case None:
            return "null"
        case dict():
            return "{" + ",".join(f"{_key(k)}:{script_object(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ",".join(map(script_object, value)) + "]"
        case float():
            return repr(value).replace("0.", ".", 1) if abs(value) < 1 and "e" not in repr(value) else repr(value)
    return json.dumps(value)


def _key(name: str) -> str:
    return name if name.isidentifier() else json.dumps(name)


def write_scripts(folder: Path) -> dict[str, Array]:
    entries, data, meant = [], b"", {}
    for number, (name, array) in enumerate(WEIGHTS.items()):
        kind = ("uint8", "uint16", "float16")[number % 3]
        extra, stored, meant[name] = quantised(name, array, kind)
        entries.append({"name": name, "shape": list(array.shape), "dtype": "float32", **extra})
        data += stored
    manifest = [{"paths": ["group1-shard1of1"], "weights": entries}]
    document = {"modelTopology": {"model_config": MODEL}, "weightsManifest": manifest}
    wrapped = '!function(e){"object"==typeof exports&&(module.exports=e())}(function(){return n={exports:{}},(%s)})'
    (folder / "model.js").write_text(wrapped % f"a.exports={script_object(document)}")
    (folder / "weights.js").write_text(wrapped % f'a.exports="{base64.b64encode(data).decode()}"')
    return meant


def test_scripts_are_read_without_running_them(tmp_path: Path) -> None:
    meant = write_scripts(tmp_path)
    script_model.convert(tmp_path, tmp_path)
    np.testing.assert_allclose(run(tmp_path / "model.onnx"), expected(meant), atol=1e-5)


@pytest.mark.parametrize(
    "script, value",
    [
        (
            'a.exports={b:!0,"c d":[-0,.5,-1.25e-7,null],e:"x,\\"}"}',
            {"b": True, "c d": [0, 0.5, -1.25e-7, None], "e": 'x,"}'},
        ),
        ("x={exports:{}};a.exports={}.y;a.exports={z:1}", {"z": 1}),
    ],
)
def test_object_literals(script: str, value: Any) -> None:
    assert script_model.literal(script) == value


@pytest.mark.parametrize(
    "script", ["a.exports={b:evil()}", "a.exports={b:c}", "nothing", "a.exports={b:1", "a.exports={b:`x`}"]
)
def test_what_is_no_plain_literal_is_refused(script: str) -> None:
    with pytest.raises(ModelDamaged):
        script_model.literal(script)


@pytest.mark.parametrize("script", ["", 'x="####"', 'x="abc"'])
def test_scripts_without_weights_are_refused(script: str) -> None:
    with pytest.raises(ModelDamaged):
        script_model.weights(script)


def test_what_cannot_be_converted_is_said() -> None:
    odd = [picture_input(8, 6, 3), layer("LSTM", "y", ["x"])]
    with pytest.raises(ModelDamaged, match="LSTM"):
        build({"class_name": "Model", "config": {"layers": odd}}, {}, "scores")
    missing = [picture_input(8, 6, 3), conv_layer("c", "x")]
    with pytest.raises(ModelDamaged, match="lacks the weights c/kernel"):
        build({"class_name": "Model", "config": {"layers": missing}}, {}, "scores")
