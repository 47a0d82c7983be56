"""DeepCleer's label map: complete, and every word in its place."""

from __future__ import annotations

import pytest

from reelwarden.api.deepcleer import levels, vocabulary
from reelwarden.api.labels import label_map, unplaced
from reelwarden.decide import policy
from reelwarden.domain import Outcome
from reelwarden.taxonomy import expand, labels

MAP = label_map("deepcleer")
TABLES = {"image_types": "risk", "audio_types": "risk", "image_business": "business", "audio_business": "business"}


def test_every_label_has_a_place_or_is_said_to_have_none() -> None:
    assert unplaced("deepcleer", vocabulary.placed()) == ()


@pytest.mark.parametrize(("kind", "table"), TABLES.items())
def test_every_label_of_a_type_has_words_in_both_languages(kind: str, table: str) -> None:
    for label in vocabulary.labels_of(kind, tuple(MAP[kind])):
        words = vocabulary.words_of(table, label)
        assert len(words.ids) == 3 and all(words.ids)
        assert words.chinese.count(":") == words.english.count(":") == 2
        assert words.chinese.isascii() is (words.chinese == "LOGO:LOGO:LOGO")


def test_all_published_types_are_known() -> None:
    assert len(set(MAP["image_business"])) == 74, "71 of today, and QR, LOGO and MINOR of the published stream sample"
    assert vocabulary.names("image_types") >= {"POLITY", "EROTIC", "VIOLENT", "QRCODE", "ADVERT", "IMGTEXTRISK"}
    older = "POLITICS PORN VIOLENCE BAN AD QR OCR LOGO SPAM MINOR STAR BEHAVIOR PERSON"
    assert vocabulary.names("image_types") >= set(older.split())
    sounds = "POLITY EROTIC ADVERT BAN VIOLENT DIRTY ADLAW MOAN AUDIOPOLITICAL ANTHEN BANEDAUDIO NONE"
    assert vocabulary.names("audio_types") >= set(f"{sounds} POLITICS POLITICAL PORN AD ABUSE".split())
    assert len(vocabulary.names("audio_business")) == 9


def test_older_spellings_are_todays() -> None:
    assert vocabulary.split("image_types", "POLITICS_PORN_AD") == ("POLITY", "EROTIC", "ADVERT")
    assert vocabulary.split("audio_types", "POLITICAL_ABUSE_DIRTY") == ("POLITY", "DIRTY")


def test_what_the_policy_has_no_rule_for_gets_the_vendors_level() -> None:
    judging = policy.parse(levels.with_levels(""), "test")
    assert judging.rule("qr.link").outcome(0.9) is Outcome.REVIEW
    assert policy.load().rule("qr.link").outcome(0.9) is Outcome.PASS
    own = 'name = "own"\n[labels.qr]\nreject = 0.9\n'
    assert policy.parse(levels.with_levels(own), "test").rule("qr.link").outcome(0.95) is Outcome.REJECT


@pytest.mark.parametrize(
    "own",
    [
        policy.default_text(),
        'name = "s \\"no\\" \\u007f"\n[defaults]\nkeep = 0.7\nlone = 0.3\n[labels]\nqr = { reject = 0.9, lone = 0.95 }',
        'name = "dotted"\nrevision = 7\ndefaults.unavailable = "review"\nlabels.qr.review = 0.4\nlabels.logo.looks = 1',
    ],
    ids=["built in", "inline", "dotted"],
)
def test_however_a_policy_is_spelled_it_keeps_its_rules(own: str) -> None:
    before, after = policy.parse(own, "own"), policy.parse(levels.with_levels(own), "written")
    assert (after.name, after.revision, after.defaults) == (before.name, before.revision, before.defaults)
    assert {label: after.rules[label] for label in before.rules} == dict(before.rules)
    for label, score in vocabulary.levels().items():
        if not before.table(label):
            assert after.rule(label).outcome(score) is Outcome.REVIEW


def test_levels_are_of_labels_that_exist() -> None:
    assert expand(vocabulary.levels()) <= set(labels())
