"""Which labels there are, and which of them can be told here."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Query

from reelwarden.api.native.guard import Here, Reader
from reelwarden.moderate import unavailable
from reelwarden.taxonomy import descriptions, expand, labels

router = APIRouter(tags=["labels"])


@router.get("/labels")
def every(
    caller: Reader, house: Here, family: str = Query("", description="Only what stands under it.", examples=["weapon"])
) -> Any:
    """Every label with what it means; `reason` says why one cannot be told with the models installed here."""
    wanted = expand([family]) if family else frozenset(labels())
    reasons = {missing.label: missing.reason for missing in unavailable(wanted, house.models)}
    shown = [(label, text, reasons.get(label)) for label, text in descriptions().items() if label in wanted]
    return {
        "labels": [
            {"label": label, "description": text, "available": reason is None, "reason": reason}
            for label, text, reason in shown
        ]
    }
