"""What the house is asked to look for: what the types want and this server can tell."""

from __future__ import annotations

from typing import Any

from reelwarden.accounts import lists
from reelwarden.accounts.caller import Caller
from reelwarden.api.deepcleer import vocabulary
from reelwarden.api.deepcleer.account import Settings
from reelwarden.api.deepcleer.errors import NoModel
from reelwarden.api.deepcleer.wishes import TYPE_FIELDS, Types
from reelwarden.api.door import House
from reelwarden.moderate import unavailable
from reelwarden.text.match import LANGUAGES

SCREEN, SPEECH, LISTED = "text.screen", "text.speech", "text.blacklist"
NO_LABELS = "NONE"


def asked(house: House, types: Types, settings: Settings, listed: bool) -> tuple[str, ...]:
    """Our labels for these types. A type of which nothing can be told is left out, or refused where the account is
    strict. Raises NoModel where nothing is left.
    """
    wanted = _wanted(types)
    told = wanted - {entry.label for entry in unavailable(wanted, house.models)}
    if listed and wanted & {SCREEN, SPEECH}:
        told |= {LISTED}
    missing = [name for kind in TYPE_FIELDS for name in getattr(types, kind) if _is_missing(kind, name, told)]
    if missing and (settings.strict or not told - {SCREEN, SPEECH}):
        raise NoModel(f"this server has no model for {', '.join(missing)}")
    return tuple(sorted(told))


def _is_missing(kind: str, name: str, told: set[str] | frozenset[str]) -> bool:
    return name != NO_LABELS and not vocabulary.labels_of(kind, (name,)) & told


def _wanted(types: Types) -> set[str]:
    wanted: set[str] = set()
    for kind in TYPE_FIELDS:
        wanted |= types.labels(kind)
    if types.tells_screen:
        wanted.add(SCREEN)
    if types.tells_speech:
        wanted.add(SPEECH)
    return wanted


def text_lists(house: House, caller: Caller) -> dict[str, str]:
    """Id → name of the account's lists: all of them apply, as with the vendor."""
    with house.desk.database.read() as connection:
        return {one.id: one.name for one in lists.every(connection, caller.account)}


def languages(lang: str) -> tuple[str, ...]:
    """The languages that words are judged in. Nothing said, or one without rules of its own (Arabic): all that have."""
    return (lang,) if lang in LANGUAGES else LANGUAGES


def kept_for(caller: Caller, seconds: float) -> float:
    """Results are kept as long as the vendor does, unless the account wishes otherwise."""
    said: Any = caller.settings.get("retention")
    return float(said) if said is not None else seconds
