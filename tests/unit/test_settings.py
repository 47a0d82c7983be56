"""Settings: the environment, the file, the mistakes; and every one of them documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reelwarden.errors import SettingsError
from reelwarden.settings import Settings, load

DOC = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"


def test_every_setting_is_documented() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", DOC.read_text("utf-8"), re.MULTILINE)
    assert documented == list(Settings.model_fields)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "reelwarden.toml"
    file.write_text('max_bytes = 5\nmax_pixels = 6\nallow_networks = ["10.0.0.0/8"]\n')
    monkeypatch.setenv("REELWARDEN_CONFIG", str(file))
    monkeypatch.setenv("REELWARDEN_MAX_BYTES", "7")
    settings = load()
    assert (settings.max_bytes, settings.max_pixels, settings.allow_networks) == (7, 6, ("10.0.0.0/8",))


def test_models_lie_in_the_cache_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REELWARDEN_MODELS_DIR", raising=False)
    monkeypatch.setenv("REELWARDEN_CACHE_DIR", str(tmp_path))
    assert load().models_dir == tmp_path / "models"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("REELWARDEN_MAX_BYTES", "many", "max_bytes"),
        ("REELWARDEN_MAX_BYTES", "-1", "max_bytes"),
        ("REELWARDEN_CONFIG", "/does/not/exist.toml", "not a file"),
    ],
)
def test_a_mistake_is_named(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said):
        load()


def test_a_key_that_is_no_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "reelwarden.toml"
    file.write_text("max_byte = 5\n")
    monkeypatch.setenv("REELWARDEN_CONFIG", str(file))
    with pytest.raises(SettingsError, match="max_byte"):
        load()
