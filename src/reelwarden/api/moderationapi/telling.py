"""The labels that can be told here, looked up again now and then as models are installed."""

from __future__ import annotations

import time
from weakref import WeakKeyDictionary

from reelwarden.models.store import ModelStore
from reelwarden.moderate import unavailable
from reelwarden.taxonomy import labels

REMEMBERED = 30.0
_told: WeakKeyDictionary[ModelStore, tuple[float, frozenset[str]]] = WeakKeyDictionary()


def told_now(store: ModelStore) -> frozenset[str]:
    known, now = _told.get(store), time.monotonic()
    if known is None or now - known[0] > REMEMBERED:
        missing = {entry.label for entry in unavailable(labels(), store)}
        known = now, frozenset(labels()) - missing
        _told[store] = known
    return known[1]
