"""Scores at instants become runs, and probabilities become spans of speech."""

from __future__ import annotations

from reelwarden.detect.audio.activity import STEP, Spans
from reelwarden.detect.audio.runs import Run, Runs


def runs(scores: list[float], **options: float) -> list[Run]:
    made = Runs(**{"floor": 0.5, "length": 1.0, "hole": 1.0, **options})
    return [run for at, score in enumerate(scores) for run in made.feed(float(at), score, str(at))] + made.close()


def test_nothing_below_the_floor() -> None:
    assert runs([0.1, 0.49, 0.2]) == []


def test_a_run_has_its_peak_and_what_was_told_there() -> None:
    assert runs([0, 0.6, 0.9, 0.7, 0, 0, 0]) == [Run(1.0, 4.0, 0.9, 3, "2")]


def test_a_hole_is_bridged_and_a_longer_one_is_not() -> None:
    assert [(r.start, r.end) for r in runs([0.6, 0, 0.6, 0, 0, 0.6])] == [(0, 3), (5, 6)]


def test_a_run_does_not_grow_for_ever() -> None:
    assert [(r.start, r.end) for r in runs([0.9] * 25, longest=10)] == [(0, 10), (10, 20), (20, 25)]


def spans(probabilities: list[float]) -> list[tuple[float, float]]:
    made = Spans()
    found = made.feed(100.0, probabilities) + made.close()
    return [(round((s.start - 100) / STEP), round((s.end - 100) / STEP)) for s in found]


def test_speech_is_a_span() -> None:
    assert spans([0.0] * 10 + [0.9] * 40 + [0.0] * 40) == [(10, 50)]


def test_it_does_not_flicker() -> None:
    assert spans([0.9] * 10 + [0.4] * 10 + [0.0] * 8 + [0.9] * 10) == [(0, 38)]
    assert spans([0.4] * 50) == []


def test_a_click_is_none_and_an_endless_speech_is_cut() -> None:
    assert spans([0.9] * 4 + [0.0] * 60) == []
    assert max(end - start for start, end in spans([0.9] * 3000)) * STEP <= 30.1


def test_an_open_run_is_told_early_once_and_again_when_stronger() -> None:
    made = Runs(floor=0.5, length=1.0)
    assert made.early() == []
    made.feed(0.0, 0.6)
    assert made.early(looks=2) == []
    assert made.early(seconds=1.5) == []
    assert [run.score for run in made.early()] == [0.6]
    made.feed(0.5, 0.65)
    assert made.early() == []
    made.feed(1.0, 0.9)
    (again,) = made.early()
    assert (again.start, again.end, again.score) == (0.0, 2.0, 0.9)
    (ended,) = made.close()
    assert ended == again
    made.feed(9.0, 0.55)
    assert [run.start for run in made.early()] == [9.0]
