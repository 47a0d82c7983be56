"""The gallery keeps the best pictures, and never more than it may."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reelwarden.domain import Signal
from reelwarden.report.gallery import Gallery


def signal(label: str, score: float, time: float) -> Signal:
    return Signal(label, score, time, time, "test", "1")


def test_a_better_picture_takes_the_place_of_a_weaker_one() -> None:
    gallery = Gallery(span=10)
    gallery.offer(1.0, [signal("weapon", 0.5, 1.0)], lambda: b"weak")
    gallery.offer(2.0, [signal("weapon", 0.9, 2.0)], lambda: b"strong")
    gallery.offer(3.0, [signal("weapon", 0.6, 3.0)], lambda: b"late")
    assert gallery.pictures() == {2.0: b"strong"}


def test_a_picture_that_nobody_needs_is_not_made() -> None:
    gallery = Gallery()
    gallery.offer(1.0, [], lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    assert gallery.pictures() == {}


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.floats(0, 1), st.integers(0, 100_000)), max_size=300))
def test_it_stays_small_and_keeps_the_best_of_each_label(offers: list[tuple[str, float, int]]) -> None:
    gallery = Gallery(most=20)
    for label, score, time in sorted(offers, key=lambda o: o[2]):
        gallery.offer(float(time), [signal(label, score, time)], lambda: b"x")
    pictures = gallery.pictures()
    assert len(pictures) <= 20
    for label in {o[0] for o in offers}:
        best = max(o[1] for o in offers if o[0] == label)
        assert any(float(o[2]) in pictures for o in offers if o[0] == label and o[1] == best)
