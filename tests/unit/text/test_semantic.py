"""The second opinion without its weights: windows, exemplars, training, and what is said when the model is missing."""

from __future__ import annotations

import io
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from reelwarden.text import semantic
from reelwarden.text.match import LANGUAGES, Match, Severity
from reelwarden.text.moderation import TextOptions, moderate_text, semantic_unavailable
from reelwarden.text.semantic import train
from reelwarden.text.semantic.exemplars import Exemplar, exemplars, fill
from reelwarden.text.semantic.head import GROUP, Head, head, read
from reelwarden.text.semantic.opinion import CATEGORIES, Opinion
from reelwarden.text.semantic.windows import LONGEST, MOST, windows

HATE = "I met some people. Refugees are maggots and should drown."
WITHOUT = TextOptions(languages=("en",), semantic=False)


def test_windows_slice_the_text_and_leave_out_what_says_nothing() -> None:
    assert windows("") == windows("  \n ") == windows("12345 !!!") == windows("ok") == windows("hello there") == []
    assert windows("  Well hello there. ") == [(2, 19)]
    assert windows("他们") == [(0, 2)]


@pytest.mark.parametrize("text", ["One sentence here. " * 60, "aaaa " * 200, "字" * 999, "x\n" * 5000])
def test_windows_are_short_in_order_and_few(text: str) -> None:
    found = windows(text)
    assert 0 < len(found) <= MOST
    assert all(0 < end - start <= LONGEST for start, end in found)
    assert all(one[1] <= two[0] for one, two in pairwise(found))


def test_every_category_has_exemplars_in_every_language() -> None:
    found = Counter((one.category, one.language) for one in exemplars() if one.positive)
    assert {category for category, _ in found} == CATEGORIES == set(head().categories) - {GROUP}
    assert not [(c, lang) for c in CATEGORIES for lang in LANGUAGES if found[c, lang] < 3]
    assert min(found["discriminatory", lang] for lang in LANGUAGES) >= 20
    assert min(found[c, lang] for c in ("violence", "self_harm") for lang in LANGUAGES) >= 10
    neutral = Counter(one.language for one in exemplars() if one.category == train.NEUTRAL)
    assert min(neutral[lang] for lang in LANGUAGES) >= 40


def test_no_slot_is_left_and_none_is_unknown() -> None:
    assert not [one.text for one in exemplars() if "{" in one.text]
    assert fill("{g} sing", "en", {("en", "g"): ["cooks", "kings"]}, 3) == "kings sing"
    with pytest.raises(KeyError):
        fill("{g}", "tr", {}, 0)


def test_no_exemplar_is_in_a_file_twice() -> None:
    folder = Path(semantic.__file__).parent / "exemplars"
    for file in sorted(folder.glob("*.tsv")):
        lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
        assert [line for line, count in Counter(lines).items() if count > 1] == []


def made_up() -> train.Lesson:
    """Two categories and groups that a vector's first three numbers decide."""
    dice = np.random.default_rng(5)
    vectors = dice.normal(0, 0.05, (90, 384)).astype(np.float32)
    rows = []
    for number in range(90):
        vectors[number, number % 3] += 0.5
        rows.append(Exemplar(("violence", "minor", "neutral")[number % 3], "en", number % 3 < 2, "", number % 3 == 0))
    return train.lesson(rows, vectors)


def test_training_learns_and_is_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "STEPS", 60)
    lesson = made_up()
    one, two = train.learn(lesson), train.learn(lesson)
    assert lesson.categories == ("minor", "violence", GROUP)
    assert np.array_equal(one.scores(lesson.vectors), two.scores(lesson.vectors))
    right = (one.scores(lesson.vectors) > 0.5) == (lesson.truth > 0)
    assert right.mean() > 0.99


def test_a_head_is_the_same_after_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "STEPS", 5)
    made = train.learn(made_up())
    made.save(tmp_path / "head.npz")
    again = read(io.BytesIO((tmp_path / "head.npz").read_bytes()))
    vectors = np.eye(3, 384, dtype=np.float32)
    assert again.categories == made.categories
    assert np.allclose(again.scores(vectors), made.scores(vectors), atol=2e-2)


def test_the_head_that_comes_along_is_small() -> None:
    assert (Path(semantic.__file__).parent / "head.npz").stat().st_size < 200_000


class Numbers:
    """Vectors of made-up sentences: the first number says hate, the second that a group is named."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def vector(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        self.asked.append(text)
        out = np.zeros(384, np.float32)
        out[0], out[1] = "maggots" in text, "efugees" in text
        return out


def plain_head() -> Head:
    names = ("discriminatory", GROUP)
    hidden = np.zeros((384, 2), np.float32)
    hidden[0, 0] = hidden[1, 1] = 3
    zeros, eye = np.zeros(2, np.float32), np.eye(2, dtype=np.float32) * 9
    least = np.float32([0.5, 0.5])
    return Head(names, np.zeros(384, np.float32), 1.0, hidden, zeros, eye, zeros - 4, least, least)


def test_a_match_spans_its_window_and_repeats_are_judged_once() -> None:
    numbers = Numbers()
    opinion = Opinion(numbers, plain_head())  # type: ignore[arg-type]
    text = "Refugees are maggots."
    for _ in range(3):
        assert opinion.find(text, ("discriminatory",), ()) == [
            Match("discriminatory", 0, len(text), Severity.MEDIUM, semantic=True)
        ]
    assert numbers.asked == [text]


def test_what_is_settled_or_not_asked_is_not_judged() -> None:
    numbers = Numbers()
    opinion = Opinion(numbers, plain_head())  # type: ignore[arg-type]
    known = [Match("discriminatory", 0, 8, Severity.HIGH)]
    assert opinion.find("Refugees are maggots.", ("discriminatory",), known) == []
    assert opinion.find("Refugees are maggots.", ("email", "drug"), ()) == []
    assert numbers.asked == []


def test_hate_needs_a_group() -> None:
    opinion = Opinion(Numbers(), plain_head())  # type: ignore[arg-type]
    assert opinion.find("There are maggots in the bin.", ("discriminatory",), ()) == []
    assert opinion.find("Refugees came by boat.", ("discriminatory",), ()) == []


def test_without_the_model_it_says_so_and_finds_nothing() -> None:
    assert "sentence_vectors" in semantic_unavailable()
    assert not [match for match in moderate_text(HATE, replace(WITHOUT, semantic=True)).matches if match.semantic]


def test_switched_off_it_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "reelwarden.text.semantic.opinion")
    moderate_text(HATE, WITHOUT)
    assert semantic_unavailable(WITHOUT) == ""
    assert semantic.usual.cache_info().currsize == 0
    assert "reelwarden.text.semantic.opinion" not in sys.modules
