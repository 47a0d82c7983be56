"""What an account says once for this dialect: `settings.dialects.deepengin`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reelwarden.api.deepengin import DIALECT

TAXONOMIES = ("v7", "legacy")
RESULTS = ("LabelResult", "FaceResult", "CelebrityResult", "TextResult", "PPEResult")


@dataclass(frozen=True, slots=True)
class Settings:
    """`single`: ModerationResult is the surest label alone, for clients that index it by name. `nudity_parent`: the
    top level of nudity is called "Nudity", as in the published sample. `minimum` in percent. `step` seconds between
    two looks. `results` are the blocks beside the moderation labels.
    """

    taxonomy: str = "v7"
    single: bool = False
    nudity_parent: bool = False
    minimum: float = 50.0
    step: float = 1.0
    results: tuple[str, ...] = RESULTS


def settings_of(account: Mapping[str, Any]) -> Settings:
    """The account's, and the usual value for whatever is missing or cannot be."""
    said = account.get("dialects", {}).get(DIALECT, {})
    usual = Settings()
    return Settings(
        taxonomy=said.get("taxonomy") if said.get("taxonomy") in TAXONOMIES else usual.taxonomy,
        single=said.get("single") is True,
        nudity_parent=said.get("nudity_parent") is True,
        minimum=_number(said.get("minimum"), 0.0, 100.0, usual.minimum),
        step=_number(said.get("step"), 0.04, 3600.0, usual.step),
        results=tuple(r for r in RESULTS if r in said["results"]) if isinstance(said.get("results"), list) else RESULTS,
    )


def _number(value: Any, least: float, most: float, usual: float) -> float:
    sound = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
    return float(value) if sound else usual
