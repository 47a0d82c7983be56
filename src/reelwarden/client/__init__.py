"""A small client of the native API, in the standard library alone.

    from reelwarden.client import Client

    client = Client("http://127.0.0.1:8080", key)
    submission = client.submit("clip.mp4", labels=["nudity", "weapon"])
    print(client.result(client.wait(submission.id).id).verdict)

It knows nothing of the server's code but its errors: what the server answers comes back as frozen records.
"""

from __future__ import annotations

from reelwarden.client.client import Client
from reelwarden.client.errors import ApiError, Unreachable
from reelwarden.client.records import (
    Account,
    Attempt,
    ClosedEndpoint,
    Delivery,
    Entry,
    Event,
    Evidence,
    Key,
    Label,
    Moment,
    Plan,
    Policy,
    Result,
    Submission,
    TextAnswer,
    TextList,
    Usage,
)

__all__ = [
    "Account",
    "ApiError",
    "Attempt",
    "Client",
    "ClosedEndpoint",
    "Delivery",
    "Entry",
    "Event",
    "Evidence",
    "Key",
    "Label",
    "Moment",
    "Plan",
    "Policy",
    "Result",
    "Submission",
    "TextAnswer",
    "TextList",
    "Unreachable",
    "Usage",
]
