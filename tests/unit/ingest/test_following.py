"""One track followed: each segment once, in order, whatever the playlist does between two readings. No clock runs."""

from __future__ import annotations

import pytest

from reelwarden.errors import FetchError
from reelwarden.ingest.following import Follower
from reelwarden.ingest.reconnect import Backoff
from reelwarden.ingest.segments import Playlist, Resource, Segment


def segment(number: int, seconds: float = 2.0, step: int = 1) -> Segment:
    return Segment(Resource(f"http://a/{number}"), seconds, number, number + step)


def playlist(*numbers: int, ended: bool = False, slack: int = 0, step: int = 1) -> Playlist:
    return Playlist(tuple(segment(n, step=step) for n in numbers), 2.0, ended, slack)


class Track:
    """A follower over readings that are given one after the other, the last one for ever."""

    def __init__(self, *readings: Playlist) -> None:
        self.now = 0.0
        self.asked = 0
        self._readings = readings
        self.follower = Follower(self._load, lambda: self.now)

    def _load(self) -> Playlist:
        self.asked += 1
        return self._readings[min(self.asked, len(self._readings)) - 1]

    def due(self) -> list[int]:
        """The numbers that come at the next time the playlist may be asked."""
        self.now = max(self.now, self.follower.due)
        found = []
        while (one := self.follower.next()) is not None:
            found.append(one.number if not one.joint else -one.number)
        return found


def test_a_film_is_given_whole_and_is_done() -> None:
    track = Track(playlist(*range(10), ended=True))
    assert track.due() == list(range(10))
    assert track.follower.done and not track.follower.live and track.follower.elapsed == 20.0


def test_a_live_stream_is_entered_three_from_its_end_and_followed() -> None:
    track = Track(
        playlist(*range(10, 18)), playlist(*range(11, 19)), playlist(*range(11, 19)), playlist(*range(13, 21))
    )
    assert [track.due() for _ in range(4)] == [[15, 16, 17], [18], [], [19, 20]]
    assert track.follower.live and track.follower.lost == 0


def test_the_playlist_is_asked_after_its_time_and_sooner_when_nothing_was_new() -> None:
    track = Track(playlist(1, 2, 3))
    track.due()
    assert (track.asked, track.follower.due) == (1, 2.0)
    assert track.follower.next() is None and track.asked == 1
    track.due()
    assert (track.asked, track.follower.due) == (2, 3.0)


def test_what_the_server_took_away_is_counted_and_leaves_a_joint() -> None:
    track = Track(playlist(1, 2, 3), playlist(7, 8))
    assert [track.due(), track.due()] == [[1, 2, 3], [-7, 8]]
    assert track.follower.lost == 3


def test_a_server_that_begins_anew_is_followed() -> None:
    track = Track(playlist(500, 501, 502), playlist(0, 1), playlist(0, 1, 2))
    assert [track.due(), track.due(), track.due()] == [[500, 501, 502], [0, 1], [2]]


def test_an_older_reading_from_another_cache_gives_nothing_twice() -> None:
    track = Track(playlist(5, 6, 7), playlist(4, 5, 6), playlist(6, 7, 8))
    assert [track.due(), track.due(), track.due()] == [[5, 6, 7], [], [8]]


def test_a_stream_that_ends_is_done_after_its_last_segment() -> None:
    track = Track(playlist(1, 2, 3), playlist(2, 3, 4, ended=True))
    track.due()
    assert track.due() == [4] and track.follower.done


def test_numbers_that_are_times_bear_rounding_but_no_hole() -> None:
    """DASH: milliseconds, each reading rounded a little differently."""
    first = Playlist((segment(0, step=2002), segment(2002, step=2001)), 2.0, False, 500)
    again = Playlist((segment(2001, step=2002), segment(4004, step=2002)), 2.0, False, 500)
    later = Playlist((segment(10006, step=2000),), 2.0, False, 500)
    track = Track(first, again, later)
    assert [track.due(), track.due(), track.due()] == [[0, 2002], [4004], [-10006]]
    assert track.follower.lost == 2


def test_a_playlist_that_stands_still_is_a_drop() -> None:
    track = Track(playlist(1, 2, 3))
    with pytest.raises(FetchError, match="has not moved"):
        for _ in range(100):
            track.due()
    assert 20 < track.now < 30


def test_what_could_not_be_had_is_given_again() -> None:
    track = Track(playlist(1, 2, ended=True))
    one = track.follower.next()
    assert one is not None
    track.follower.put_back(one)
    assert track.follower.elapsed == 0.0 and track.due() == [1, 2]


def test_the_newest_segment_is_tried_again_a_little_later_and_then_given_up() -> None:
    track = Track(playlist(1, 2, 3), playlist(1, 2, 3, 4))
    first, _, newest = (track.follower.next() for _ in range(3))
    assert first is not None and newest is not None
    for _ in range(2):
        assert track.follower.try_later(newest) and track.follower.next() is None
        track.now += 1.0
        assert track.follower.next() == newest
    assert not track.follower.try_later(newest)
    assert track.due() == [4]


@pytest.mark.parametrize(
    ("attempt", "silent", "wait"),
    [
        (1, 0.0, 1.0),
        (2, 1.0, 2.0),
        (4, 7.0, 8.0),
        (5, 15.0, 15.0),  # 16, but never more than 15
        (400, 100.0, 15.0),
        (9, 110.0, 10.0),  # the last one comes just before the end
        (9, 120.0, None),
        (1, 500.0, None),
    ],
)
def test_the_waits_between_attempts(attempt: int, silent: float, wait: float | None) -> None:
    assert Backoff(first=1, factor=2, most=15, give_up=120).wait(attempt, silent) == wait
