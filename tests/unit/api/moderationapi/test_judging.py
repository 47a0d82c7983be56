"""From what was seen to the vendor's verdict."""

from __future__ import annotations

import json

import pytest

from reelwarden.api.labels import nowhere, unplaced
from reelwarden.api.moderationapi import seen
from reelwarden.api.moderationapi.judging import Standing, Terms, judge, masked, policy_of, recommend
from reelwarden.api.moderationapi.policies import Wish, catalogue, placed, usual, wish_of
from reelwarden.api.moderationapi.seen import Hit, Seen
from reelwarden.api.moderationapi.settings import plan
from reelwarden.jobs.options import plan_of
from reelwarden.media.sampling import ByDuration

GUN = Seen("", "video", frozenset({"weapon", "weapon.firearm"}), [Hit("weapon.firearm", 0.8, time=(1.0, 2.0))])
CLEAN = Seen("", "video", frozenset({"weapon"}))


def test_every_label_has_a_place_or_is_said_to_have_none() -> None:
    assert unplaced("moderationapi", placed()) == ()
    assert not nowhere("moderationapi") & placed()


def test_a_policy_is_as_probable_as_the_surest_of_its_labels() -> None:
    said = policy_of(Wish("weapons", True), [GUN, CLEAN])
    assert said
    assert (said["probability"], said["flagged"]) == (0.8, True)
    assert said["labels"] == [{"id": "weapon.firearm", "probability": 0.8, "flagged": True}]
    assert said["data"]["moments"] == [{"label": "weapon.firearm", "from": 1.0, "to": 2.0, "score": 0.8}]


@pytest.mark.parametrize(
    ("threshold", "flag", "flagged"), [(0.8, True, True), (0.81, True, False), (0.1, False, False)]
)
def test_the_threshold_and_the_flag_decide(threshold: float, flag: bool, flagged: bool) -> None:
    said = policy_of(Wish("weapons", flag, threshold), [GUN])
    assert said
    assert said["flagged"] is flagged


def test_what_nothing_can_tell_is_left_out_and_said_where_it_was_asked() -> None:
    assert policy_of(Wish("tobacco", True), [GUN]) is None
    quiet = judge([GUN], [Wish("tobacco", True)], Standing(), Terms())
    asked = judge([GUN], [Wish("tobacco", True, asked=True), Wish("crypto", True, asked=True)], Standing(), Terms())
    assert (quiet.policies, quiet.errors) == ([], [])
    assert [error["id"] for error in asked.errors] == ["tobacco", "crypto"]


@pytest.mark.parametrize(
    ("severity", "standing", "terms", "action", "reason"),
    [
        (0.0, Standing(), Terms(), "allow", None),
        (0.6, Standing(), Terms(), "review", "severity_review"),
        (0.95, Standing(), Terms(), "reject", "severity_reject"),
        (0.6, Standing(), Terms(rejects_from=0.6), "reject", "severity_reject"),
        (0.0, Standing(True, "blocked"), Terms(), "reject", "author_block"),
        (0.6, Standing(True, level=4), Terms(), "allow", "trusted_allow"),
        (0.95, Standing(True, level=4), Terms(), "reject", "severity_reject"),
        (0.6, Standing(True, level=-1), Terms(), "reject", "untrusted_severity"),
        (0.95, Standing(), Terms(dry=True), "allow", "dry_run"),
        (0.0, Standing(), Terms(client="review"), "review", "client_override"),
        (0.95, Standing(), Terms(client="allow"), "reject", "severity_reject"),
        (0.95, Standing(), Terms(client="allow", overrides=True), "allow", "client_override"),
    ],
)
def test_recommendations(severity: float, standing: Standing, terms: Terms, action: str, reason: str | None) -> None:
    assert recommend(severity, standing, terms) == (action, [reason] if reason else [])


def test_a_part_that_could_not_be_looked_at_is_for_people() -> None:
    judged = judge([CLEAN], [Wish("weapons", True)], Standing(), Terms(), [{"id": "clip", "message": "gone"}])
    assert (judged.action, judged.reasons) == ("review", ["rule_fallback"])


def test_a_dry_run_only_says_it() -> None:
    judged = judge([GUN], [Wish("weapons", True)], Standing(), Terms(dry=True))
    assert (judged.flagged, judged.shadow, judged.action) == (False, True, "allow")


def test_personal_information_is_shown_and_masked() -> None:
    part = seen.text("", "mail bob@example.com or +1 800 222 2408")
    entities = {"email": {"shouldMask": True}, "phone": {"enable": True, "shouldMask": True, "mask": "***"}}
    wish = Wish("pii", True, more={"entities": entities})
    said = policy_of(wish, [part])
    assert said
    assert [(one["match"], one["entity_type"]) for one in said["matches"]] == [
        ("bob@example.com", "email"),
        ("+1 800 222 2408", "phone"),
    ]
    assert masked(part, [wish]) == "mail {{ EMAIL }} or ***"
    assert masked(part, [Wish("pii", True, more={"entities": {"ssn": {"shouldMask": True}}})]) is None


@pytest.mark.parametrize(
    ("comparator", "count", "flagged"), [("at_least", 2, True), ("at_least", 3, False), ("fewer_than", 3, True)]
)
def test_faces_are_counted(comparator: str, count: int, flagged: bool) -> None:
    part = Seen("", "image", frozenset({"face"}), [Hit("face", 0.9)], faces=2)
    said = policy_of(Wish("face_detection", True, more={"comparator": comparator, "count": count}), [part])
    assert said
    assert said["flagged"] is flagged


def test_few_words_are_poor() -> None:
    part = seen.text("", "two words")
    assert policy_of(Wish("low_quality", True, more={"minWords": 3}), [part])["flagged"]  # type: ignore[index]
    assert not policy_of(Wish("low_quality", True, more={"minWords": 2}), [part])["flagged"]  # type: ignore[index]
    assert policy_of(Wish("low_quality", True), [part]) is None


def test_the_account_says_what_is_usual() -> None:
    ids = {wish.id: wish for wish in usual({"tobacco": {"flag": True, "threshold": 0.9}, "political": {}})}
    assert (ids["tobacco"].flag, ids["tobacco"].threshold) == (True, 0.9)
    assert "political" in ids
    assert "cannabis" not in ids
    for wish in ids.values():
        assert wish_of(json.loads(json.dumps(wish.document()))) == wish
    assert set(ids) <= set(catalogue())


@pytest.mark.parametrize("seconds", [3.0, 10.0, 11.0, 59.0, 600.0, 3600.0])
def test_a_video_gets_no_more_frames_than_its_channel_grants(seconds: float) -> None:
    chosen = plan_of(plan({"maxFramesPerVideo": 10, "frameCaptureInterval": 1.0}))
    assert isinstance(chosen, ByDuration)
    step = next(
        (s for point, s in zip(chosen.points, chosen.steps, strict=False) if seconds <= point), chosen.steps[-1]
    )
    assert step >= 1.0
    frames = seconds / step
    assert frames <= 10
    assert frames >= min(seconds, 8.0) - 0.01
