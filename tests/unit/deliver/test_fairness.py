"""Whose turn it is."""

from __future__ import annotations

from reelwarden.deliver.fairness import AT_ONCE, Due, turns

MUCH = 1 << 30


def due(account: str, host: str, count: int = 1, since: float = 0.0, size: int = 10) -> list[Due]:
    return [Due(f"{account}/{host}/{n:03}", (account, host), since + n, size) for n in range(count)]


def ids(chosen: list[Due]) -> list[str]:
    return [one.id for one in chosen]


def test_the_oldest_of_an_endpoint_go_first() -> None:
    assert ids(turns(reversed(due("a", "h", 3)), {}, 2, MUCH)) == ["a/h/000", "a/h/001"]


def test_an_endpoint_has_only_so_many_at_once() -> None:
    waiting = due("a", "h", 50)
    assert len(turns(waiting, {}, 64, MUCH)) == AT_ONCE
    assert len(turns(waiting, {("a", "h"): AT_ONCE - 1}, 64, MUCH)) == 1
    assert turns(waiting, {("a", "h"): AT_ONCE}, 64, MUCH) == []


def test_the_same_host_for_another_account_is_another_endpoint() -> None:
    assert ids(turns(due("b", "h"), {("a", "h"): AT_ONCE}, 64, MUCH)) == ["b/h/000"]


def test_a_late_comer_with_nothing_in_flight_goes_before_the_second_of_others() -> None:
    waiting = due("a", "h", 5) + due("b", "h", 5) + due("late", "h", 1, since=1000)
    assert set(ids(turns(waiting, {}, 3, MUCH))) == {"a/h/000", "b/h/000", "late/h/000"}


def test_an_account_with_many_hosts_counts_as_one() -> None:
    waiting = [one for n in range(100) for one in due("many", f"h{n}")] + due("few", "h", 2, since=1000)
    assert {"few/h/000", "few/h/001"} <= set(ids(turns(waiting, {}, 4, MUCH)))
    busy = {("many", f"g{n}"): 1 for n in range(30)}
    assert ids(turns(waiting, busy, 2, MUCH)) == ["few/h/000", "few/h/001"]


def test_the_endpoints_of_an_account_take_turns() -> None:
    waiting = due("a", "slow", 5) + due("a", "other", 1, since=1000)
    assert set(ids(turns(waiting, {}, 2, MUCH))) == {"a/slow/000", "a/other/000"}


def test_bodies_share_the_room_and_one_too_large_goes_alone() -> None:
    assert len(turns(due("a", "h", 5, size=10), {}, 64, room=25)) == 2
    assert len(turns(due("a", "h", 5, size=99), {}, 64, room=25)) == 1
