"""Words and patterns are tested without the second opinion, whether its weights are installed or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reelwarden.text import semantic


@pytest.fixture(autouse=True)
def no_second_opinion(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty directory of models, except for tests marked `models`."""
    if request.node.get_closest_marker("models") is None:
        monkeypatch.setenv("REELWARDEN_MODELS_DIR", str(Path(__file__).parent / "no-models"))
    semantic.usual.cache_clear()
    yield
    semantic.usual.cache_clear()
