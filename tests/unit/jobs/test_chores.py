"""Chores: each in its own time, whatever becomes of the others, and none outlives its worker."""

from __future__ import annotations

import threading

from serving import until

from reelwarden.jobs.chores import Chores


def test_a_slow_or_broken_chore_keeps_no_other_from_its_turn() -> None:
    done: list[str] = []
    stuck, let_go = threading.Event(), threading.Event()

    def slow() -> None:
        stuck.set()
        let_go.wait(30)

    def broken() -> None:
        done.append("broken")
        raise ZeroDivisionError

    with Chores((slow, broken, lambda: done.append("good")), every=0.005):
        assert stuck.wait(10)
        until(lambda: True if min(done.count("good"), done.count("broken")) >= 3 else None, 10, "three turns of each")
        let_go.set()
    count = len(done)
    assert not [thread for thread in threading.enumerate() if "_run" in thread.name]
    assert len(done) == count
