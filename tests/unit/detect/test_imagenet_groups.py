from __future__ import annotations

from collections import Counter

from reelwarden.detect.image.labels import groups
from reelwarden.taxonomy import labels


def test_every_group_is_a_label_with_classes_and_a_sane_floor() -> None:
    for group in groups():
        assert group.label in labels()
        assert 0.1 <= group.floor <= 0.6
        assert len(group.numbers) == len(group.names) > 0


def test_no_class_stands_for_two_labels() -> None:
    counts = Counter(number for group in groups() for number in group.numbers)
    assert [number for number, count in counts.items() if count > 1] == []
    assert min(counts) >= 0
    assert max(counts) <= 999


def test_numbers_and_names_belong_together() -> None:
    """Some of the model's classes, by heart: a slip of one in the table would make rifles of rings."""
    named = {number: name for group in groups() for number, name in zip(group.numbers, group.names, strict=True)}
    known = {
        0: "tench", 207: "golden retriever", 281: "tabby", 388: "giant panda", 413: "assault rifle", 440: "beer bottle",
        445: "bikini", 459: "brassiere", 657: "missile", 720: "pill bottle", 763: "revolver", 764: "rifle",
        817: "sports car", 847: "tank", 900: "water tower", 954: "banana", 985: "daisy",
    }  # fmt: skip
    assert {number: named[number] for number in known} == known
