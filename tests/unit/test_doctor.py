"""`reelwarden doctor` tells a good set-up from a broken one, and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from reelwarden.doctor import BAD, GOOD, POOR, Finding, examine
from reelwarden.settings import Settings

pytestmark = pytest.mark.slow


def grades(found: list[Finding]) -> dict[str, str]:
    return {finding.what: finding.grade for finding in found}


def test_a_new_set_up(tmp_path: Path) -> None:
    found = list(examine(Settings(data_dir=tmp_path, allow_networks=())))
    said = grades(found)
    assert said["database"] == said["store"] == said["decoder"] == said["egress"] == said["address"] == GOOD
    assert said["workers"] == POOR
    assert all(finding.cure for finding in found if finding.grade == POOR)


def test_what_is_broken_is_named(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        models_dir=tmp_path / "none",
        database_url="postgresql://nobody@127.0.0.1:1/none",
        store_url=str(tmp_path / "store"),
        allow_networks=("10.0.0.0/8",),
        host="0.0.0.0",
    )
    said = grades(list(examine(settings)))
    assert said["database"] == said["models"] == BAD
    assert said["egress"] == said["address"] == POOR
    assert said["store"] == GOOD
