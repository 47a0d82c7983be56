"""Chunks between blanks that bring nothing to any text, so that texts of nothing else are done at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

KEPT = 50_000


class DullChunks:
    """Which chunks were weighed, and which of them are dull; begins anew when it holds KEPT. Not thread-safe."""

    def __init__(self) -> None:
        self._weighed: set[str] = set()
        self._dull: set[str] = set()
        self.cover: Callable[[Sequence[str]], bool] = self._dull.issuperset
        """Whether all of some chunks are known to be dull."""

    def weigh(self, chunks: Sequence[str], is_dull: Callable[[str], bool]) -> None:
        """Take note of those of the chunks that are new."""
        if self._weighed.issuperset(chunks):
            return
        new = set(chunks) - self._weighed
        if len(self._weighed) >= KEPT:
            self._weighed.clear()
            self._dull.clear()
        self._weighed |= new
        self._dull.update(filter(is_dull, new))
