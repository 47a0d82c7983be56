"""Spans cover a media without a hole or an overlap of what they tell, whatever its length."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from reelwarden.domain import MediaInfo, MediaKind, Signal
from reelwarden.jobs import spans

LENGTHS = st.floats(0.1, 40_000, allow_nan=False)


def media(duration: float | None, kind: MediaKind = MediaKind.VIDEO) -> MediaInfo:
    return MediaInfo(kind, "mov", 1, duration)


def heard(start: float) -> Signal:
    return Signal("text.speech", 0.9, start, start + 2.0, "speech", "1")


@given(LENGTHS, st.booleans())
def test_every_instant_belongs_to_exactly_one_span(duration: float, listens: bool) -> None:
    count = spans.count(media(duration), kept=True)
    all_ = [spans.of(duration, count, number, listens) for number in range(count)]
    assert all_[0].frames_from == 0.0
    assert all_[-1].frames_to is None
    assert [s.frames_to for s in all_[:-1]] == [s.frames_from for s in all_[1:]]
    if count > 1:
        assert min(duration / count, spans.SECONDS) >= spans.SECONDS / 2
    for at in (0.0, duration / 3, duration / 2, duration * 0.999):
        assert sum(span.owns(heard(at)) for span in all_) == 1


@given(LENGTHS, st.integers(0, 200), st.floats(0, 300))
def test_who_takes_over_goes_on_where_the_pictures_ended(duration: float, number: int, done: float) -> None:
    count = spans.count(media(duration), kept=True)
    span = spans.of(duration, count, number % count, True)
    until = span.frames_from + done
    rest = span.resumed(until)
    assert rest.frames_from == max(until, span.frames_from)
    assert rest.frames_to == span.frames_to
    assert rest.sound_from >= span.sound_from
    assert rest.sound_from <= rest.frames_from


def test_what_is_not_cut() -> None:
    assert spans.count(media(None), kept=True) == 1
    assert spans.count(media(9000.0), kept=False) == 1, "other workers cannot have what is not kept"
    assert spans.count(media(0.0, MediaKind.IMAGE), kept=True) == 1
    assert spans.count(media(spans.SECONDS * 1.4), kept=True) == 1
    assert spans.count(media(spans.SECONDS * 1.6), kept=True) == 2


def test_sound_is_heard_a_little_around_a_border_and_not_at_all_without_a_listener() -> None:
    middle = spans.of(900.0, 3, 1, True)
    assert (middle.sound_from, middle.sound_to) == (300.0 - spans.LEAD, 600.0 + spans.LEAD)
    assert middle.decoded == (295.0, 605.0)
    silent = spans.of(900.0, 3, 1, False)
    assert silent.sound_from == math.inf
    assert silent.decoded == (300.0, 600.0)
    assert spans.of(900.0, 1, 0, True).decoded is None
