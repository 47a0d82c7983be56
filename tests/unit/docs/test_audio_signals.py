"""docs/reference/audio-signals.md says of every audio label what tells it. Run this file to write its table again."""

from __future__ import annotations

from pathlib import Path

from reelwarden.detect import registry
from reelwarden.detect.audio.sounds import GROUPS
from reelwarden.detect.detector import AudioDetector
from reelwarden.models.catalogue import catalogue
from reelwarden.models.store import ModelStore
from reelwarden.taxonomy import descriptions

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "audio-signals.md"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
FAMILIES = ("sound.", "voice.", "text.speech", "synthetic.voice", "known.song", "known.voice")


def table() -> str:
    """One row a label, out of the detectors that there are."""
    kinds = [k for k in registry.kinds(ModelStore(Path("/nonexistent"))) if issubclass(k, AudioDetector)]
    rows = ["| label | means | detector | models | from |", "|---|---|---|---|---|"]
    for label, means in descriptions().items():
        if label.startswith(FAMILIES):
            told = [kind for kind in kinds if label in kind.tells]
            rows += [_row(label, means, kind) for kind in told] or [f"| `{label}` | {means} | *unavailable* | | |"]
    return "\n".join(rows)


def _row(label: str, means: str, kind: type[AudioDetector]) -> str:
    models = ", ".join(f"`{model}`" for model in kind.tells[label]) or "measured"
    group = GROUPS.get(label)
    floor = f"{group.floor:g}" if group else ""
    proxy = " (a low-confidence proxy)" if group and group.proxy else ""
    return f"| `{label}` | {means}{proxy} | {kind.name} | {models} | {floor} |"


def test_the_table_is_what_the_detectors_tell() -> None:
    assert PAGE.read_text("utf-8").split(BEGIN)[1].split(END)[0].strip() == table()


def test_every_model_comes_with_the_catalogue() -> None:
    kinds = [k for k in registry.kinds(ModelStore(Path("/nonexistent"))) if issubclass(k, AudioDetector)]
    assert {model for kind in kinds for models in kind.tells.values() for model in models} <= set(catalogue())


def test_every_detector_is_explained() -> None:
    text = PAGE.read_text("utf-8")
    kinds = [k for k in registry.kinds(ModelStore(Path("/nonexistent"))) if issubclass(k, AudioDetector)]
    assert [kind.name for kind in kinds if f"**{kind.name}**" not in text] == []


if __name__ == "__main__":
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}", "utf-8")
