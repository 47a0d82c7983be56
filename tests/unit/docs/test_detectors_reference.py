"""docs/reference/detectors.md names every visual detector, every label it tells, and every model it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reelwarden.detect import registry
from reelwarden.detect.detector import FrameDetector
from reelwarden.models.store import ModelStore

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "detectors.md").read_text("utf-8")
KINDS = [kind for kind in registry.kinds(ModelStore(Path("/nonexistent"))) if issubclass(kind, FrameDetector)]


def section(name: str) -> str:
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, f"no section about {name}"
    return found[1]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_label_is_explained(kind: type[FrameDetector]) -> None:
    text = section(kind.name)
    assert [label for label in kind.tells if f"`{label}`" not in text] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_table_names_its_models(kind: type[FrameDetector]) -> None:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| [`{kind.name}`]"))
    needed = {model for models in kind.tells.values() for model in models} - {"open_nsfw"}
    assert {model for model in needed if f"`{model}`" not in row} == set()


def test_no_section_about_a_detector_that_is_gone() -> None:
    headings = set(re.findall(r"^## (\w+)$", PAGE, re.M))
    assert headings == {kind.name for kind in KINDS}
