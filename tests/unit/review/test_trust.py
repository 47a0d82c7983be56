"""Trust levels: what is known of an author, and how far that reaches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwarden.review.trust import DAY, LADDER, MOST_FLAGGED, NEW, TRUSTED, UNTRUSTED, Record, level


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (Record(0, 0, 0, 0, 0), NEW),
        (Record(6 * DAY, 100, 0, 100, 0), NEW),  # clean, but known for less than a week
        (Record(400 * DAY, 4, 0, 4, 0), NEW),  # long known, but of few contents
        (Record(7 * DAY, 5, 0, 5, 0), 1),
        (Record(30 * DAY, 25, 0, 25, 0), 2),
        (Record(90 * DAY, 100, 0, 30, 0), 3),
        (Record(90 * DAY, 105, 5, 100, 5), 3),  # exactly the share that is still fine
        (Record(90 * DAY, 106, 6, 100, 6), UNTRUSTED),
        (Record(900 * DAY, 1000, 900, 10, 0), 3),  # long ago is forgiven
        (Record(DAY, 1, 1, 1, 1), UNTRUSTED),
    ],
)
def test_levels(record: Record, expected: int) -> None:
    assert level(record) == expected


@given(st.floats(0, 1e9), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 1000), st.integers(0, 1000))
def test_only_people_say_trusted_and_clean_ones_are_never_untrusted(
    age: float, clean: int, flagged: int, lately: int, flagged_lately: int
) -> None:
    record = Record(age, clean + flagged, flagged, lately + flagged_lately, flagged_lately)
    assert UNTRUSTED <= level(record) < TRUSTED
    assert (level(record) == UNTRUSTED) == (record.share > MOST_FLAGGED)


def test_more_time_and_more_clean_contents_never_lower_it() -> None:
    levels = [level(Record(age, clean, 0, clean, 0)) for _, age, clean in reversed(LADDER)]
    assert levels == [1, 2, 3]
