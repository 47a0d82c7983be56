"""Merging: what becomes one moment, what backs it, and which evidence it keeps."""

from __future__ import annotations

import pytest
from findings import heard, rules, seen

from reelwarden.decide import coverage
from reelwarden.decide.coverage import Coverage
from reelwarden.decide.moments import EVIDENCE, merge
from reelwarden.domain import Box

TWO = rules("[labels.gore]\nreview = 0.5\nlooks = 2")
DENSE = Coverage(pictures=60, step=1.0)


def test_signals_within_the_gap_are_one_moment() -> None:
    (first, second) = merge([seen("gore", t, 0.5 + t / 100) for t in (1, 2, 5, 8.5)], TWO, DENSE)
    assert (first.start, first.end, first.peak, first.peak_time) == (1, 5, 0.55, 5)
    assert (second.start, second.end) == (8.5, 8.5)


def test_a_signal_under_keep_is_dropped() -> None:
    (only,) = merge([seen("gore", 1, 0.29), seen("gore", 2, 0.3)], TWO, DENSE)
    assert only.start == 2


@pytest.mark.parametrize(
    ("signals", "looks", "corroborated"),
    [
        ([seen("gore", 1)], 1, False),  # a lone frame
        ([seen("gore", 1), seen("gore", 2)], 2, True),  # two instants
        ([seen("gore", 1), seen("gore", 1, detector="e")], 2, True),  # two detectors at one instant
        ([seen("gore", 1), seen("gore", 1)], 1, False),  # one detector saying it twice, of two boxes
        ([seen("gore", 1), seen("gore", 20)], 1, False),  # two moments, neither backed
    ],
)
def test_what_counts_as_a_look(signals: list, looks: int, corroborated: bool) -> None:
    first = merge(signals, TWO, DENSE)[0]
    assert (first.looks, first.corroborated) == (looks, corroborated)


def test_what_decides_is_the_score_that_enough_looks_reach() -> None:
    (moment,) = merge([seen("gore", 1, 0.95), seen("gore", 2, 0.6), seen("gore", 3, 0.4)], TWO, DENSE)
    assert (moment.peak, moment.backed) == (0.95, 0.6)


def test_a_still_picture_that_stands_backs_itself_but_stays_one_look() -> None:
    still = [seen("gore", 5, 0.9)] + [seen("gore", 5.0 + n, 0.9, same_as=5) for n in range(1, 60)]
    (moment,) = merge(still, TWO, DENSE)
    assert (moment.looks, moment.corroborated, moment.backed, moment.end) == (1, True, 0.9, 64)


def test_a_still_picture_decides_as_the_same_pictures_would_without_suppression() -> None:
    still = [seen("gore", 5, 0.9), seen("gore", 6, 0.9, same_as=5)]
    moving = [seen("gore", 5, 0.9), seen("gore", 6, 0.9)]
    assert merge(still, TWO, DENSE)[0].backed == merge(moving, TWO, DENSE)[0].backed == 0.9


def test_a_picture_that_flashes_by_does_not_back_itself() -> None:
    flash = [seen("gore", 5.0, 0.9), seen("gore", 5.1, 0.9, same_as=5.0)]
    assert not merge(flash, TWO, Coverage(600, 0.1))[0].corroborated


def test_an_image_backs_itself_because_there_is_nothing_else() -> None:
    assert merge([seen("gore", 0)], TWO, Coverage(pictures=1))[0].corroborated
    assert not merge([seen("gore", 0)], TWO, Coverage(pictures=2))[0].corroborated
    assert not merge([seen("gore", 0)], TWO)[0].corroborated, "not known to be an image"


def test_one_picture_does_not_excuse_sound_from_being_backed() -> None:
    policy = rules("[labels.'sound.scream']\nreview = 0.5\nlooks = 2")
    assert not merge([heard("sound.scream", 1, 2)], policy, Coverage(pictures=1))[0].corroborated


def test_samples_further_apart_than_the_gap_still_join_but_sounds_do_not() -> None:
    sparse = coverage.of([0, 360, 720, 1080], 4)
    policy = rules("[labels.gore]\n[labels.'sound.scream']")
    assert len(merge([seen("gore", 0), seen("gore", 360)], policy, sparse)) == 1
    assert len(merge([seen("gore", 0), seen("gore", 720)], policy, sparse)) == 2
    assert len(merge([heard("sound.scream", 0, 1), heard("sound.scream", 300, 301)], policy, sparse)) == 2


