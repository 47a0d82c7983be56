"""What is opened is opened once, also when two threads ask at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from reelwarden.models.store import ModelStore


def test_made_once_for_all_threads() -> None:
    store, together = ModelStore(Path("/nonexistent")), Barrier(8)
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    def ask(_: int) -> object:
        together.wait()
        return store.once("thing", make)

    with ThreadPoolExecutor(8) as pool:
        things = set(map(id, pool.map(ask, range(8))))
    assert len(things) == len(made) == 1
    assert store.held == {"thing"}


def test_names_are_kept_apart_and_stores_too() -> None:
    store = ModelStore(Path("/nonexistent"))
    assert store.once("a", lambda: 1) == 1
    assert store.once("b", lambda: 2) == 2
    assert store.once("a", lambda: 3) == 1
    assert ModelStore(Path("/nonexistent")).held == frozenset()
