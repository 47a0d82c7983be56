"""Groups of pictures on hand-written packets: who belongs where, and which picture answers an instant."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwarden.media.gop import Group, Groups, Wishes, goals
from reelwarden.media.sampling import LAST, Count, Every


@dataclass
class P:
    shown: float | None
    key: bool = False
    decoded: float | None = None
    size: int = 10
    hidden: bool = False


def split(packets: list[P], max_bytes: int = 10_000) -> list[Group[P]]:
    groups: Groups[P] = Groups(max_bytes)
    return [*filter(None, (groups.push(p) for p in packets)), *groups.end()]


CLOSED = [P(0, True), P(2), P(1), P(3, True), P(5), P(4)]
OPEN = [P(0, True), P(2), P(1), P(5, True), P(3), P(4), P(7), P(6)]


def test_closed_groups_part_at_their_key_packets() -> None:
    one, two = split(CLOSED)
    assert [p.shown for p in one.packets] == [0, 2, 1]
    assert (one.ahead, one.until, two.until) == ([], 3, None)


def test_what_leads_an_open_group_is_shown_by_the_group_before() -> None:
    one, two = split(OPEN)
    assert [p.shown for p in one.ahead] == [5, 3, 4]
    assert [t for t, _ in one.pictures()] == [0, 1, 2, 3, 4]
    assert [t for t, _ in two.pictures()] == [5, 6, 7]


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=60), st.integers(20, 200))
def test_no_packet_is_lost_or_doubled(made: list[tuple[int, bool]], max_bytes: int) -> None:
    packets = [P(shown, key, decoded=n) for n, (shown, key) in enumerate(made)]
    kept = [p for group in split(packets, max_bytes) for p in group.packets]
    assert [id(p) for p in kept] == [id(p) for p in packets]


def test_a_group_over_the_limit_comes_in_pieces() -> None:
    packets = [P(0, True, 0), *(P(n, False, n) for n in range(1, 10)), P(10, True, 10)]
    groups = split(packets, max_bytes=40)
    assert [len(g.packets) for g in groups] == [4, 4, 2, 1]
    assert [g.opens for g in groups] == [True, False, False, True]
    assert [g.closes for g in groups] == [False, False, True, True]
    assert [g.until for g in groups] == [4, 8, 10, None]


def wanted(instants: list[float], until: float | None, snap: float = 0.0) -> list[tuple[float, float]]:
    pictures = [(n / 10, n) for n in range(10)]
    return [(g.wanted, g.time) for g in goals(pictures, Wishes(iter(instants)), until, 1.0, snap)]


def test_the_picture_on_screen_answers() -> None:
    assert wanted([0.0, 0.25, 0.3, 0.99], 1.0) == [(0.0, 0.0), (0.25, 0.2), (0.3, 0.3), (0.99, 0.9)]


def test_before_the_first_picture_the_first_answers() -> None:
    assert wanted([-3.0], 1.0) == [(-3.0, 0.0)]


def test_an_instant_just_before_a_key_picture_is_left_to_it() -> None:
    assert wanted([0.5, 0.95], 1.0, snap=0.1) == [(0.5, 0.5)]


def test_it_is_not_left_to_it_when_the_own_key_picture_is_nearer() -> None:
    assert wanted([0.0], 1.0, snap=5.0) == [(0.0, 0.0)]


def test_the_end_of_the_media_takes_the_last_picture() -> None:
    assert wanted([0.5, LAST], None) == [(0.5, 0.5), (0.9, 0.9)]
    assert wanted([0.5, LAST], 1.0) == [(0.5, 0.5)]


def test_what_lies_behind_the_end_is_not_answered() -> None:
    assert wanted([0.99, 1.0, 2.0], None) == [(0.99, 0.9)]


@pytest.mark.parametrize("times", [[0.0, None, 0.2], [0.0, 0.1, 0.1]])
def test_pictures_that_cannot_be_told_apart(times: list[float | None]) -> None:
    assert not Group([P(t) for t in times]).stamped()


def test_wishes_end() -> None:
    wishes = Wishes(Count(2).instants(4.0))
    assert wishes.due(1.0)
    assert wishes.take() == 0.0
    assert not wishes.due(1e9)
    assert wishes.take() == LAST
    assert wishes.next is None
    assert Wishes(Every(1.0).instants(None)).due(0.5)
