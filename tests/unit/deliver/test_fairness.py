"""Whose turn it is."""

from __future__ import annotations

from reelwarden.deliver.fairness import AT_ONCE, AT_ONCE_SLOW, Due, Space, turns

MUCH = 1 << 30
ALL = Space(64, 64, MUCH)


def due(account: str, host: str, count: int = 1, since: float = 0.0, size: int = 10) -> list[Due]:
    return [Due(f"{account}/{host}/{n:03}", (account, host), since + n, size) for n in range(count)]


def few(free: int) -> Space:
    """So many free slots, and none kept back."""
    return Space(0, free, MUCH)


def ids(chosen: list[Due]) -> list[str]:
    return [one.id for one in chosen]


def test_the_oldest_of_an_endpoint_go_first() -> None:
    assert ids(turns(reversed(due("a", "h", 3)), {}, few(2))) == ["a/h/000", "a/h/001"]


def test_an_endpoint_has_only_so_many_at_once() -> None:
    waiting = due("a", "h", 50)
    assert len(turns(waiting, {}, ALL)) == AT_ONCE
    assert len(turns(waiting, {("a", "h"): AT_ONCE - 1}, ALL)) == 1
    assert turns(waiting, {("a", "h"): AT_ONCE}, ALL) == []


def test_the_same_host_for_another_account_is_another_endpoint() -> None:
    assert ids(turns(due("b", "h"), {("a", "h"): AT_ONCE}, ALL)) == ["b/h/000"]


def test_a_late_comer_with_nothing_in_flight_goes_before_the_second_of_others() -> None:
    waiting = due("a", "h", 5) + due("b", "h", 5) + due("late", "h", 1, since=1000)
    assert set(ids(turns(waiting, {}, few(3)))) == {"a/h/000", "b/h/000", "late/h/000"}


def test_an_account_with_many_hosts_counts_as_one() -> None:
    waiting = [one for n in range(100) for one in due("many", f"h{n}")] + due("few", "h", 2, since=1000)
    assert {"few/h/000", "few/h/001"} <= set(ids(turns(waiting, {}, few(4))))
    busy = {("many", f"g{n}"): 1 for n in range(30)}
    assert ids(turns(waiting, busy, few(2))) == ["few/h/000", "few/h/001"]


def test_the_endpoints_of_an_account_take_turns() -> None:
    waiting = due("a", "slow", 5) + due("a", "other", 1, since=1000)
    assert set(ids(turns(waiting, {}, few(2)))) == {"a/slow/000", "a/other/000"}


def test_bodies_share_the_room_and_one_too_large_goes_alone() -> None:
    assert len(turns(due("a", "h", 5, size=10), {}, Space(64, 64, 25))) == 2
    assert len(turns(due("a", "h", 5, size=99), {}, Space(64, 64, 25))) == 1


def test_the_last_quarter_is_for_accounts_that_have_nothing_in_flight() -> None:
    dead = [one for n in range(20) for one in due("a", f"dead{n}", 8)]
    assert len(turns(dead, {}, ALL)) == 48
    filled = {("a", f"dead{n}"): 8 for n in range(6)}
    left = Space(64, 16, MUCH)
    assert turns(dead, filled, left) == []
    assert ids(turns(dead + due("b", "h", 3), filled, left)) == ["b/h/000"]


def test_slow_endpoints_get_less_at_once_and_half_of_all_together() -> None:
    slow = {(f"s{n}", "h") for n in range(100)}
    waiting = [one for n in range(100) for one in due(f"s{n}", "h", 5)]
    assert len(turns(due("s0", "h", 5), {}, ALL, slow)) == AT_ONCE_SLOW
    quick = [one for n in range(100) for one in due(f"q{n}", "h", since=1000)]
    chosen = turns(waiting + quick, {}, ALL, slow)
    assert (len(chosen), sum(one.endpoint in slow for one in chosen)) == (64, 32)
    assert turns(waiting, {(f"s{n}", "h"): 1 for n in range(32)}, ALL, slow) == []