def test_what_is_seen_and_heard_at_the_same_time_is_one_moment() -> None:
    policy = rules("[labels.violence]\nlooks = 2\nreview = 0.5")
    (moment,) = merge([seen("violence", 3), heard("violence", 2, 6)], policy, DENSE)
    assert (moment.start, moment.end, moment.looks, moment.corroborated) == (2, 6, 2, True)


def test_codes_and_objects_are_kept_apart_by_what_they_are() -> None:
    signals = [seen("qr", 1, 1.0, text="a"), seen("qr", 1, 1.0, text="b"), seen("qr", 2, 1.0, text="a")]
    signals += [seen("object.vehicle", 1, **{"class": "car"}), seen("object.vehicle", 2, **{"class": "bus"})]
    moments = merge(signals, rules(), DENSE)
    assert len(moments) == 4
    knives = [seen("weapon.knife", 1, **{"class": "cleaver"}), seen("weapon.knife", 2, **{"class": "knife"})]
    assert len(merge(knives, rules(), DENSE)) == 1, "kinds of one weapon back each other"


def test_evidence_is_the_best_and_then_spread() -> None:
    signals = [seen("gore", t, 0.9 if t == 30 else 0.5 + (t % 7) / 100, note=t) for t in range(60)]
    (moment,) = merge(signals, TWO, DENSE)
    times = [piece.time for piece in moment.evidence]
    assert len(times) == EVIDENCE
    assert times[0] == 30 and moment.evidence[0].score == 0.9
    assert [t // 15 for t in times[1:] if t is not None] == [0, 1, 2, 3], "one of each quarter"


class TestWords:
    def read(self, *lines: tuple[float, str], score: float = 0.9) -> list[str | None]:
        signals = [seen("text.screen", t, score, text=text) for t, text in lines]
        return [m.evidence[0].text for m in merge(signals, rules(), DENSE)]

    def test_readings_of_one_line_are_one_moment_with_the_reading_most_agree_on(self) -> None:
        lines = [(1, "SUMMFR SALE"), (2, "SUMMER SALE"), (3, "SUMMER SALE"), (4, "SUMMER SA1E")]
        assert self.read(*lines) == ["SUMMER SALE"]

    def test_a_line_that_is_typed_letter_by_letter_is_one(self) -> None:
        assert self.read(*[(n / 2, "CALL NOW FOR FREE"[: n + 5]) for n in range(13)], (7, "CALL NOW FOR FREE")) == [
            "CALL NOW FOR FREE"
        ]

    def test_different_lines_are_different(self) -> None:
        assert self.read((1, "good morning"), (1, "bad evening"), (2, "on"), (2, "no")) == [
            "bad evening",
            "good morning",
            "no",
            "on",
        ]

    def test_two_numbers_are_never_one(self) -> None:
        assert len(self.read((1, "call 555 0100 now"), (2, "call 555 0199 now"))) == 2
        assert len(self.read((1, "frame 11"), (2, "frame 12"))) == 1, "a short counter is one line"

    def test_case_width_and_spaces_do_not_matter(self) -> None:
        assert len(self.read((1, "ＨＥＬＬＯ  world"), (2, "Hello World"))) == 1

    def test_signs_without_letters_are_compared_as_they_are(self) -> None:
        assert len(self.read((1, "★★★"), (1, "→"), (2, "★★★"))) == 2

    def test_lines_that_begin_together_are_in_reading_order(self) -> None:
        placed = [("three", 0.5, 0.1), ("two", 0.1, 0.6), ("one", 0.1, 0.1)]
        signals = [seen("text.screen", 1, text=t, box=Box(left, top, 1, 1)) for t, top, left in placed]
        assert [m.evidence[0].text for m in merge(signals, rules(), DENSE)] == ["one", "two", "three"]

    def test_somebody_who_says_a_thing_twice_says_it_twice(self) -> None:
        said = [heard("text.speech", 1, 2, text="yes"), heard("text.speech", 2.5, 3, text="yes")]
        assert len(merge(said, rules(), DENSE)) == 2

    def test_a_screen_full_of_noise_does_not_cost_its_square(self) -> None:
        noise = [seen("text.screen", n / 50, text=f"{n * 7919 % 100003:x} {n * 104729 % 99991:x}") for n in range(6000)]
        assert merge(noise, rules(), DENSE)
