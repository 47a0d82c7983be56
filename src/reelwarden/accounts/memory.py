"""A small memory of made things: the thing of a revision is kept until a newer revision is asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """At most `most` things, the longest unused forgotten first. Safe between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[str, tuple[int, T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str, revision: int, make: Callable[[], T]) -> T:
        """The thing of this revision, made now if it is not there."""
        with self._lock:
            known = self._things.get(name)
            if known and known[0] == revision:
                self._things.move_to_end(name)
                return known[1]
        made = make()
        with self._lock:
            self._things[name] = (revision, made)
            self._things.move_to_end(name)
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return made
