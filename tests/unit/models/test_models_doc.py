"""docs/reference/models.md says what the catalogue says."""

from __future__ import annotations

from pathlib import Path

from reelwarden.models.catalogue import CatalogueModel, catalogue

DOCS = Path(__file__).parents[3] / "docs"
COLUMNS = 6


def row(model: CatalogueModel) -> str:
    packages = " or ".join(" + ".join(f"`{package}`" for package in source.packages) for source in model.sources)
    accept = ", **must be accepted**" if model.accept else ""
    licence, size = model.weights_licence + accept, f"{model.bytes / 1e6:.1f}"
    return f"| `{model.id}` | {model.tells} | {size} | {licence} | {model.code_licence} | {packages} |"


def test_every_model_has_its_row_and_there_is_no_other() -> None:
    lines = (DOCS / "reference/models.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| `") and line.count("|") == COLUMNS + 1]
    assert rows == [row(model) for model in catalogue().values()]


def test_every_model_says_where_it_comes_from() -> None:
    text = (DOCS / "reference/models.md").read_text("utf-8")
    missing = [line for m in catalogue().values() if (line := f"- `{m.id}`: {m.provenance}.") not in text]
    assert not missing, "\n".join(missing)
