"""Thresholds over an answer's numbers."""

from __future__ import annotations

import pytest

from reelwarden.api.sightengine.rules import eventful, summary, value_at

FRAME = {
    "nudity": {"raw": 0.8, "classes": {"bikini": 0.1}},
    "text": {"detections": {"insult": {"severity": "medium", "details": []}, "email": {"details": [{}]}}},
    "qr": {"link": [{"match": "x"}], "spam": []},
    "faces": [{"attributes": {"minor": 0.2}}, {"attributes": {"minor": 0.6}}],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("nudity.raw", 0.8),
        ("nudity.classes.bikini", 0.1),
        ("nudity.nothing", 0.0),
        ("text.detections.insult", 0.7),
        ("text.detections.email", 1.0),
        ("text.detections.grooming", 0.0),
        ("qr.link", 1.0),
        ("qr.spam", 0.0),
        ("faces", 1.0),
        ("faces.attributes.minor", 0.6),
        ("", 0.0),
    ],
)
def test_a_path_leads_to_a_number(path: str, value: float) -> None:
    assert value_at(FRAME, path) == value


def test_a_workflow_rejects_what_is_over_a_threshold() -> None:
    rules = [{"path": "nudity.raw", "over": 0.8, "text": "Nudity"}, {"path": "qr.link", "over": 0.5, "text": ""}]
    assert summary(rules, [FRAME]) == {"action": "reject", "reject_prob": 1.0, "reject_reason": [{"text": "qr.link"}]}
    assert summary(rules[:1], [FRAME]) == {"action": "accept", "reject_prob": 0.8, "reject_reason": []}
    assert summary([], []) == {"action": "accept", "reject_prob": 0.0, "reject_reason": []}


def test_an_event_reaches_its_threshold() -> None:
    assert eventful({"nudity.raw": 0.8, "qr.spam": 0.1}, FRAME) == ("nudity.raw",)
