"""The operator's own models of sound, each tried with a real file: recognisers, classifiers, a voice model."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hearing import chunks, of, silence, spoken
from onnx import TensorProto, helper, numpy_helper
from real_sound import RATE, Samples, librivox, long_prompts

from reelwarden.detect import registry
from reelwarden.detect.detector import AudioDetector
from reelwarden.detect.listener import Listener
from reelwarden.domain import Signal
from reelwarden.errors import ModelDamaged
from reelwarden.models.store import ModelStore
from reelwarden.speech.voiceprint import voiceprint

pytestmark = [pytest.mark.slow, pytest.mark.models]


def hear(models: Path, labels: Collection[str], samples: Samples) -> list[Signal]:
    chosen = registry.choose(labels, ModelStore(models))
    return list(Listener([d for d in chosen if isinstance(d, AudioDetector)]).run(chunks(samples)))


def own(models: Path, name: str, config: dict[str, Any] | None = None) -> Path:
    folder = models / "own-sound" / name
    folder.mkdir(parents=True)
    if config:
        (folder / "config.json").write_text(json.dumps(config))
    return folder


def with_models(models_dir: Path, tmp_path: Path, *names: str) -> Path:
    """A models directory of our own with some of the installed ones in it."""
    for name in names:
        if not ModelStore(models_dir).installed(name):
            pytest.skip(f"MODELS MISSING: run `reelwarden models install {name}`")
        (tmp_path / name).symlink_to(models_dir / name)
    return tmp_path


def save(path: Path, nodes: list[Any], shapes: dict[str, Any], output: Any, constants: dict[str, Any]) -> None:
    inputs = [helper.make_tensor_value_info(n, kind, shape) for n, (kind, shape) in shapes.items()]
    made = helper.make_tensor_value_info(output[0], TensorProto.FLOAT, output[1])
    stored = [numpy_helper.from_array(np.asarray(v), n) for n, v in constants.items()]
    graph = helper.make_graph(nodes, "test", inputs, [made], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))


def loudness_classifier(folder: Path, shape: Sequence[int | str]) -> None:
    """Two scores out of any input: its mean square against a threshold, and the opposite."""
    axes = list(range(1, len(shape)))
    nodes = [
        helper.make_node("Mul", ["x", "x"], ["square"]),
        helper.make_node("ReduceMean", ["square"], ["mean"], axes=axes, keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "one"], ["column"]),
        helper.make_node("MatMul", ["column", "weights"], ["scaled"]),
        helper.make_node("Add", ["scaled", "bias"], ["scores"]),
    ]
    constants = {
        "one": np.array([1], np.int64),
        "weights": np.array([[2000.0, -2000.0]], np.float32),
        "bias": np.array([-4.0, 4.0], np.float32),
    }
    save(folder / "model.onnx", nodes, {"x": (TensorProto.FLOAT, shape)}, ("scores", ["n", 2]), constants)


def classifier(**changes: Any) -> dict[str, Any]:
    return {
        "task": "classify",
        "sample_rate": 16000,
        "input": "waveform",
        "window_s": 1.0,
        "hop_s": 0.5,
        "activation": "sigmoid",
        "labels": ["loud", "quiet"],
        "map": {"loud": "voice.minor"},
        "threshold": 0.8,
        **changes,
    }


def noise(seconds: float) -> Samples:
    return np.random.default_rng(3).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def test_without_an_own_model_the_label_is_unavailable(models_dir: Path) -> None:
    labels = ["voice.age", "voice.minor", "voice.timbre", "synthetic.voice", "sound.anthem"]
    missing = registry.unavailable(labels, ModelStore(models_dir))
    assert {m.label for m in missing} == set(labels)


def test_a_classifier_tells_its_label_at_the_right_second(tmp_path: Path) -> None:
    loudness_classifier(own(tmp_path, "minors", classifier()), ["n", RATE])
    assert "voice.minor" in registry.available(ModelStore(tmp_path))
    (signal,) = hear(tmp_path, ["voice.minor"], np.concatenate([silence(25), noise(3), silence(4)]))
    assert (signal.label, signal.detector) == ("voice.minor", "own_minors")
    assert signal.start == pytest.approx(25.0, abs=0.6)
    assert signal.end == pytest.approx(28.0, abs=0.6)
    assert signal.evidence.facts["told"] == "loud"


@pytest.mark.parametrize(
    ("kind", "window", "shape"),
    [
        ("waveform", 0.5, ["n", 8000]),
        ("fbank80", 1.0, ["n", 98, 80]),
        ("logmel128", 1.0, ["n", 128, 98]),
        ("yamnet_patch", 0.96, ["n", 1, 96, 64]),
    ],
)
def test_every_kind_of_input_has_its_shape(tmp_path: Path, kind: str, window: float, shape: list[Any]) -> None:
    config = classifier(input=kind, window_s=window, hop_s=window, threshold=0.0)
    loudness_classifier(own(tmp_path, "minors", config), shape)
    assert hear(tmp_path, ["voice.minor"], noise(3))


def test_speech_only_where_the_model_wants_speech_only(models_dir: Path, tmp_path: Path) -> None:
    models = with_models(models_dir, tmp_path, "silero_vad")
    config = classifier(voiced=True, threshold=0.0)
    loudness_classifier(own(models, "minors", config), ["n", RATE])
    speech = next(iter(long_prompts("en", 6.0, 1).values()))
    found = hear(models, ["voice.minor"], np.concatenate([noise(10), speech, noise(5)]))
    assert found
    assert all(s.start >= 9.0 and s.end <= 11.5 + speech.size / RATE for s in found)


def test_a_classifier_with_other_outputs_is_refused(tmp_path: Path) -> None:
    loudness_classifier(own(tmp_path, "minors", classifier(labels=["loud", "quiet", "more"])), ["n", RATE])
    with pytest.raises(ModelDamaged, match="3 labels"):
        hear(tmp_path, ["voice.minor"], noise(3))


def test_another_whisper_takes_the_place_of_ours(models_dir: Path, tmp_path: Path) -> None:
    models = with_models(models_dir, tmp_path, "silero_vad")
    whisper = ModelStore(models_dir)
    if not whisper.installed("whisper_base"):
        pytest.skip("MODELS MISSING: run `reelwarden models install whisper_base`")
    (models / "own-sound").mkdir()
    folder = whisper.path("whisper_base").parent
    (models / "own-sound" / "whisper_other").symlink_to(folder)
    samples, text = librivox()[1]
    found = hear(models, ["text.speech", "voice.language"], samples)
    assert "young man" in spoken(found)
    assert text.endswith("young man")
    assert of(found, "voice.language")[0].evidence.facts["language"] == "en"


def shouting_recogniser(folder: Path) -> None:
    """A CTC network of one layer for sherpa-onnx, which hears "hi" where it is loud."""
    weights = np.zeros((80, 3), np.float32)
    weights[:, 0] = 1 / 80
    nodes = [
        helper.make_node("Transpose", ["audio_signal"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["turned", "weights"], ["scaled"]),
        helper.make_node("Add", ["scaled", "bias"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["logprobs"], axis=-1),
    ]
    shapes = {
        "audio_signal": (TensorProto.FLOAT, ["n", 80, "t"]),
        "length": (TensorProto.INT64, ["n"]),
    }
    constants = {"weights": weights, "bias": np.array([8.0, -9.0, 0.0], np.float32)}
    save(folder / "model.onnx", nodes, shapes, ("logprobs", ["n", "t", 3]), constants)
    model = onnx.load(str(folder / "model.onnx"))
    helper.set_model_props(model, {"vocab_size": "3", "subsampling_factor": "1", "normalize_type": ""})
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "tokens.txt").write_text("▁hi 0\n▁there 1\n<blk> 2\n")


def test_a_recogniser_of_sherpa_takes_the_place_of_ours(models_dir: Path, tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx", reason="sherpa-onnx is not installed")
    models = with_models(models_dir, tmp_path, "silero_vad")
    options = {"type": "nemo_ctc", "model": "model.onnx", "tokens": "tokens.txt"}
    shouting_recogniser(own(models, "mine", {"task": "recognise", "kind": "sherpa", "options": options}))
    speech = next(iter(long_prompts("en", 6.0, 1).values()))
    found = hear(models, ["text.speech"], np.concatenate([silence(7), speech, silence(3)]))
    assert set(spoken(found).split()) == {"hi"}
    assert all(7.0 <= word.start <= 7.3 + speech.size / RATE for s in found for word in s.evidence.words)
    assert "voice.language" not in registry.available(ModelStore(models))  # this one cannot tell


def test_voices_of_our_own_model(models_dir: Path) -> None:
    """Two clips of one voice are nearer to each other than to another voice's."""
    prints = voiceprint(ModelStore(models_dir))
    if prints is None:
        pytest.skip("MODELS MISSING: run `reelwarden models install campplus`")
    vectors = {
        language: [prints.embed(s[: 6 * RATE]) for s in long_prompts(language, 5.0, 3).values()]
        for language in ("fr", "it", "ru")
    }
    for language, mine in vectors.items():
        others = [v for code, theirs in vectors.items() if code != language for v in theirs]
        same = min(float(mine[0] @ v) for v in mine[1:])  # type: ignore[operator]
        other = max(float(mine[0] @ v) for v in others)  # type: ignore[operator]
        assert same > prints.same > other
    assert prints.embed(silence(0.3)) is None


def test_a_speaker_model_of_the_operators_own(tmp_path: Path) -> None:
    folder = own(tmp_path, "voices", {"task": "embed", "threshold": 0.7})
    nodes = [helper.make_node("ReduceMean", ["feats"], ["vector"], axes=[1], keepdims=0)]
    # The mean over time is taken off the features, so a constant keeps the vector from being nothing.
    nodes.append(helper.make_node("Add", ["vector", "bias"], ["embedding"]))
    constants = {"bias": np.arange(80, dtype=np.float32)}
    shapes = {"feats": (TensorProto.FLOAT, ["n", "t", 80])}
    save(folder / "model.onnx", nodes, shapes, ("embedding", ["n", 80]), constants)
    prints = voiceprint(ModelStore(tmp_path))
    assert prints is not None
    assert prints.same == 0.7
    vector = prints.embed(noise(2))
    assert vector is not None
    assert vector.shape == (80,)
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0)
