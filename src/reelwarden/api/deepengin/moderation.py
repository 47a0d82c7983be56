"""ModerationResult: moments in the vendor's taxonomy, each with the whole chain of its parents."""

from __future__ import annotations

from typing import Any

from reelwarden.api.deepengin import taxonomy
from reelwarden.api.deepengin.account import Settings
from reelwarden.domain import Moment
from reelwarden.jobs.findings import Findings


def percent(score: float) -> str:
    """A confidence as the vendor writes it: "94.742"."""
    return f"{100 * score:.3f}"


def moderation_result(found: Findings, settings: Settings) -> Any:
    """A list, the surest first, empty when clean; for `single`, the surest alone or an empty object."""
    entries = [entry for moment in found.result.moments for entry in _entries(moment, settings)]
    entries.sort(key=lambda e: (-float(e["Confidence"]), -e["TaxonomyLevel"], e["Timestamp"]))
    if settings.single:
        return entries[0] if entries else {}
    return entries


def _entries(moment: Moment, settings: Settings) -> list[dict[str, Any]]:
    name = taxonomy.name_of(moment.label, settings.taxonomy)
    if not name or 100 * moment.peak < settings.minimum:
        return []
    return [_entry(moment, one, parent, settings) for one, parent in taxonomy.chain(name, settings.taxonomy)]


def _entry(moment: Moment, name: str, parent: str, settings: Settings) -> dict[str, Any]:
    first = taxonomy.FIRST_OF_NUDITY
    renamed = taxonomy.NUDITY if settings.nudity_parent and parent in first else parent
    shown = taxonomy.NUDITY if settings.nudity_parent and name in first and not parent else name
    return {
        "ParentName": renamed,
        "Name": shown,
        "Confidence": percent(moment.peak),
        "TaxonomyLevel": taxonomy.level(name, settings.taxonomy),
        "Timestamp": round(moment.peak_time * 1000),
        "StartTimestampMillis": round(moment.start * 1000),
        "EndTimestampMillis": round(moment.end * 1000),
        "DurationMillis": round((moment.end - moment.start) * 1000),
    }
