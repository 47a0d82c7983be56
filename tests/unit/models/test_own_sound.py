"""What an operator writes about a model of sound: read, checked, and refused with the field's name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reelwarden.errors import SettingsError
from reelwarden.models.own_sound import own_recogniser, own_sounds

CLASSIFIER: dict[str, Any] = {
    "task": "classify",
    "sample_rate": 16000,
    "input": "waveform",
    "window_s": 1.0,
    "hop_s": 0.5,
    "activation": "softmax",
    "labels": ["adult", "child"],
    "map": {"child": "voice.minor"},
    "threshold": 0.7,
}


def write(models: Path, name: str, config: dict[str, Any]) -> Path:
    folder = models / "own-sound" / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    return models


def test_nothing_there_is_nothing_wrong(tmp_path: Path) -> None:
    assert own_sounds(tmp_path) == {}
    assert own_recogniser(tmp_path) is None


def test_a_classifier(tmp_path: Path) -> None:
    own = own_sounds(write(tmp_path, "minors", CLASSIFIER))["minors"]
    assert (own.task, own.labels, own.told, own.threshold) == (
        "classify",
        ("adult", "child"),
        (("child", "voice.minor"),),
        0.7,
    )
    assert (own.input.kind, own.input.window, own.input.hop, own.input.voiced) == (
        "waveform",
        1.0,
        0.5,
        False,
    )
    assert len(own.version) == 12


def test_a_directory_of_ctranslate2_is_a_recogniser(tmp_path: Path) -> None:
    write(tmp_path, "whisper_small", {"alignment_heads": [], "lang_ids": []})
    (tmp_path / "own-sound" / "whisper_small" / "model.bin").write_bytes(b"weights")
    own = own_recogniser(tmp_path)
    assert own is not None
    assert (own.kind, own.tells_language) == ("ctranslate2", True)


def test_two_recognisers_are_one_too_many(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path, name, {"task": "recognise", "kind": "sherpa", "options": {"type": "nemo_ctc"}})
    with pytest.raises(SettingsError, match="one and two"):
        own_recogniser(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"task": "dance"}, "task"),
        ({"sample_rate": 44100}, "16000"),
        ({"input": "pictures"}, "input"),
        ({"window_s": 0}, "window_s"),
        ({"hop_s": 90}, "hop_s"),
        ({"activation": "relu"}, "activation"),
        ({"map": {"teenager": "voice.minor"}}, "teenager"),
        ({"map": {"child": "voice.kid"}}, "voice.kid"),
        ({"map": {}}, "map"),
        ({"threshold": 7}, "threshold"),
        ({"thresh": 0.5}, "thresh"),
        ({"labels": []}, "labels"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        own_sounds(write(tmp_path, "minors", {**CLASSIFIER, **change}))


def test_what_is_no_json_is_said(tmp_path: Path) -> None:
    (write(tmp_path, "minors", CLASSIFIER) / "own-sound" / "minors" / "config.json").write_text("{")
    with pytest.raises(SettingsError, match=r"config\.json"):
        own_sounds(tmp_path)
