"""What an account, a project and a channel say of how contents are judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reelwarden.accounts.caller import Caller
from reelwarden.api.moderationapi import DIALECT
from reelwarden.api.moderationapi.judging import REJECTS_FROM
from reelwarden.jobs.options import plan_document
from reelwarden.media.sampling import ByDuration, Every

CHANNEL: Mapping[str, Any] = {
    "description": None,
    "contentType": None,
    "flaggingMode": "ACTIVE",
    "contextEnabled": False,
    "enableImageModeration": True,
    "enableVideoModeration": True,
    "enableAudioModeration": True,
    "enableVoiceModeration": True,
    "includeTranscriptInResponse": False,
    "transcriptionQuality": "BALANCED",
    "unicodeSpoofDetectionEnabled": False,
    "frameCaptureInterval": 1.0,
    "maxFramesPerVideo": 10,
    "spreadFrames": True,
}
"""A channel's settings where it says nothing."""
PROJECT: Mapping[str, Any] = {
    "description": None,
    "domain": None,
    "context": None,
    "globalFlaggingMode": "ACTIVE",
    "enableRequestLogging": True,
    "casebookEnabled": False,
}
STRETCH = 1.25
"""Each range of durations is so much longer than the one before, and its steps too."""
RANGES = 40


def account_settings(caller: Caller) -> Mapping[str, Any]:
    """`policies`: id → {flag, threshold}; `reject_from`: the severity from which a content is rejected."""
    return _own(caller.settings)


def _own(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    said = settings.get("dialects", {}).get(DIALECT, {})
    return said if isinstance(said, Mapping) else {}


def policies_of(caller: Caller) -> Mapping[str, Any]:
    said = account_settings(caller).get("policies")
    return said if isinstance(said, Mapping) else {}


def rejects_from(caller: Caller) -> float:
    return rejection(caller.settings)


def rejection(settings: Mapping[str, Any]) -> float:
    """The severity from which an account with these settings has contents rejected."""
    said = _own(settings).get("reject_from")
    return float(said) if isinstance(said, int | float) and 0 < said <= 1 else REJECTS_FROM


def plan(settings: Mapping[str, Any]) -> dict[str, Any]:
    """At most so many frames, spread over the whole video and never closer than the interval.

    Nobody knows the duration yet, so the steps grow with it: between 80 % and all of the frames that the channel
    grants. Without spreading, every interval of the whole video is looked at: more, not less.
    """
    said = {**CHANNEL, **settings}
    interval, most = float(said["frameCaptureInterval"]), int(said["maxFramesPerVideo"])
    if not said["spreadFrames"]:
        return plan_document(Every(interval))
    points = tuple(interval * most * STRETCH**n for n in range(RANGES))
    steps = tuple(interval * STRETCH**n for n in range(RANGES + 1))
    return plan_document(ByDuration(points, steps))
