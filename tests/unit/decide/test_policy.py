"""Policy files: what they mean, and how a mistake in one is told."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from findings import rules

from reelwarden import taxonomy
from reelwarden.decide import policy
from reelwarden.domain import Outcome
from reelwarden.errors import PolicyError


def test_the_built_in_policy_decides_on_nudity_and_only_informs_on_faces() -> None:
    built_in = policy.load()
    assert built_in.rule("nudity.explicit").outcome(0.9) is Outcome.REJECT
    assert built_in.rule("nudity.explicit").looks == 2
    for label in (
        "face",
        "object.vehicle",
        "qr",
        "text.screen",
        "scene.city",
        "nudity.kissing",
        "text.speech",
    ):
        assert built_in.rule(label).informs, label


@pytest.mark.parametrize(
    ("label", "table"),
    [
        ("weapon.firearm", "weapon.firearm"),  # its own table
        ("weapon.knife", "weapon"),  # its family's
        ("nudity.body_part.anus", "nudity.body_part"),  # the nearest of two
        ("nudity.drawn", "nudity"),
        ("face.age", ""),  # none: the defaults
        ("weapons", ""),  # not under `weapon`
    ],
)
def test_the_nearest_table_applies(label: str, table: str) -> None:
    tables = "[labels.nudity]\n[labels.'nudity.body_part']\n[labels.weapon]\nlooks = 2\n[labels.weapon.firearm]\n"
    assert rules(tables).table(label) == table


def test_a_table_takes_from_the_defaults_and_not_from_its_family() -> None:
    made = rules("[labels.nudity]\nreject = 0.9\nlooks = 3\n[labels.'nudity.drawn']\nreview = 0.6", "looks = 2")
    drawn = made.rule("nudity.drawn")
    assert (drawn.looks, drawn.review, drawn.reject) == (2, 0.6, None)


def test_both_ways_of_writing_a_label_mean_the_same() -> None:
    assert rules("[labels.nudity.drawn]\nreview = 0.5").digest == rules("[labels.'nudity.drawn']\nreview = 0.5").digest
    assert set(rules("[labels.nudity.drawn]\nreview = 0.5").rules) == {"nudity.drawn"}


def test_the_digest_holds_what_is_meant_and_nothing_else() -> None:
    plain = rules("[labels.gore]\nreview = 0.5\n[labels.drug]\nreview = 0.6")
    reordered = rules("# a remark\n[labels.drug]\nreview = 0.60\n\n[labels.gore]\nreview = 0.5")
    assert plain.digest == reordered.digest
    assert plain.digest != rules("[labels.gore]\nreview = 0.5\n[labels.drug]\nreview = 0.61").digest
    assert plain.digest != rules("[labels.gore]\nreview = 0.5\n[labels.drug]\nreview = 0.6", "gap = 4").digest


@pytest.mark.parametrize(
    ("text", "line", "says", "hint"),
    [
        ("nam = 'x'", 1, "no key 'nam'", "name"),
        ("revision = 1", None, "needs a name", "name ="),
        ("name = 'x'\nrevision = 0", 2, "whole number", ""),
        ("name = 'x'\n[labels.nudty]\nreview = 0.5", 2, "no label 'nudty'", "nudity"),
        ("name = 'x'\n[labels.gore]\nrevew = 0.5", 3, "no key 'revew'", "review"),
        ("name = 'x'\n[labels.gore]\n\nreview = 85", 4, "0 to 1", "0.85"),
        ("name = 'x'\n[labels.gore]\nreview = 'high'", 3, "0 to 1", ""),
        ("name = 'x'\n[labels.gore]\nreview = true", 3, "0 to 1", ""),
        ("name = 'x'\n[labels.gore]\nreview = nan", 3, "0 to 1", ""),
        ("name = 'x'\n[labels.gore]\nlooks = 1.5", 3, "whole number", ""),
        ("name = 'x'\n[labels.gore]\nlooks = 0", 3, "whole number", ""),
        ("name = 'x'\n[labels.gore]\ngap = -1", 3, "seconds", ""),
        ("name = 'x'\n[labels.gore]\nunavailable = 'reject'", 3, '"pass" or "review"', ""),
        ("name = 'x'\n[labels.gore]\nreview = 0.9\nreject = 0.8", 4, "above reject", "order"),
        ("name = 'x'\n[labels.gore]\nkeep = 0.7\nreview = 0.6", 4, "above review", "order"),
        ("name = 'x'\n[labels.'gore']\nreview = 0.6\nlone = 0.5", 4, "lone", "0.6"),
        ("name = 'x'\n[defaults]\nreview = 0.6", 3, "cannot be a default", "labels"),
        ("name = 'x'\nlabels = 3", 2, "must be a table", "[labels]"),
        ("name = 'x'\n[labels]\ngore = 0.5", 3, "must be a table", "[labels.gore]"),
        ("name = ", None, "not TOML", ""),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, line: int | None, says: str, hint: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy.parse(text, "mine.toml")
    assert str(caught.value).startswith(f"mine.toml:{line}: " if line else "mine.toml: ")
    assert says in str(caught.value)
    assert hint in caught.value.hint
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_a_policy_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        policy.load(tmp_path / "none.toml")
    (tmp_path / "odd.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(PolicyError, match="UTF-8"):
        policy.load(tmp_path / "odd.toml")


def test_the_built_in_file_names_only_labels_of_the_tree() -> None:
    tables = tomllib.loads(policy.default_text())["labels"]
    known = set(taxonomy.labels())
    families = {label.rpartition(".")[0] for label in known} | {"nudity.body_part"}
    for label in policy.load().rules:
        assert label in known | families, label
    assert tables
