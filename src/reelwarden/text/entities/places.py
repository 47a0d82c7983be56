"""Spans that do not overlap, found by place: a text may hold a hundred thousand numbers."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Generic, Protocol, TypeVar


class Span(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Span)
_START, _END = attrgetter("start"), attrgetter("end")


class Places(Generic[S]):
    """Items in the order of the text, none overlapping another."""

    def __init__(self, items: Iterable[S] = ()) -> None:
        self._items: list[S] = []
        for item in items:
            self.add(item)

    def __iter__(self) -> Iterator[S]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def rivals(self, item: Span) -> list[S]:
        """Those that overlap the item."""
        return self._items[self._slice(item)]

    def add(self, item: S) -> bool:
        """Takes the item in, unless its place is taken."""
        if self.rivals(item):
            return False
        insort(self._items, item, key=_START)
        return True

    def replace(self, item: S) -> None:
        """Takes the item in, in place of its rivals."""
        self._items[self._slice(item)] = [item]

    def _slice(self, item: Span) -> slice:
        return slice(bisect_left(self._items, item.start + 1, key=_END), bisect_left(self._items, item.end, key=_START))
